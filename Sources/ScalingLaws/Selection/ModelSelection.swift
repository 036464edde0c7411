import Fitting
import Foundation

/// Which of several pretrained models to fine-tune on all examples, told from runs on few of them.
public struct ModelSelection: Codable, Sendable, Equatable {
  /// What the curves have in common, such as their task, by column; empty where nothing was named.
  public var group: [String: String] = [:]
  /// The number of examples that the chosen model is to be tuned on.
  public var target: Double
  /// Runs on more examples than this were not looked at.
  public var observedUpTo: Double
  /// ``observedUpTo`` over ``target``.
  public var ratio: Double
  public var spent: Spending
  /// By which the choice is made.
  public var method: SelectionMethod
  /// The model to fine-tune: the first of that method's ranking.
  public var chosen: RankedModel
  /// Every method's ranking, in the order of ``SelectionMethod``.
  public var methods: [MethodRanking]

  public struct Spending: Codable, Sendable, Equatable {
    public var models: Int
    /// How many runs were looked at.
    public var runs: Int
    /// The examples of all these runs together.
    public var examples: Double
    /// ``examples`` over those of fine-tuning every model on all examples.
    public var share: Double
  }

  /// How a method ranks the models.
  public struct MethodRanking: Codable, Sendable, Equatable {
    public var method: SelectionMethod
    /// The first of the ranking; nil where the method can rank no model.
    public var chosen: String?
    public var ranking: [RankedModel]
    /// Models that the method cannot rank, each with the reason.
    public var unranked: [String: String]
    /// How good the choice was; nil unless the true losses were given to score it by.
    public var score: SelectionScore?
  }

  public struct RankedModel: Codable, Sendable, Equatable {
    public var model: String
    /// What the method ranks by: a loss, the lowest first; or parameters, the most first.
    public var value: Double
    /// Of the loss of a run on all examples; nil where the method predicts none, and where it was not asked for: see
    /// ``SelectionRequest/intervals``.
    public var interval: [Double]?
    /// How many sizes the line of Accept then Stop goes through; nil for other methods.
    public var points: Int?
    /// The true loss on all examples; nil unless it was given.
    public var trueLoss: Double?
  }

  /// - Parameters:
  ///   - curves: of the models, as far as they are known; runs on more examples than the budget are not looked at.
  ///   - budget: up to how many examples the curves are looked at.
  /// - Throws: ``FitError`` for a model that has too few sizes within the budget; where the choice is to be scored, also
  ///   for one without a loss at the full size.
  public init(_ curves: [FineTuningCurve], upTo budget: Double, _ request: SelectionRequest) throws {
    let observed = curves.map { $0.observed(upTo: budget) }
    for curve in observed where curve.examples.count <= request.acceptThenStop.k {
      let count = curve.examples.count
      throw FitError(
        "the model '\(curve.model)' has \(count) size\(count == 1 ? "" : "s") up to \(plainCount(budget)) examples; Accept then "
          + "Stop with k = \(request.acceptThenStop.k) needs \(request.acceptThenStop.k + 1) or more: look further, or leave "
          + "the model out with --where")
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
      throw FitError("the method \(request.method.rawValue) can rank no model\(example ?? "")")
    }
    chosen = first
  }

  /// The ranking of one method.
  public func ranking(by method: SelectionMethod) -> MethodRanking? { methods.first { $0.method == method } }

  private static func truth(of curves: [FineTuningCurve], at target: Double) throws -> [Double] {
    try curves.map { curve in
      guard let loss = curve.loss(at: target) else {
        throw FitError(
          "the model '\(curve.model)' has no run on \(plainCount(target)) examples to score the choice by; leave the model out "
            + "with --where, or do not score")
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
    // Of equals the first in the table stands first.
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

  /// Says how sure the method is of the models at the top of its ranking.
  fileprivate mutating func addIntervals(_ curves: [FineTuningCurve], _ request: SelectionRequest) throws {
    let count = method == request.method ? max(1, request.intervals) : 1
    let places = ranking.indices.prefix(method == .acceptThenStop ? ranking.count : count)
    let wanted = places.compactMap { place in curves.first { $0.model == ranking[place].model } }
    for (place, interval) in zip(places, try method.intervals(wanted, request)) {
      ranking[place].interval = interval.map { [$0.lowerBound, $0.upperBound] }
    }
  }
}

/// What a choice of model is made for.
public struct SelectionRequest: Sendable {
  /// The number of examples that the chosen model is to be tuned on.
  public var target: Double
  /// By which the choice is made; all others are worked out beside it.
  public var method = SelectionMethod.acceptThenStop
  public var acceptThenStop = AcceptThenStop()
  /// The level of every interval.
  public var level = 0.9
  /// Bootstrap resamples behind the intervals of fitted laws; none where 0.
  public var resamples = 200
  /// How many models of the ranking that the choice goes by get an interval, from the first on. Of the other rankings
  /// only the first does; a line of Accept then Stop, whose interval is a formula, always has one.
  public var intervals = 1
  public var seed: UInt64 = 0
  /// Whether the curves have their true losses at the target, to score the choice by.
  public var scores = false
  public var threads: Int

  public init(target: Double, threads: Int = ProcessInfo.processInfo.activeProcessorCount) {
    self.target = target
    self.threads = threads
  }
}
