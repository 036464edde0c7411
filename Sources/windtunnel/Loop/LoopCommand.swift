import ArgumentParser
import Documents
import Foundation
import Report
import Synchronization
import Tables
import Workflows

struct LoopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loop",
    abstract: "Run pilots, fit a law, predict a run of ten times their compute, and make it.",
    discussion: """
      The prediction is written down and hashed before the run that it is of begins, and never changed: the report compares \
      it with what was achieved, whatever that is. Every stage is kept in the loop's directory; what was cut off goes on \
      when the same command is run again.

      Examples:
        windtunnel loop Experiments/loop.yaml
        windtunnel loop Experiments/loop.yaml --engine slurm
        windtunnel loop Experiments/loop.yaml --directory runs/again --plot loop.svg
      """)

  @Argument(help: ArgumentHelp("The loop in YAML.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("Where to run; the file's own unless given.", valueName: "name"))
  var engine: String?

  @Option(help: ArgumentHelp("Where everything is kept; runs/NAME unless given.", valueName: "directory"))
  var directory: String?

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var plot: PlotOption

  func run() async throws {
    try output.prepare()
    try plot.prepare()
    let session = LoopSession(
      try LoopFile(path: file, engine: engine), directory: directory, seed: computing.seed,
      threads: computing.threadCount)
    let outcome = try await outcome(of: session)
    if let path = plot.plot { try LoopFigure(outcome).grid.write(to: path) }
    try output.emit(outcome.report)
  }

  private func outcome(of session: LoopSession) async throws -> LoopOutcome {
    let stage = Mutex(LoopSession.Stage.pilot)
    @Sendable func launchDirectory() -> String? {
      session.launchDirectory(of: stage.withLock { $0 }).map { URL(fileURLWithPath: $0).path }
    }
    do {
      return try await reading(
        session.events(),
        stopping: launchDirectory() == nil
          ? "stopping when the fit is done; once more to stop at once" : "no longer following; the jobs go on"
      ) { event in
        switch event {
        case .began(let next): stage.withLock { $0 = next }
        case .launch(let event): _ = event.note(in: launchDirectory() ?? session.directory)
        case .registered(let registration): note(registration.summary(in: session.directory))
        case .warning(let text): note("warning: \(text)")
        case .finished(let outcome): return outcome
        }
        return nil
      }
    } catch is CancellationError {
      throw UsageError.stoppedFollowing(launchDirectory() ?? session.directory)
    } catch let error as WorkflowError {
      guard case .noLoss(let job, let directory) = error.code else { throw error }
      var failure = UsageError(
        "\(error); see 'windtunnel jobs logs \(directory) \(job) --errors', 'windtunnel jobs retry \(directory)', then run "
          + "this again")
      failure.code = 1
      throw failure
    }
  }
}

extension Registration {
  /// The prediction in one line.
  fileprivate func summary(in directory: String) -> String {
    "predicted: loss \(NumberText.rounded(loss, 5)) for \(formatCount(params)) parameters on \(formatCount(tokens)) tokens; "
      + "registered in \(directory)/\(Self.fileName)"
  }
}
