import ArgumentParser
import Documents
import Fitting
import Foundation
import Launch
import Planning
import Report
import RunStore
import ScalingLaws
import Tables

struct LoopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loop",
    abstract: "Run pilots, fit a law, foretell a run of ten times their compute, and make it.",
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
    let loop = try LoopFile(path: file, engine: engine)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let folder = directory ?? loop.directory

    let pilot = try await launched(loop.pilot, in: "\(folder)/pilot", loop, text)
    let table = pilot.runTable
    try DocumentFile.write(table, to: "\(folder)/runs.csv")
    let (fitted, backTest) = try fit(table, loop, folder)

    let registration = try Registration.made(at: folder) {
      let plan = try planOptimum(
        fitted, for: .flops(loop.targetFLOPs), constraints: PlanConstraints(maxTokens: loop.maxTokens),
        options: PlanOptions(level: loop.level, seed: computing.seed))
      let document = try PlanDocument(plan, budget: formatFLOPs(loop.targetFLOPs)).json()
      try DocumentFile.write(document, to: "\(folder)/plan.json")
      let nearest = try loop.target(
        params: plan.params?.value ?? 0, sizeColumn: fitted.law.sizeColumn ?? Role.params.rawValue, seed: 0,
        provenance: .init())
      // As it is read from the registration.
      let target = try loop.target(
        params: Double(nearest.model.parameters.total), seed: 0, provenance: .init())
      return try Registration(
        of: target, by: fitted, level: loop.level, seed: computing.seed, largestPilot: pilot.map(\.flops).max() ?? 0,
        runs: fingerprint(of: table.utf8), plan: fingerprint(of: document.utf8))
    }
    note(
      "foretold: loss \(NumberText.rounded(registration.loss, 5)) for \(formatCount(registration.params)) parameters on "
        + "\(formatCount(registration.tokens)) tokens; registered in \(folder)/\(Registration.fileName)")

    var targets = try (0..<loop.targetSeeds).map { seed in
      try loop.target(
        params: registration.params, seed: seed,
        provenance: .init(
          plan: registration.plan, fit: registration.fit, law: registration.law, predictedLoss: registration.loss,
          predictionInterval: registration.predictionInterval))
    }
    let expected = expected(of: targets[0], registration, pilot, loop, folder)
    for index in targets.indices { targets[index].expected = expected }
    let achieved = try await launched(targets, in: "\(folder)/target", loop, text)
    let deviations = try JobStore.open(in: "\(folder)/target", toWrite: false).intakes().compactMapValues(\.deviation)
    let report = LoopReport(
      name: loop.name, registration, pilot: pilot, target: achieved, backTest: backTest,
      watch: expected == nil ? nil : loop.watch, deviations: deviations)
    try DocumentFile.write(indentedJSON(try encodedJSON(report)), to: "\(folder)/report.json")
    if let path = plot.plot {
      let curves = try achieved.compactMap { run in
        try ExpectedCurve(
          in: "\(folder)/target/jobs/\(run.spec.name)", tokensPerStep: Double(run.spec.training.tokensPerStep))
      }
      try LoopFigure(loop.name, registration, pilot: pilot, target: achieved, expected: curves).grid.write(to: path)
    }
    try output.emit(json: try encodedJSON(report)) { report.text }
  }

  /// Runs that were all made and measured a loss.
  private func launched(
    _ specs: [JobSpec], in directory: String, _ loop: LoopFile, _ text: String
  ) async throws -> [CollectedRun] {
    let launch = try Launch(specs, from: file, directory: directory)
    let store = try await launch.follow(on: loop.engine, description: text, file: file)
    let runs = try store.jobs().map { try CollectedRun($0, in: store) }
    if let bad = runs.first(where: { $0.state != .succeeded || $0.loss == nil }) {
      var error = UsageError(
        "run '\(bad.spec.name)' did not come to a loss; see 'windtunnel jobs logs \(directory) \(bad.spec.name) --errors', "
          + "'windtunnel jobs retry \(directory)', then run this again")
      error.code = 1
      throw error
    }
    return runs
  }

  /// What the pilots' curves foretell along a target; nil where that is not wished, or they foretell nothing.
  private func expected(
    of target: JobSpec, _ registration: Registration, _ pilot: [CollectedRun], _ loop: LoopFile, _ folder: String
  ) -> JobSpec.Expected? {
    guard let metric = loop.watch else { return nil }
    do {
      let watch = try LoopWatch(
        metric, of: pilot, in: folder, threads: computing.threadCount, seed: computing.seed)
      let expected = watch.expected(registration)
      _ = try ExpectedCurve(expected, of: target)
      return expected
    } catch {
      note("warning: the target is not held against the pilots' curves: \(error)")
      return nil
    }
  }

  private func fit(_ table: String, _ loop: LoopFile, _ folder: String) throws -> (FittedLaw, BackTest?) {
    let runs = try RunTable(try Table.parse(table, name: "\(folder)/runs.csv"))
    let law = try LawCatalog().law(loop.law, over: runs)
    var settings = FitProtocol(threads: computing.threadCount)
    settings.resamples = loop.resamples
    settings.level = loop.level
    settings.seed = computing.seed
    let fit = try LawFit(law, to: runs, settings) { _ in }
    let document = FitDocument(fit, sensitivity: [], exclusions: [], notes: [])
    let text = try document.json()
    try DocumentFile.write(text, to: "\(folder)/fit.json")
    var fitted = try document.fittedLaw()
    fitted.fingerprint = fingerprint(of: text.utf8)
    let comparison = try LawComparison([law], on: runs, threads: computing.threadCount)
    return (fitted, comparison.laws.first?.backTest)
  }
}
