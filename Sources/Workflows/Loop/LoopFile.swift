import Documents
import Foundation
import Launch
import Tables
import TrainingCost

/// A closed loop as a file describes it, `windtunnel.loop/1`: pilot runs, a fit to them, a prediction that is registered, and the
/// larger run that is predicted.
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
/// Instead of a grid, `pilot: {design: design.json}` has the runs of a design. Everything but `pilot`, `target`, `law`,
/// `bootstrap`, `interval` and `watch` is as in a `JobFile`, and the same for all runs.
public struct LoopFile: Sendable {
  public static let schema = "windtunnel.loop/1"

  public let path: String
  /// What the file holds.
  public let text: String
  public let name: String
  /// Where everything is kept.
  public let directory: String
  public let engine: EngineChoice
  /// The law's name in the catalogue.
  public let law: String
  /// How many bootstrap resamples the prediction's interval rests on.
  public let resamples: Int
  /// The share of single runs that the prediction's interval should hold, between 0 and 1.
  public let level: Double
  /// The metric that is compared along the target with what the pilots' curves predict; nil for none.
  public let watch: String?
  /// The training compute of the target, in FLOP.
  public let targetFLOPs: Double
  /// How many runs of the target there are, each with a seed of its own.
  public let targetSeeds: Int
  /// The most tokens that the target may be trained on; nil for no limit.
  public let maxTokens: Double?
  /// The runs to which the law is fitted.
  public let pilot: [JobSpec]
  private let trainers: TrainerRegistry

  /// The least compute of the target over that of the largest pilot, below which a prediction says little.
  public static let leastFactor = 10.0

  /// Entries that say nothing of a run.
  private static let own = ["pilot", "target", "law", "bootstrap", "interval", "watch"]

  /// - Parameters:
  ///   - path: the file, for messages and for what lies beside it.
  ///   - given: what the file holds, where it was read before.
  ///   - engine: the name of an engine that stands in for that of the file.
  ///   - trainers: those that the file can name.
  ///   - engines: those that the file can name.
  /// - Throws: `DocumentError` with the place of what is missing or wrong.
  public init(
    path: String, text given: String? = nil, engine: String? = nil, trainers: TrainerRegistry = .builtIn,
    engines: EngineRegistry = .builtIn
  ) throws {
    let text =
      try given
      ?? DocumentFile.text(
        of: path, Self.kind, remedy: "a \(Self.kind) is YAML that begins with 'schema: \(Self.schema)'")
    let file = try Self.section(path, text)
    (self.path, self.text, self.trainers) = (path, text, trainers)
    name = try file.text("name") ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    try JobFile.check(name: name, file)
    directory = try file.text("directory") ?? "runs/\(name)"
    self.engine = try engines.choice(in: file, instead: engine)
    law = try file.text("law") ?? "chinchilla"
    resamples = try file.count("bootstrap") ?? 1000
    watch = try file.text("watch")
    guard watch?.contains(where: { ",\"".contains($0) || $0.isNewline }) != true else {
      throw file.fault("watch", "it should be the name of a metric, as subset_loss")
    }
    level = try file.number("interval") ?? 0.9
    guard level > 0, level < 1 else { throw file.fault("interval", "it should be between 0 and 1, as 0.9") }

    pilot = try Self.pilot(file, Self.template(of: file), trainers)

    let targetExample = "target: {budget: 2e11 FLOP}"
    let target = try file.needed("target", targetExample, try file.section("target", example: targetExample))
    try target.checkKeys(["budget", "seeds", "max_tokens"])
    targetFLOPs = try target.needed("budget", targetExample, try target.quantity("budget", parseFLOPs))
    targetSeeds = try target.count("seeds") ?? 1
    maxTokens = try target.quantity("max_tokens") { text throws(QuantityError) in try parseCount(text, of: .tokens) }
    let least = Self.leastFactor * (pilot.map(\.flops).max() ?? 0)
    // Runs of whole steps come only near to their budgets.
    guard targetFLOPs >= 0.99 * least else {
      throw target.fault(
        "budget", "it should be at least \(formatFLOPs(least)), ten times the largest pilot's, to be worth predicting")
    }
  }

