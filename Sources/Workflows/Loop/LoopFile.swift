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
  /// The file's text.
  public let text: String
  public let name: String
  /// The directory of the loop.
  public let directory: String
  public let engine: EngineChoice
  /// The law's name in the catalog.
  public let law: String
  /// The number of bootstrap resamples behind the prediction's interval.
  public let resamples: Int
  /// The share of single runs that the prediction's interval should hold, between 0 and 1.
  public let level: Double
  /// The metric that is compared along the target with what the pilots' curves predict; nil for none.
  public let watch: String?
  /// The training compute of the target, in FLOP.
  public let targetFLOPs: Double
  /// The number of runs of the target, each with a seed of its own.
  public let targetSeeds: Int
  /// The most tokens that the target may be trained on; nil for no limit.
  public let maxTokens: Double?
  /// The runs to which the law is fitted.
  public let pilot: [JobSpec]
  private let template: DocumentNode
  private let trainers: TrainerRegistry

  /// The least compute of the target over that of the largest pilot, below which a prediction says little.
  public static let leastFactor = 10.0

  /// - Parameters:
  ///   - path: the file, for messages and for what lies beside it.
  ///   - given: the file's text, where it was read before.
  ///   - engine: the name of an engine that stands in for that of the file.
  ///   - trainers: the trainers that the file can name.
  ///   - engines: the engines that the file can name.
  /// - Throws: `DocumentError` with the place of what is missing or wrong.
  public init(
    path: String, text given: String? = nil, engine: String? = nil, trainers: TrainerRegistry = .builtIn,
    engines: EngineRegistry = .builtIn
  ) throws {
    let text = try given ?? DocumentFile.text(of: path, LoopEntries.kind, remedy: LoopEntries.remedy)
    let file = try LoopEntries.read(text: text, from: path)
    let entries = file.value
    (self.path, self.text, self.trainers) = (path, text, trainers)
    for name in ["plan", "after", "expected"] where file.node[name] != nil {
      throw file.fault(name, "a loop plans, orders and watches its runs itself; leave it out")
    }
    name = entries.run.name ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    try JobFile.check(name: name) { file.fault("name", $0) }
    directory = entries.directory ?? "runs/\(name)"
    self.engine = try engines.choice(entries.engine, from: path, instead: engine)
    law = entries.law ?? "chinchilla"
    resamples = entries.bootstrap ?? 1000
    guard (1...1_000_000_000).contains(resamples) else {
      throw file.fault("bootstrap", "it should be a whole number from 1 to 1000000000")
    }
    watch = entries.watch
    guard watch?.contains(where: { ",\"".contains($0) || $0.isNewline }) != true else {
      throw file.fault("watch", "it should be the name of a metric, as subset_loss")
    }
    level = entries.interval ?? 0.9
    guard level > 0, level < 1 else { throw file.fault("interval", "it should be between 0 and 1, as 0.9") }

    template = file.node.without(LoopEntries.ownNames)
    pilot = try Self.pilot(file, template, trainers)

    targetFLOPs = entries.target.budget.value
    targetSeeds = entries.target.seeds ?? 1
    maxTokens = entries.target.maxTokens?.value
    guard (1...1_000_000).contains(targetSeeds) else {
      throw file.fault("target.seeds", "it should be a whole number from 1 to 1000000")
    }
    let least = Self.leastFactor * (pilot.map(\.flops).max() ?? 0)
    // Runs of whole steps come only near to their budgets.
    guard targetFLOPs >= 0.99 * least else {
      throw file.fault(
        "target.budget",
        "it should be at least \(formatFLOPs(least)), ten times the largest pilot's, to be worth predicting")
    }
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
      template, path, trainers, size: size, params, budget: targetFLOPs, seed: seed, name: "target-s\(seed)")
    job.provenance = provenance
    return job
  }

  /// The pilot runs: a grid, or those of a design.
  private static func pilot(
    _ file: DocumentReading<LoopEntries>, _ template: DocumentNode, _ trainers: TrainerRegistry
  ) throws -> [JobSpec] {
    let pilot = file.value.pilot
    let path = file.source.path
    if let design = pilot.design {
      guard pilot.sizes == nil, pilot.budgets == nil, pilot.seeds == nil else {
        throw file.fault("pilot", "a design says sizes, budgets and seeds itself; leave them out")
      }
      return try DesignedRun.all(path: design).map { run in
        let entries = try EntriesReading(template.overlaid(by: run.node), from: path, trainers: trainers)
        return try JobSpec(entries, name: run.name, plan: nil)
      }
    }
    func values<Unit>(_ written: [Written<Unit>]?, _ name: String) throws(DocumentError) -> [Double] {
      guard let values = written?.map(\.value), !values.isEmpty, Set(values).count == values.count else {
        throw file.fault("pilot.\(name)", "it should be a list of different values, as in \(LoopEntries.Pilot.example)")
      }
      return values.sorted()
    }
    let (sizes, budgets) = (try values(pilot.sizes, "sizes"), try values(pilot.budgets, "budgets"))
    let seeds = pilot.seeds ?? 1
    guard (1...1_000_000).contains(seeds) else {
      throw file.fault("pilot.seeds", "it should be a whole number from 1 to 1000000")
    }
    var runs: [JobSpec] = []
    for budget in budgets {
      for size in sizes {
        for seed in 0..<seeds {
          var run = try job(template, path, trainers, size, budget: budget, seed: seed, name: "")
          run.name = "c\(short(budget))-n\(short(Double(run.model.parameters.total)))-s\(seed)"
          guard !runs.contains(where: { $0.name == run.name }) else {
            throw file.fault(
              "pilot.sizes",
              "two of them come to the same model of \(formatCount(Double(run.model.parameters.total))) parameters")
          }
          runs.append(run)
        }
      }
    }
    return runs
  }

  private static func short(_ value: Double) -> String { String(format: "%.3g", value).replacing("+", with: "") }

  /// A run of the shape nearest to a size, on as many whole steps as come nearest to a budget by C = 6 N D.
  private static func job(
    _ template: DocumentNode, _ path: String, _ trainers: TrainerRegistry, size key: String = "params",
    _ size: Double, budget: Double, seed: Int, name: String
  ) throws -> JobSpec {
    func spec(_ tokens: Double) throws -> JobSpec {
      let run = DocumentNode.run(size: key, size, tokens: tokens, seed: seed)
      let entries = try EntriesReading(template.overlaid(by: run), from: path, trainers: trainers)
      return try JobSpec(entries, name: name, plan: nil)
    }
    let draft = try spec(1e6)
    let wanted = budget / (6 * Double(draft.model.parameters.total))
    let steps = max(1, (wanted / Double(draft.training.tokensPerStep)).rounded())
    return try spec(steps * Double(draft.training.tokensPerStep))
  }
}
