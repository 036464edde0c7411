import Foundation
import Tables
import TrainingCost

/// A closed loop as a file describes it, `windtunnel.loop/1`: pilot runs, a fit to them, a prediction that is registered, and the
/// larger run that it is of.
///
/// ```yaml
/// schema: windtunnel.loop/1
/// name: loop
/// pilot:
///   sizes: [5K, 10K, 20K, 33K]
///   budgets: [2e9 FLOP, 6e9 FLOP, 2e10 FLOP]
/// target: {budget: 2e11 FLOP}
/// trainer: reference
/// optimizer: {lr: {value: 0.0065, at_params: 33K, exponent: -0.4}}
/// ```
///
/// Everything but `pilot`, `target`, `law`, `bootstrap` and `interval` is as in a ``JobFile``, and the same for all runs.
public struct LoopFile {
  public static let schema = "windtunnel.loop/1"

  public let path: String
  public let name: String
  public let directory: String
  public let engine: EngineChoice
  /// The law's name in the catalogue.
  public let law: String
  public let resamples: Int
  /// The share of outcomes that the prediction's interval is to hold.
  public let level: Double
  /// FLOP of the run that is foretold.
  public let targetFLOPs: Double
  public let targetSeeds: Int
  /// The most tokens that it may be trained on.
  public let maxTokens: Double?
  /// The runs to learn from.
  public let pilot: [JobSpec]
  private let template: YAMLSection

  /// How many times the largest pilot's compute the target has at least, for the prediction to be one worth the name.
  public static let leastFactor = 10.0

  /// - Throws: ``FileError`` with the place of what is missing or wrong.
  public init(path: String, engine: String? = nil) throws {
    let own = ["pilot", "target", "law", "bootstrap", "interval"]
    let template = JobFile.keys.filter { !["runs", "plan", "model", "after"].contains($0) }
    let file = try YAMLSection(path: path, kind: "loop file", schema: Self.schema, keys: template + own)
    self.path = path
    name = try file.text("name") ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    try JobFile.check(name: name, file)
    directory = try file.text("directory") ?? "runs/\(name)"
    self.engine = try EngineChoice(file, instead: engine)
    law = try file.text("law") ?? "chinchilla"
    resamples = try file.count("bootstrap") ?? 1000
    level = try file.number("interval") ?? 0.9
    guard level > 0, level < 1 else { throw file.fault("interval", "it should be between 0 and 1, as 0.9") }

    let example = "pilot: {sizes: [5K, 10K, 20K], budgets: [2e9 FLOP, 6e9 FLOP]}"
    let section = try file.needed("pilot", example, try file.section("pilot", example: example))
    try section.checkKeys(["sizes", "budgets", "seeds"])
    let sizes = try section.quantities("sizes", example) { text throws(QuantityError) in
      try parseCount(text, of: .params)
    }
    let budgets = try section.quantities("budgets", example, parseFLOPs)
    let seeds = try section.count("seeds") ?? 1

    let targetExample = "target: {budget: 2e11 FLOP}"
    let target = try file.needed("target", targetExample, try file.section("target", example: targetExample))
    try target.checkKeys(["budget", "seeds", "max_tokens"])
    targetFLOPs = try target.needed("budget", targetExample, try target.quantity("budget", parseFLOPs))
    targetSeeds = try target.count("seeds") ?? 1
    maxTokens = try target.quantity("max_tokens") { text throws(QuantityError) in try parseCount(text, of: .tokens) }
    let least = Self.leastFactor * (budgets.max() ?? 0)
    guard targetFLOPs >= least else {
      throw target.fault(
        "budget", "it should be at least \(formatFLOPs(least)), ten times the largest pilot's, to be worth foretelling")
    }

    self.template = (own + ["engine", "directory"]).reduce(file) { $0.without($1) }
    var pilot: [JobSpec] = []
    for budget in budgets.sorted() {
      for size in sizes.sorted() {
        for seed in 0..<seeds {
          let run = try Self.job(self.template, params: size, budget: budget, seed: seed, name: "")
          let name = "c\(Self.short(budget))-n\(Self.short(Double(run.model.parameters.total)))-s\(seed)"
          pilot.append(try Self.job(self.template, params: size, budget: budget, seed: seed, name: name))
        }
      }
    }
    self.pilot = pilot
  }

  /// The run that is foretold, of the shape nearest to a size.
  public func target(params: Double, seed: Int, provenance: JobSpec.Provenance) throws -> JobSpec {
    var job = try Self.job(
      template, params: params, budget: targetFLOPs, seed: seed, name: "target-s\(seed)")
    job.provenance = provenance
    return job
  }

  private static func short(_ value: Double) -> String { String(format: "%.3g", value).replacing("+", with: "") }

  /// A run of the shape nearest to a size, on as many whole steps as come nearest to a budget by C = 6 N D.
  private static func job(
    _ template: YAMLSection, params: Double, budget: Double, seed: Int, name: String
  ) throws -> JobSpec {
    func spec(_ tokens: Double) throws -> JobSpec {
      let text = """
        schema: \(LoopFile.schema)
        model: {params: \(plain(params))}
        training: {tokens: \(plain(tokens)), seed: \(seed)}
        """
      let run = try YAMLSection(
        path: template.path, text: text, kind: "run", schema: LoopFile.schema, keys: ["schema", "model", "training"])
      return try JobSpec(template.overlaid(by: run), name: name, plan: nil)
    }
    let draft = try spec(1e6)
    let wanted = budget / (6 * Double(draft.model.parameters.total))
    let steps = max(1, (wanted / Double(draft.training.tokensPerStep)).rounded())
    return try spec(steps * Double(draft.training.tokensPerStep))
  }
}

extension YAMLSection {
  /// A list of quantities above zero.
  fileprivate func quantities(
    _ key: String, _ example: String, _ parse: (String) throws(QuantityError) -> Double
  ) throws(FileError) -> [Double] {
    var values: [Double] = []
    for text in try needed(key, example, try texts(key)) {
      do { values.append(try parse(text)) } catch { throw fault(key, "\(error)") }
    }
    guard !values.isEmpty, Set(values).count == values.count else {
      throw fault(key, "it should be a list of different values")
    }
    return values
  }
}