  private static let kind = "loop file"

  private static func section(_ path: String, _ text: String) throws(DocumentError) -> YAMLSection {
    let keys = JobFile.keys.filter { !["runs", "plan", "design", "after", "expected"].contains($0) }
    return try YAMLSection(path: path, text: text, kind: kind, schema: schema, keys: keys + own)
  }

  /// What a file says of every run.
  private static func template(of file: YAMLSection) -> YAMLSection {
    (own + ["engine", "directory"]).reduce(file) { $0.without($1) }
  }

  /// The run that is predicted, of the shape nearest to a size.
  ///
  /// - Parameters:
  ///   - params: the size, as the column counts it.
  ///   - sizeColumn: the column in which a run table holds such sizes.
  /// - Throws: `DocumentError` for a column that no shape can be found by, or a shape that the file's layout does not fit.
  public func target(
    params: Double, sizeColumn: String = Role.params.rawValue, seed: Int, provenance: JobSpec.Provenance
  ) throws -> JobSpec {
    guard let size = JobSpec.sizeKeys[sizeColumn] else {
      throw DocumentError("\(path): 'law': no shape can be found for sizes that are counted as '\(sizeColumn)'")
    }
    var job = try Self.job(
      Self.template(of: try Self.section(path, text)), trainers, size: size, params, budget: targetFLOPs, seed: seed,
      name: "target-s\(seed)")
    job.provenance = provenance
    return job
  }

  /// The pilot runs: a grid, or those of a design.
  private static func pilot(
    _ file: YAMLSection, _ template: YAMLSection, _ trainers: TrainerRegistry
  ) throws -> [JobSpec] {
    let example = "pilot: {sizes: [5K, 10K, 20K], budgets: [2e9 FLOP, 6e9 FLOP]}, or {design: design.json}"
    let section = try file.needed("pilot", example, try file.section("pilot", example: example))
    if let design = try section.text("design") {
      try section.checkKeys(["design"])
      return try DesignedRun.all(path: design).map { run in
        try JobSpec(
          template.overlaid(by: run.section(in: template).without("name")), name: run.name, plan: nil,
          trainers: trainers)
      }
    }
    try section.checkKeys(["sizes", "budgets", "seeds", "design"])
    let sizes = try section.quantities("sizes", example) { text throws(QuantityError) in
      try parseCount(text, of: .params)
    }
    let budgets = try section.quantities("budgets", example, parseFLOPs)
    let seeds = try section.count("seeds") ?? 1
    var pilot: [JobSpec] = []
    for budget in budgets.sorted() {
      for size in sizes.sorted() {
        for seed in 0..<seeds {
          var run = try job(template, trainers, size, budget: budget, seed: seed, name: "")
          run.name = "c\(short(budget))-n\(short(Double(run.model.parameters.total)))-s\(seed)"
          guard !pilot.contains(where: { $0.name == run.name }) else {
            throw section.fault(
              "sizes",
              "two of them come to the same model of \(formatCount(Double(run.model.parameters.total))) parameters")
          }
          pilot.append(run)
        }
      }
    }
    return pilot
  }

  private static func short(_ value: Double) -> String { String(format: "%.3g", value).replacing("+", with: "") }

  /// A run of the shape nearest to a size, on as many whole steps as come nearest to a budget by C = 6 N D.
  private static func job(
    _ template: YAMLSection, _ trainers: TrainerRegistry, size key: String = "params", _ size: Double, budget: Double,
    seed: Int, name: String
  ) throws -> JobSpec {
    func spec(_ tokens: Double) throws -> JobSpec {
      try JobSpec(
        template.overlaid(by: template.run(size: key, size, tokens: tokens, seed: seed)), name: name, plan: nil,
        trainers: trainers)
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
  ) throws(DocumentError) -> [Double] {
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
