import ArgumentParser
import Documents
import Launch
import Report
import Search
import Studies

struct SearchBestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "best",
    abstract: "Print the best configuration of a search as flags for a command.",
    discussion: """
      In a shell: 'python3 train.py $(windtunnel search best runs/tune)'.

      Examples:
        windtunnel search best runs/tune
        windtunnel search best runs/tune --trial 12 --format json > best.json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case flags, json
  }

  @Argument(help: ArgumentHelp("The directory of the study.", valueName: "directory"))
  var directory: String

  @Option(
    parsing: .unconditional, help: ArgumentHelp("A trial other than the best.", valueName: "number"))
  var trial: Int?

  @Option(help: "How to print it: flags (--name value) or json.")
  var format = Format.flags

  func run() async throws {
    let stored = try await StoredStudy(in: directory)
    let study = stored.study
    let chosen: Study.Trial
    if let trial {
      guard study.trials.indices.contains(trial) else {
        throw UsageError("there is no trial \(trial); the study has \(study.trials.count), counted from 0")
      }
      chosen = study.trials[trial]
    } else if stored.experiment.goals.count > 1 {
      throw UsageError(
        "several metrics have no single best trial; choose one from 'windtunnel search show' with --trial")
    } else if let best = study.best {
      chosen = best
    } else {
      throw SearchError("\(directory): no complete trial satisfies all constraints yet")
    }
    let values = study.space.values(of: chosen.point)
    switch format {
    case .flags:
      let words = values.flatMap { ["--\($0.name)", CommandTemplate.quoted($0.value.description)] }
      try DocumentFile.write(words.joined(separator: " ") + "\n", to: "-")
    case .json:
      let parameters = Dictionary(values.map { ($0.name, $0.value) }) { first, _ in first }
      try DocumentFile.write(DocumentNode(of: parameters).json, to: "-")
    }
  }
}
