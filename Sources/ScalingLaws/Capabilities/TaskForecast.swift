import Fitting
import Foundation

/// A task's score predicted for models above a compute from models below it: from their capabilities and, for
/// comparison, from their compute alone.
public struct TaskForecast: Codable, Sendable, Equatable {
  public var task: String
  /// In FLOP: models up to it are fitted, those above are predicted.
  public var cutoff: Double
  public var fitted: Int
  public var heldOut: Int
  /// Models without a score on the task or without compute, which are in neither group.
  public var leftOut: Int
  public var fromCapabilities: Accuracy
  public var fromCompute: Accuracy
  /// The link from capabilities, `PC1`, `PC2`, …, to the score.
  public var formula: String
  public var parameters: [Double]
  /// The models above the cutoff, by descending compute.
  public var predictions: [Prediction]

  public struct Accuracy: Codable, Sendable, Equatable {
    /// Mean absolute errors of the score.
    public var fittedError: Double
    public var heldOutError: Observation.Measured
    /// The mean squared error of the score above the cutoff.
    public var heldOutSquaredError: Double
  }

  public struct Prediction: Codable, Sendable, Equatable {
    public var model: String
    public var flops: Double
    public var score: Double
    public var predicted: Double
    public var interval: [Double]?
    public var fromCompute: Double
  }
}

/// The inputs of a forecast.
struct TaskRequest: Sendable {
  let task: String
  let cutoff: Double
  private let components: Int
  private let weak: [Model]
  private let strong: [Model]
  private let leftOut: Int
  private let best: Links

  private struct Model: Sendable {
    let name: String
    let flops: Double
    let scores: [Double]
    let outcome: Double
    /// Compute in decades from 1e22 FLOP, where the weights of a link are of order 1.
    var decades: Double { log10(flops / 1e22) }
  }

  private struct Links: Sendable {
    let space: CapabilitySpace
    let capabilities: CapabilityLink
    let compute: CapabilityLink
  }

  /// The predictions of a resample of the models.
  struct Drawn: Sendable {
    let predictions: [Double]
    let capabilityError: Double
    let computeError: Double
  }

  init(
    _ scores: ModelScores, _ columns: [Int], _ task: String, cutoff: Double, _ settings: Observation.Settings
  ) throws {
    guard let outcome = scores.benchmarks.firstIndex(of: task) else { throw LawError("there is no score of '\(task)'") }
    guard !scores.flops.isEmpty else {
      throw LawError("a cutoff by compute needs a column of it: flops, or params and tokens with --derive")
    }
    let all = scores.scores.indices.map { row in
      Model(
        name: scores.models[row], flops: scores.flops[row], scores: columns.map { scores.scores[row][$0] },
        outcome: scores.scores[row][outcome])
    }
    let known = all.filter { !$0.flops.isNaN && !$0.outcome.isNaN && !$0.scores.allSatisfy(\.isNaN) }
    weak = known.filter { $0.flops <= cutoff }
    strong = known.filter { $0.flops > cutoff }.sorted { ($1.flops, $0.name) < ($0.flops, $1.name) }
    leftOut = all.count - known.count
    self.task = task
    self.cutoff = cutoff
    components = settings.components
    guard weak.count > components + 2, !strong.isEmpty else {
      throw LawError(
        "of the \(known.count) models with '\(task)' and compute, \(weak.count) lie below the cutoff and "
          + "\(strong.count) above; at least \(components + 3) below and 1 above are needed, so move --cutoff")
    }
    best = try Self.links(weak, components, near: nil)
  }

  private static func links(_ models: [Model], _ components: Int, near: Links?) throws -> Links {
    let space = try CapabilitySpace(models.map(\.scores), components: components)
    let names = (1...components).map { "PC\($0)" }
    let outcomes = models.map(\.outcome)
    // A resample starts from the links of all models, and from a few other points.
    let starts = near == nil ? Starts.global(64) : .global(6)
    return Links(
      space: space,
      capabilities: try CapabilityLink(
        space.capabilities, names: names, scores: outcomes, from: near.map { [$0.capabilities.parameters] } ?? [],
        starts: starts),
      compute: try CapabilityLink(
        models.map { [$0.decades] }, names: ["decades"], scores: outcomes,
        from: near.map { [$0.compute.parameters] } ?? [], starts: starts))
  }

  private func predictions(_ links: Links, _ models: [Model]) -> (capabilities: [Double], compute: [Double]) {
    (
      links.capabilities.predictions(models.map { links.space.capabilities(of: $0.scores) }),
      links.compute.predictions(models.map { [$0.decades] })
    )
  }

  /// The links of a resample of the models below the cutoff, scored on a resample of those above.
  func redrawn(_ random: Random) throws -> Drawn {
    let links = try Self.links(weak.map { _ in weak[random.integer(below: weak.count)] }, components, near: best)
    let predicted = predictions(links, strong)
    let picked = strong.map { _ in random.integer(below: strong.count) }
    func error(_ values: [Double]) -> Double { mean(picked.map { abs(values[$0] - strong[$0].outcome) }) }
    return Drawn(
      predictions: predicted.capabilities, capabilityError: error(predicted.capabilities),
      computeError: error(predicted.compute))
  }

  func forecast(
    _ draws: [Drawn], _ measured: (Double, [Double]) -> Observation.Measured
  ) throws -> TaskForecast {
    let (below, above) = (predictions(best, weak), predictions(best, strong))
    func misses(_ values: [Double], _ models: [Model]) -> [Double] { zip(values, models).map { $0 - $1.outcome } }
    func accuracy(_ below: [Double], _ above: [Double], _ drawn: [Double]) -> TaskForecast.Accuracy {
      let held = misses(above, strong)
      return .init(
        fittedError: mean(misses(below, weak).map(abs)), heldOutError: measured(mean(held.map(abs)), drawn),
        heldOutSquaredError: mean(held.map { $0 * $0 }))
    }
    return TaskForecast(
      task: task, cutoff: cutoff, fitted: weak.count, heldOut: strong.count, leftOut: leftOut,
      fromCapabilities: accuracy(below.capabilities, above.capabilities, draws.map(\.capabilityError)),
      fromCompute: accuracy(below.compute, above.compute, draws.map(\.computeError)),
      formula: best.capabilities.formula, parameters: best.capabilities.parameters,
      predictions: strong.indices.map { index in
        let own = measured(above.capabilities[index], draws.map { $0.predictions[index] })
        return .init(
          model: strong[index].name, flops: strong[index].flops, score: strong[index].outcome, predicted: own.value,
          interval: own.interval, fromCompute: above.compute[index])
      })
  }
}
