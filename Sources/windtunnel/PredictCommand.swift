import ArgumentParser
import Fitting
import Foundation
import Planning
import Report
import ScalingLaws
import Tables

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the loss of a run that has not been made.",
    usage: "windtunnel predict <file> [<options>]\nwindtunnel predict --preset <name> [<options>]",
    discussion: """
      Examples:
        windtunnel predict fit.json --params 7B --tokens 2T
        windtunnel predict --preset besiroglu2024 --params 70B --tokens 1.4T
        windtunnel predict fit.json --params 7B --flops "1e22 FLOP" --format json
        windtunnel predict fit.json --set N=7e9 --set D=2e12
        windtunnel predict curves.json --schedule schedule.csv
      """)

  @Argument(help: "A fit document that 'windtunnel fit --output' wrote; - for standard input.")
  var file: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Published parameters instead of a document.", valueName: "name"))
  var preset: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Model size: 7B.", valueName: "count"))
  var params: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Training tokens: 2T.", valueName: "count"))
  var tokens: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Training compute: \"1e22 FLOP\".", valueName: "compute"))
  var flops: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("The value of any other variable of the law.", valueName: "name=value"))
  var assignments: [String] = []

  @Option(
    help: ArgumentHelp(
      "For a fit of multi-power: a table of steps and learning rates, whose loss curve is predicted.", valueName: "file"
    ))
  var schedule: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --schedule: the steps of an even rise of the learning rate before its first row.", valueName: "steps"))
  var warmup = 0.0

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of the intervals.", valueName: "level"))
  var interval = 0.9

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of the residuals drawn for the prediction interval.", valueName: "number"))
  var seed: UInt64 = 0

  @OptionGroup(title: "Output") var output: OutputOptions

  struct Prediction: Encodable {
    var schema = "windtunnel.prediction/1"
    var law: String
    var provenance: String
    var at: [String: Double]
    var loss: Estimate
    /// The dense size of equal loss, for a law of experts.
    var denseEquivalent: Estimate?
    var warnings: [String]

    struct Estimate: Encodable {
      var value: Double
      /// Of the mean loss of such runs.
      var interval: [Double]?
      /// Of the loss of one such run.
      var predictionInterval: [Double]?
    }
  }

  func validate() throws {
    try checkInterval(interval)
    if !(warmup >= 0 && warmup.isFinite) { throw ValidationError("--warmup must be 0 or more steps, not \(warmup)") }
  }

  func run() throws {
    guard (file == nil) != (preset == nil) else {
      throw UsageError(
        "give a fit document or --preset, and not both, as in 'windtunnel predict fit.json --params 7B --tokens 2T'")
    }
    try output.prepare()
    let source = try preset.map(SourceOptions.published) ?? SourceOptions.document(file ?? "-")
    if let schedule { return try predictCurve(source, along: schedule) }
    let fitted = source.fitted
    guard fitted.law.name != Law.multiPowerName else {
      throw UsageError("a fit of \(fitted.law.name) predicts a curve: give the learning rates with --schedule FILE")
    }
    let point = try point(fitted.law)
    let bound = fitted.predictor(columns: fitted.law.variables.map { [point[$0.name] ?? .nan] })
    let value = bound.values(parameters: fitted.parameters)[0]
    guard value.isFinite else {
      throw UsageError("the law has no finite value there; check the sizes given")
    }
    let draws = fitted.draws.map { bound.values(parameters: $0)[0] }
    let prediction = Prediction(
      law: fitted.law.name, provenance: fitted.provenance,
      at: Dictionary(
        fitted.law.variables.map { ($0.column, point[$0.name] ?? .nan) }, uniquingKeysWith: { first, _ in first }),
      loss: .init(
        value: value, interval: ends(percentileInterval(draws, level: interval)),
        predictionInterval: ends(
          predictionInterval(draws, logResiduals: fitted.logResiduals, level: interval, seed: seed))),
      denseEquivalent: denseEquivalent(fitted, at: point, level: interval).map {
        .init(value: $0.value, interval: ends($0.interval))
      },
      warnings: source.caveats + warnings(fitted, point))
    try output.emit(json: try encodedJSON(prediction)) { view(prediction, of: fitted.law.target) }
  }

  private func ends(_ interval: ClosedRange<Double>?) -> [Double]? { interval.map { [$0.lowerBound, $0.upperBound] } }

  /// The value of each variable of the law.
  private func point(_ law: Law) throws -> [String: Double] {
    var given: [String: Double] = [:]
    if let params { given["params"] = try parseCount(params, of: .params) }
    if let tokens { given["tokens"] = try parseCount(tokens, of: .tokens) }
    if let flops { given["flops"] = try parseFLOPs(flops) }
    for text in assignments {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw UsageError("--set '\(text)' should be name=value, as in --set depth=32") }
      guard let variable = law.variables.first(where: { $0.name == parts[0] || $0.column == parts[0] }) else {
        let names = law.variables.map(\.name).joined(separator: ", ")
        throw UsageError("the law has no variable '\(parts[0])'; it has \(names)")
      }
      given[variable.column] = try parseNumber(parts[1])
    }
    if let n = given["params"], let d = given["tokens"], let c = given["flops"], abs(6 * n * d / c - 1) > 0.05,
      law.variable(of: "flops") == nil
    {
      throw UsageError(
        "--params, --tokens and --flops disagree: 6 N D is \(formatFLOPs(6 * n * d)), not \(formatFLOPs(c)); leave one out"
      )
    }
    if given["flops"] == nil, law.variable(of: "flops") != nil, let n = given["params"], let d = given["tokens"] {
      given["flops"] = 6 * n * d
    }
    if let c = given["flops"], let n = given["params"], given["tokens"] == nil { given["tokens"] = c / 6 / n }
    if let c = given["flops"], let d = given["tokens"], given["params"] == nil { given["params"] = c / 6 / d }
    var point: [String: Double] = [:]
    for variable in law.variables {
      guard let value = given[variable.column] else {
        let option =
          ["params", "tokens", "flops"].contains(variable.column) ? "--\(variable.column)" : "--set \(variable.name)=…"
        throw UsageError("the law \(law.name) needs \(variable.column); give it with \(option)")
      }
      point[variable.name] = value
    }
    return point
  }

  private func warnings(_ fitted: FittedLaw, _ point: [String: Double]) -> [String] {
    var warnings = fitted.law.variables.compactMap { variable -> String? in
      guard let range = fitted.ranges[variable.column], let value = point[variable.name] else { return nil }
      let beyond = max(value / range.upperBound, range.lowerBound / value)
      guard beyond > 1.5 else { return nil }
      let factor = "\(format(beyond, significant: 2)) times"
      let side = value > range.upperBound ? "\(factor) the largest" : "\(factor) smaller than the smallest"
      return "\(variable.column) is \(side) of the runs behind the fit: this extrapolates"
    }
    if fitted.draws.isEmpty {
      warnings.append("these parameters come without draws, so the prediction has no interval")
    }
    return warnings
  }

  private func view(_ prediction: Prediction, of target: String) -> String {
    let terminal = Terminal.standardOutput
    func text(_ interval: [Double]?) -> String {
      interval.map { "\(format($0[0], significant: 5)) … \(format($0[1], significant: 5))" } ?? "–"
    }
    let level = "\(format(interval * 100, significant: 3)) %"
    let place = prediction.at.sorted { $0.key < $1.key }.map { "\($0.key) \(compact($0.value))" }.joined(
      separator: ", ")
    var table = TextTable([.init("\(target) at \(place)"), .init("")], terminal: terminal)
    table.add(["predicted", format(prediction.loss.value, significant: 6)])
    table.add(["\(level) interval of the mean", text(prediction.loss.interval)])
    table.add(["\(level) interval of one run", text(prediction.loss.predictionInterval)])
    if let dense = prediction.denseEquivalent {
      table.addRule()
      table.add(["dense model of equal loss", formatParams(dense.value)])
      let range = dense.interval.map { "\(formatParams($0[0])) … \(formatParams($0[1]))" }
      if let range { table.add(["\(level) interval", range]) }
    }
    let warnings = prediction.warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns) + "\n"
    }
    return table.render(width: terminal.columns) + terminal.styled(prediction.provenance, .dim) + "\n"
      + warnings.joined()
  }
}
