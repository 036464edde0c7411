import Fitting
import Foundation

/// The choice among several pretrained models of the one to fine-tune on all examples, from runs on few of them.
public struct ModelSelection: Codable, Sendable, Equatable {
  /// The shared values of the curves, such as their task, by column; empty if no column was named.
  public var group: [String: String] = [:]
  /// The number of examples that the chosen model will be tuned on.
  public var target: Double
  /// The limit of examples; runs on more were not used.
  public var observedUpTo: Double
  /// ``observedUpTo`` over ``target``.
  public var ratio: Double
  public var spent: Spending
  /// The method that makes the choice.
  public var method: SelectionMethod
  /// The model to fine-tune: the first of that method's ranking.
  public var chosen: RankedModel
  /// Every method's ranking, in the order of ``SelectionMethod``.
  public var methods: [MethodRanking]

  public struct Spending: Codable, Sendable, Equatable {
    public var models: Int
    /// The number of runs that were used.
    public var runs: Int
    /// The total number of examples of these runs.
    public var examples: Double
    /// ``examples`` over those of fine-tuning every model on all examples.
    public var share: Double
  }

  /// A ranking of the models by a method.
  public struct MethodRanking: Codable, Sendable, Equatable {
    public var method: SelectionMethod
    /// The first of the ranking; nil if the method cannot rank any model.
    public var chosen: String?
    public var ranking: [RankedModel]
    /// Models that the method cannot rank, each with the reason.
    public var unranked: [String: String]
    /// The quality of the choice; nil unless the true losses were given.
    public var score: SelectionScore?
  }

  public struct RankedModel: Codable, Sendable, Equatable {
    public var model: String
    /// The value that the method ranks by: a loss, the lowest first; or parameters, the most first.
    public var value: Double
    /// The interval for the loss of a run on all examples; nil if the method predicts none, or if it was not requested:
    /// see ``SelectionRequest/intervals``.
    public var interval: [Double]?
    /// The number of sizes in the line of Accept then Stop; nil for other methods.
    public var points: Int?
    /// The true loss on all examples; nil unless it was given.
    public var trueLoss: Double?
  }

  /// - Parameters:
  ///   - curves: those of the models, as far as they are known; runs on more examples than the budget are not used.
  ///   - budget: the number of examples up to which the curves are used.
  /// - Throws: `FitError` for a model that has too few sizes within the budget; if the choice is to be scored, also
  ///   for one without a loss at the full size.
  public init(_ curves: [FineTuningCurve], upTo budget: Double, _ request: SelectionRequest) throws {
    let observed = curves.map { $0.observed(upTo: budget) }
    for curve in observed where curve.examples.count <= request.acceptThenStop.k {
      let count = curve.examples.count
      throw FitError(
        "the model '\(curve.model)' has \(count) size\(count == 1 ? "" : "s") up to \(plainCount(budget)) examples; "
          + "Accept then Stop with k = \(request.acceptThenStop.k) needs \(request.acceptThenStop.k + 1) or more: "
          + "raise the budget, or leave the model out with --where")
    }
    let truth = request.scores ? try Self.truth(of: curves, at: request.target) : nil
    target = request.target
    observedUpTo = budget
    ratio = budget / request.target
    let examples = observed.reduce(0) { $0 + $1.examples.reduce(0, +) }
    spent = Spending(
      models: curves.count, runs: observed.reduce(0) { $0 + $1.examples.count }, examples: examples,
      share: examples / (request.target * Double(curves.count)))
    method = request.method
    let rankings = try SelectionMethod.allCases.map { method in
      var ranking = MethodRanking(method, try method.estimates(observed, request), observed, truth: truth)
      try ranking.addIntervals(observed, request)
      return ranking
    }
    methods = rankings
    let choice = rankings.first { $0.method == request.method }
    guard let first = choice?.ranking.first else {
      let example = choice?.unranked.min { $0.key < $1.key }.map { ": of '\($0.key)', \($0.value)" }
      throw FitError("the method \(request.method.rawValue) cannot rank any model\(example ?? "")")
    }
    chosen = first
  }

  /// The ranking of one method.
  public func ranking(by method: SelectionMethod) -> MethodRanking? { methods.first { $0.method == method } }

  private static func truth(of curves: [FineTuningCurve], at target: Double) throws -> [Double] {
    try curves.map { curve in
      guard let loss = curve.loss(at: target) else {
        throw FitError(
          "the model '\(curve.model)' has no run on \(plainCount(target)) examples to score the choice; leave the "
            + "model out with --where, or do not score")
      }
      return loss
    }
  }
}

extension ModelSelection.MethodRanking {
  fileprivate init(
    _ method: SelectionMethod, _ estimates: [SelectionMethod.Estimate], _ curves: [FineTuningCurve], truth: [Double]?
  ) {
    self.method = method
    unranked = [:]
    var ranked: [(place: Int, model: ModelSelection.RankedModel)] = []
    for (place, (estimate, curve)) in zip(estimates, curves).enumerated() {
      switch estimate {
      case .missing(let reason): unranked[curve.model] = reason
      case .value(let value, let points):
        ranked.append(
          (
            place,
            ModelSelection.RankedModel(model: curve.model, value: value, points: points, trueLoss: truth?[place])
          ))
      }
    }
    // Among equals the first in the table comes first.
    let sign = method.prefersMore ? -1.0 : 1.0
    ranked.sort { (sign * $0.model.value, $0.place) < (sign * $1.model.value, $1.place) }
    ranking = ranked.map(\.model)
    chosen = ranking.first?.model
    guard let truth, !ranked.isEmpty else { return }
    // As the authors do, sizes are correlated by their logarithms.
    score = SelectionScore(
      ranking.map { method.prefersMore ? log($0.value) : $0.value }, truth: ranked.map { truth[$0.place] }, among: truth
    )
  }

  /// Adds intervals for the models at the top of the ranking.
  fileprivate mutating func addIntervals(_ curves: [FineTuningCurve], _ request: SelectionRequest) throws {
    let count = method == request.method ? max(1, request.intervals) : 1
    let places = ranking.indices.prefix(method == .acceptThenStop ? ranking.count : count)
    let wanted = places.compactMap { place in curves.first { $0.model == ranking[place].model } }
    for (place, interval) in zip(places, try method.intervals(wanted, request)) {
      ranking[place].interval = interval.map { [$0.lowerBound, $0.upperBound] }
    }
  }
}

/// The settings of a choice of model.
public struct SelectionRequest: Sendable {
  /// The number of examples that the chosen model will be tuned on.
  public var target: Double
  /// The method that makes the choice; all others are computed for comparison.
  public var method = SelectionMethod.acceptThenStop
  public var acceptThenStop = AcceptThenStop()
  /// The level of every interval.
  public var level = 0.9
  /// Bootstrap resamples behind the intervals of fitted laws; none if 0.
  public var resamples = 200
  /// The number of models of the chosen ranking that get an interval, from the first on. In the other rankings
  /// only the first gets one; a line of Accept then Stop, whose interval is a formula, always has one.
  public var intervals = 1
  public var seed: UInt64 = 0
  /// Whether the curves have their true losses at the target, to score the choice.
  public var scores = false
  public var threads: Int

  public init(target: Double, threads: Int = ProcessInfo.processInfo.activeProcessorCount) {
    self.target = target
    self.threads = threads
  }
}
