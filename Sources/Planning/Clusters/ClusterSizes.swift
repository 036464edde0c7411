import Documents
import Foundation
import ScalingLaws
import Tables
import TrainingCost

/// The sizes that are tried for a goal on a cluster, each in its fastest layout.
struct ClusterSizes {
  let request: ClusterRequest
  /// The sizes that fit, the smallest first.
  private(set) var all: [ClusterRun] = []
  /// The error that kept a size from being tried.
  private var obstacle: PlanError?
  /// The optimum at the usual utilization.
  private let start: Double

  init(
    _ search: ClusterSearch, _ fitted: FittedLaw, _ constraints: PlanConstraints, _ options: PlanOptions
  ) throws(PlanError) {
    request = search.request
    var free = constraints
    (free.fixedParams, free.inferenceTokens) = (nil, nil)
    let ensemble = try Ensemble(fitted, draws: [], constraints: free, options: options)
    let peak = request.cluster.accelerator.peakFLOPsPerSecond * Double(request.cluster.count)
    let goal: PlanGoal =
      switch request.goal {
      case .seconds(let seconds): .flops(0.4 * peak * seconds)
      case .flops(let flops): .flops(flops)
      case .loss(let loss): .loss(loss)
      }
    guard let optimum = ensemble.point.allocation(for: goal) else { throw ensemble.unreachable(goal) }
    start = constraints.fixedParams ?? optimum.params
    if let params = constraints.fixedParams {
      all = try [search.run(near: params)].compactMap { $0 }
      return
    }
    try look(search, constraints.maxParams ?? .infinity)
  }

  /// The sizes that end by the deadline.
  var inTime: [ClusterRun] { all.filter(isInTime) }

  private func isInTime(_ run: ClusterRun) -> Bool { run.seconds <= request.deadline * (1 + 1e-9) }

  private var best: ClusterRun? { inTime.min { request.goal.prefers($0, to: $1) } }

  /// Steps of √2 from a quarter of the optimum to nearly three times it, and beyond if the best size is at an end or
  /// nothing fits yet; then halves and quarters of a step around the best.
  private mutating func look(_ search: ClusterSearch, _ most: Double) throws(PlanError) {
    var (low, high) = (-4, 3)
    for step in low...high { try look(at: start * exp2(Double(step) / 2), search, most) }
    while all.isEmpty || best?.shape == all.first?.shape, low > -28 {
      let count = all.count
      low -= 1
      try look(at: start * exp2(Double(low) / 2), search, most)
      if count > 0, all.count == count { break }
    }
    while best != nil, best?.shape == all.last?.shape, high < 20 {
      let count = all.count
      high += 1
      try look(at: start * exp2(Double(high) / 2), search, most)
      if all.count == count { break }
    }
    for width in [0.25, 0.125] {
      guard let best else { break }
      for side in [-width, width] { try look(at: best.params * exp2(side), search, most) }
    }
  }

  /// A size without a shape is left out if another one has a shape.
  private mutating func look(at params: Double, _ search: ClusterSearch, _ most: Double) throws(PlanError) {
    guard params >= Self.least, params <= most else { return }
    do {
      // Neighboring sizes may have the same shape.
      guard let run = try search.run(near: params), !all.contains(where: { $0.shape == run.shape }) else { return }
      all.append(run)
      all.sort { $0.params < $1.params }
    } catch {
      obstacle = obstacle ?? error
    }
  }

  /// The number of parameters below which no size is tried.
  private static let least = 1e6

  /// The better choice that the deadline excludes.
  var deadlineSentences: [String] {
    let late = all.count - inTime.count
    guard let other = all.min(by: { request.goal.prefers($0, to: $1) }), !isInTime(other) else { return [] }
    return [
      "\(late) of \(all.count) sizes would take more than \(formatDuration(request.deadline)); without that limit "
        + "\(formatParams(other.params)) would reach a loss of \(NumberText.rounded(other.loss, 4)) in "
        + "\(formatDuration(other.seconds))."
    ]
  }

  /// The reason why no size meets the deadline.
  func failure(_ constraints: PlanConstraints) -> PlanError {
    let place = "\(request.cluster.count) \(request.cluster.accelerator.name)"
    if let fastest = all.min(by: { $0.seconds < $1.seconds }) {
      let among = all.count > 1 ? ", the fastest of \(all.count) sizes" : ""
      let lesser = if case .loss = request.goal { "a higher loss" } else { "less compute" }
      return PlanError(
        "on \(place) this takes \(formatDuration(fastest.seconds)) with \(formatParams(fastest.params))\(among), but "
          + "there are \(formatDuration(request.deadline)); use more accelerators, more days or \(lesser)",
        seconds: fastest.seconds)
    }
    if let weights = request.weights {
      return PlanError(
        "no size that was tried fits \(place) in a layout and its weights into \(formatBytes(weights.bytes)); give "
          + "more memory or fewer bytes per parameter")
    }
    if case .loss(let loss) = request.goal {
      return PlanError(
        "no size that fits \(place) reaches a loss of \(NumberText.rounded(loss, 4)) with the available tokens; "
          + "allow a higher loss, more accelerators, more tokens or another size")
    }
    if let tokens = constraints.fixedTokens {
      return PlanError(
        "no size that fits \(place) sees \(formatTokens(tokens)) within the limits; give more time or compute, or "
          + "fewer tokens")
    }
    if start < Self.least {
      return PlanError(
        "this is too little for a model of a million parameters, below which no size is tried; give more")
    }
    if let obstacle { return obstacle }
    return PlanError("no model fits \(place) in any layout; use more accelerators, or a smaller size with --params")
  }
}
