import ArgumentParser
import Documents
import Fitting
import Foundation
import Planning
import Report
import ScalingLaws
import Tables

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the loss of a run before it is made.",
    usage: "windtunnel predict <file> [<options>]\nwindtunnel predict --preset <name> [<options>]",
    discussion: """
      Examples:
        windtunnel predict fit.json --params 7B --tokens 2T
        windtunnel predict --preset besiroglu2024 --params 70B --tokens 1.4T
        windtunnel predict fit.json --params 7B --flops "1e22 FLOP" --format json
        windtunnel predict fit.json --set N=7e9 --set D=2e12
        windtunnel predict curves.json --schedule schedule.csv
        windtunnel predict bits.json --then accuracy.json --params 7B --tokens 4T
      """)

  @Argument(help: "A fit document that 'windtunnel fit --output' wrote; - for standard input.")
  var file: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Published parameters instead of a document.", valueName: "name"))
  var preset: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A fit that predicts from the prediction, such as accuracy from loss; may be repeated.", valueName: "file"))
  var then: [String] = []

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
      "With --schedule: the steps of a linear warm-up of the learning rate before its first row.", valueName: "steps"))
  var warmup = 0.0

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of the intervals.", valueName: "level"))
  var interval = 0.9

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of the residuals drawn for the prediction interval.", valueName: "number"))
  var seed: UInt64 = 0

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    try checkInterval(interval)
    if !(warmup >= 0 && warmup.isFinite) { throw ValidationError("--warmup must be 0 or more steps, not \(warmup)") }
  }

  func run() throws {
    guard (file == nil) != (preset == nil) else {
      throw UsageError(
        "give either a fit document or --preset, as in 'windtunnel predict fit.json --params 7B --tokens 2T'")
    }
    try output.prepare()
    let source = try preset.map(SourceOptions.published) ?? SourceOptions.document(file ?? "-")
    if let schedule { return try predictCurve(source, along: schedule) }
    guard !source.fitted.law.isOfSchedules else {
      throw UsageError(
        "a fit of \(source.fitted.law.name) predicts a curve: give the learning rates with --schedule FILE")
    }
    let following = try then.map(SourceOptions.document)
    let sources = [source] + following
    let chain = try FittedChain(sources.map(\.fitted))
    let point = try point(chain)
    let predictions = chain.predictions(at: point, seed: seed)
    let steps = zip(chain.links, predictions).map { link, found in
      Prediction.Step(law: link.law.name, target: link.law.target, estimate: estimate(found))
    }
    guard let last = steps.last, steps.allSatisfy({ $0.estimate.value.isFinite }) else {
      throw UsageError("the law has no finite value there; check the sizes given")
    }
    let prediction = Prediction(
      law: last.law, provenance: chain.links.map(\.provenance).joined(separator: "; "), at: point, target: last.target,
      loss: last.estimate, denseEquivalent: following.isEmpty ? dense(source.fitted, at: point) : nil,
      steps: following.isEmpty ? nil : steps,
      level: interval, warnings: sources.flatMap(\.caveats) + warnings(chain, point, steps))
    try output.emit(prediction)
  }

  /// The dense size of equal loss, for a law of experts.
  private func dense(_ fitted: FittedLaw, at point: [String: Double]) -> Prediction.Estimate? {
    let values = Dictionary(
      fitted.law.variables.map { ($0.name, point[$0.column] ?? .nan) }, uniquingKeysWith: { first, _ in first })
    return denseEquivalent(fitted, at: values, level: interval).map {
      .init(value: $0.value, interval: ends($0.interval))
    }
  }

  private func estimate(_ found: FittedChain.Prediction) -> Prediction.Estimate {
    .init(
      value: found.value, interval: ends(percentileInterval(found.draws, level: interval)),
      predictionInterval: ends(percentileInterval(found.single, level: interval)))
  }

  private func ends(_ interval: ClosedRange<Double>?) -> [Double]? { interval.map { [$0.lowerBound, $0.upperBound] } }

  /// The value of each column that must be given.
  private func point(_ chain: FittedChain) throws -> [String: Double] {
    func has(_ column: String) -> Bool { chain.inputs.contains { $0.column == column } }
    var given: [String: Double] = [:]
    if let params { given["params"] = try parseCount(params, of: .params) }
    if let tokens { given["tokens"] = try parseCount(tokens, of: .tokens) }
    if let flops { given["flops"] = try parseFLOPs(flops) }
    for text in assignments {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw UsageError("--set must be name=value, as in --set depth=32, not '\(text)'") }
      guard let variable = chain.inputs.first(where: { $0.name == parts[0] || $0.column == parts[0] }) else {
        let names = chain.inputs.map(\.name).joined(separator: ", ")
        throw UsageError("the law has no variable '\(parts[0])'; its variables are \(names)")
      }
      given[variable.column] = try parseNumber(parts[1])
    }
    if let n = given["params"], let d = given["tokens"], let c = given["flops"], abs(6 * n * d / c - 1) > 0.05,
      !has("flops")
    {
      throw UsageError(
        "--params, --tokens and --flops disagree: 6 N D is \(formatFLOPs(6 * n * d)), not \(formatFLOPs(c)); leave one "
          + "out"
      )
    }
    if given["flops"] == nil, has("flops"), let n = given["params"], let d = given["tokens"] {
      given["flops"] = 6 * n * d
    }
    if let c = given["flops"], let n = given["params"], given["tokens"] == nil { given["tokens"] = c / 6 / n }
    if let c = given["flops"], let d = given["tokens"], given["params"] == nil { given["params"] = c / 6 / d }
    var point: [String: Double] = [:]
    for variable in chain.inputs {
      guard let value = given[variable.column] else {
        let option =
          ["params", "tokens", "flops"].contains(variable.column) ? "--\(variable.column)" : "--set \(variable.name)=…"
        let name = chain.links.first { $0.law.variable(of: variable.column) != nil }?.law.name ?? ""
        throw UsageError("the law \(name) needs \(variable.column); give it with \(option)")
      }
      point[variable.column] = value
    }
    return point
  }

  /// The warnings: extrapolation beyond the runs behind the fits, and missing draws.
  private func warnings(_ chain: FittedChain, _ point: [String: Double], _ steps: [Prediction.Step]) -> [String] {
    var known = point
    var warnings: [String] = []
    for (link, step) in zip(chain.links, steps) {
      warnings += link.law.variables.compactMap { variable -> String? in
        guard let range = link.ranges[variable.column], let value = known[variable.column] else { return nil }
        let beyond = max(value / range.upperBound, range.lowerBound / value)
        guard beyond > 1.5 else { return nil }
        let factor = "\(NumberText.rounded(beyond, 2)) times"
        let side = value > range.upperBound ? "\(factor) the largest" : "\(factor) smaller than the smallest"
        return "\(variable.column) is \(side) of the runs behind the fit: this extrapolates"
      }
      known[step.target] = step.estimate.value
    }
    let bare = chain.links.filter(\.draws.isEmpty)
    if bare.count == chain.links.count {
      warnings.append("these parameters come without draws, so the prediction has no interval")
    } else if !bare.isEmpty {
      let names = bare.map(\.law.name).joined(separator: ", ")
      warnings.append(
        "the parameters of \(names) come without draws, so the interval does not include their uncertainty")
    }
    return warnings
  }
}
