import ArgumentParser
import Documents
import Foundation
import Planning
import Report
import ScalingLaws
import Tables
import TrainingCost

extension DesignGoal: ExpressibleByArgument {}

struct DesignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "design",
    abstract: "Choose the next runs so that a pilot budget predicts a large target as precisely as possible.",
    discussion: """
      Sizes and tokens are chosen by optimal design (Fedorov 1972): the runs whose fit is expected to leave the least
      variance in the loss, or in the compute-optimal size, at the target. The information in the runs behind a fit is
      used (the covariance of its draws), and the choice is good on average over the draws, not only at the fit.

      Expected intervals are those of random error, by linear theory, for a fit by least squares on the logarithm of the
      loss; a Huber objective with a delta far below the noise makes them 1.25 times as wide. If the residuals of the
      fitted runs grow or shrink with compute, each run has the noise of its own compute (the fit document's \"noise\");
      --noise and --noise-of-cheapest override it.

      In simulations of the Chinchilla law (Besiroglu et al. 2024) at 0.3 to 3 % noise, runs chosen for half the compute
      leave three quarters of the interval that an isoFLOP grid of 35 runs does, of the loss or of the optimal size, for
      targets of 10 to 10,000 times the budget, and linear theory predicts the spread of the fits within a tenth.
      Limits:
        - a design for the optimal size predicts the loss worse than a grid does (twice the interval); --for both
          predicts either almost as well as a design for it alone;
        - if the interval of the loss is beyond 10 % (5 to 10 % noise), linear theory fails and the advantage is gone;
        - intervals do not include the error of the law itself, and chosen runs depend on the law more than a grid's:
          small runs 2 % off at 1e17 FLOP move a forecast 200 times beyond the largest run by 2.0 % (a grid's by 1.1 %);
        - --size-factor 8 narrows intervals by another quarter, but if the law is 1 % off for sizes 8 times off the
          optimum, that forecast moves by 2 to 5 %, more than its standard error: widen it if the law is known to hold.

      Examples:
        windtunnel design --fit f.json --pilot-budget "2k USD" --target "1e23 FLOP"
        windtunnel design --fit f.json --target "1e23 FLOP" --check planned.csv
        windtunnel launch job.yaml --design next.json
      """)

  @OptionGroup(title: "Law") var source: SourceOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The budget of all runs together: \"1e19 FLOP\", \"2k GPU-hours\".", valueName: "budget"))
  var pilotBudget: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The training compute to predict: \"1e23 FLOP\".", valueName: "budget"))
  var target: String

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("The quantity to predict there: loss, optimum (the best size) or both.", valueName: "goal"))
  var goal = DesignGoal.loss

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The standard deviation of a run's log loss: 0.01; default: that of the fit's residuals, with their trend.",
      valueName: "number"
    ))
  var noise: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The same for the cheapest run, if small runs are noisier.", valueName: "number"))
  var noiseOfCheapest: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The largest share of the pilot budget for one run.", valueName: "share"))
  var largestShare = 0.1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The smallest size; default: that of the fitted runs.", valueName: "count"))
  var minParams: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The largest size.", valueName: "count"))
  var maxParams: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The fewest tokens; default: those of the fitted runs.", valueName: "count"))
  var minTokens: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The most runs, repeats included.", valueName: "number"))
  var maxRuns = 35

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The most repeats of one size on the same tokens.", valueName: "number"))
  var maxRepeats = 3

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The largest factor between a run's size and the optimal one for its compute.", valueName: "factor"))
  var sizeFactor = 4.0

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("The value of any further variable of the law.", valueName: "name=value"))
  var assignments: [String] = []

  @Option(
    help: ArgumentHelp(
      "Instead of choosing runs, judge those of a table with params, tokens and, if any, repeats.", valueName: "file"))
  var check: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of the expected intervals.", valueName: "level"))
  var interval = 0.9

  @Option(help: "How to print the result: table or json.")
  var format = OutputFormat.table

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Also write the runs as jobs of the reference trainer (.yaml), or the result as JSON (.json), whose runs "
        + "'windtunnel launch --design' makes with any trainer.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Also write the runs as a table.", valueName: "file"))
  var csv: String?

  @OptionGroup(title: "Output") var plot: PlotOption

  func validate() throws {
    try checkInterval(interval)
    if let output, !["yaml", "yml", "json"].contains(URL(fileURLWithPath: output).pathExtension.lowercased()) {
      throw ValidationError("--output must end in .yaml, for jobs to launch, or in .json, not '\(output)'")
    }
  }

  func run() throws {
    for path in [output, csv].compactMap({ $0 }) { try checkWritable(path) }
    try plot.prepare()
    let source = try source.source()
    let design = try check.map { try judged($0, source.fitted) } ?? chosen(source.fitted)
    var document = DesignDocument(design, isCheck: check != nil)
    document.reasons = try assumptions() + document.reasons
    document.warnings = source.caveats + document.warnings
    let json = try document.json()
    if let output {
      let isJSON = URL(fileURLWithPath: output).pathExtension.lowercased() == "json"
      try DocumentFile.write(isJSON ? json : DesignFiles(design: design).jobs(at: output), to: output)
    }
    if let csv { try DocumentFile.write(DesignFiles(design: design).table, to: csv) }
    if let path = plot.plot { try DesignFigure(document).plot.write(to: path) }
    let view = DesignView(document: document, terminal: .standardOutput)
    try DocumentFile.write(format == .json ? json : view.text, to: "-")
  }

  private func chosen(_ fitted: FittedLaw) throws -> RunDesign {
    guard let pilotBudget else {
      throw UsageError(
        "give the budget of the runs, as in --pilot-budget \"1e19 FLOP\", or judge your own runs with --check FILE")
    }
    return try designRuns(fitted, try request(pilotFLOPs: flops(pilotBudget)))
  }

  private func judged(_ path: String, _ fitted: FittedLaw) throws -> RunDesign {
    let runs = try DesignFiles.runs(from: path, sizes: fitted.law.sizeColumn)
    return try judgeRuns(fitted, runs, try request(pilotFLOPs: try pilotBudget.map(flops) ?? runs.flops))
  }

  private func flops(_ budget: String) throws -> Double {
    try trainingFLOPs(for: Budget(parsing: budget)).flops
  }

  /// The conversion of GPU-hours or money to compute, in sentences; empty for FLOP.
  private func assumptions() throws -> [String] {
    let sentences = try [pilotBudget, target].compactMap { $0 }.map {
      try trainingFLOPs(for: Budget(parsing: $0)).sentences
    }
    return sentences.filter { $0.count > 1 }.flatMap { $0 }
  }

  private func request(pilotFLOPs: Double) throws -> DesignRequest {
    var request = DesignRequest(pilotBudget: pilotFLOPs, target: try flops(target))
    request.goal = goal
    request.noise = noise
    request.noiseOfCheapest = noiseOfCheapest
    request.largestShare = largestShare
    request.minParams = try minParams.map { try parseCount($0, of: .params) }
    request.maxParams = try maxParams.map { try parseCount($0, of: .params) }
    request.minTokens = try minTokens.map { try parseCount($0, of: .tokens) }
    request.maxRuns = maxRuns
    request.maxRepeats = maxRepeats
    request.sizeFactor = sizeFactor
    request.fixed = try fixedValues(assignments)
    request.level = interval
    return request
  }
}
