import Documents
import ScalingLaws
import Tables

extension MixtureChoice {
  /// The reasons for this number of experts, and the basis of its parameters and memory.
  func reasons(
    _ count: ExpertCount, _ request: MixtureRequest, _ candidates: [MixtureCandidate], _ goal: PlanGoal
  ) -> [String] {
    var sentences = [comparison, draws].compactMap { $0 }
    if let architecture { sentences.append(architecture.sentence) }
    if let limit = request.limit {
      sentences.append(binding(limit, count, candidates, goal))
      sentences.append(memorySentence(bytesPerParam: limit.bytesPerParam))
    }
    if !unfit.isEmpty {
      let why = request.memory.map { "fits into \(formatBytes($0)) or reaches the goal" } ?? "reaches the target"
      sentences.append("No model of \(Self.list(unfit)) \(why).")
    }
    return sentences
  }

  /// The warnings.
  func warnings(_ fitted: FittedLaw, _ count: ExpertCount) -> [String] {
    guard let variable = count.variable, let best else { return [] }
    var sentences: [String] = []
    let ratio = best.tokens.value / best.activeParams.value
    if ratio > 400 {
      sentences.append(
        "The plan trains on \(NumberText.rounded(ratio, 2)) tokens per active parameter; published mixture laws are "
          + "fitted to runs with at most about 400.")
    }
    if let range = fitted.ranges[variable.column], experts > 1.5 * range.upperBound {
      sentences.append(
        "The runs behind the fit have at most \(Int(range.upperBound)) experts, and the plan \(Int(experts)).")
    }
    if best.share.map({ $0 < 0.5 }) ?? false {
      sentences.append("The draws do not agree on the number of experts: fewer than half of them choose this one.")
    }
    return sentences
  }

  private var comparison: String? {
    guard rows.count > 1, let best else { return nil }
    let others = rows.filter { $0.experts != experts }
    guard let next = others.min(by: { $0.loss.value < $1.loss.value }) else { return nil }
    let numbers = Self.list(rows.map(\.experts))
    guard next.loss.value - best.loss.value > 1e-9 else {
      return "Of \(numbers), \(Self.name(experts)) takes the least compute."
    }
    return "Of \(numbers), \(Self.name(experts)) has the lowest loss; the next best, \(Self.name(next.experts)), is "
      + "\(NumberText.rounded(next.loss.value - best.loss.value, 2)) higher."
  }

  private var draws: String? {
    guard rows.count > 1, let share = best?.share else { return nil }
    return "\(Self.name(experts, capital: true)) is best in \(NumberText.percent(share, 2)) of the draws."
  }

  /// The effect of memory on the choice.
  private func binding(
    _ limit: MemoryLimit, _ count: ExpertCount, _ candidates: [MixtureCandidate], _ goal: PlanGoal
  ) -> String {
    let memory = formatBytes(limit.bytes)
    let free = candidates.compactMap { candidate in
      candidate.ensemble.withoutSizeCap.allocation(for: goal, near: candidate.best).map { (candidate, $0) }
    }.min { $0.0.score($0.1, goal) < $1.0.score($1.1, goal) }
    guard let best, let (candidate, allocation) = free else { return "The memory of \(memory) limits the size." }
    let total = count.totalParams(allocation.params, experts: candidate.experts)
    guard candidate.experts != experts || allocation.params > best.activeParams.value * (1 + 1e-6) else {
      return "The memory of \(memory) does not bind: the best model without it takes "
        + "\(formatBytes(total * limit.bytesPerParam))."
    }
    let run =
      "\(Self.name(candidate.experts)) of \(formatParams(allocation.params)) active on "
      + "\(formatTokens(allocation.tokens))"
    let gain =
      best.loss.value - allocation.loss > 1e-9
      ? "a loss \(NumberText.rounded(best.loss.value - allocation.loss, 2)) lower" : "less compute"
    return
      "The memory of \(memory) binds: without it \(run) would take \(formatBytes(total * limit.bytesPerParam)) and "
      + "reach \(gain)."
  }

  private static func name(_ experts: Double, capital: Bool = false) -> String {
    experts == 1
      ? (capital ? "A dense model" : "a dense model") : "\(capital ? "A" : "a") mixture of \(Int(experts)) experts"
  }

  private static func list(_ numbers: [Double]) -> String {
    let names = numbers.map { $0 == 1 ? "1 (dense)" : "\(Int($0))" }
    return names.count < 2
      ? (names.first ?? "no") + " experts"
      : names.dropLast().joined(separator: ", ") + " and \(names[names.count - 1]) experts"
  }
}

extension Ensemble {
  /// The law at its best parameters, without a cap on its size.
  fileprivate var withoutSizeCap: Allocator {
    var free = constraints
    free.maxParams = nil
    return Allocator(
      surface: point.surface, tradeOff: point.tradeOff, rule: point.rule, constraints: free, splits: point.splits)
  }
}

extension ExpertCount {
  /// The error that nothing fits into the memory.
  func nothingFits(_ request: MixtureRequest, _ constraints: PlanConstraints) -> PlanError {
    let memory = formatBytes(request.memory ?? 0)
    let needed = numbers.map { number -> Double in
      let smallest = variable == nil ? 1 : architecture.smallest(experts: number)
      let params = constraints.fixedParams.map { totalParams($0, experts: number) } ?? smallest
      return params * request.bytesPerParam
    }.min()
    let what =
      constraints.fixedParams.map { "a model of \(formatParams($0)) active" }
      ?? "the smallest model, one block of width 64,"
    return PlanError(
      "nothing fits into \(memory): \(what) takes \(formatBytes(needed ?? 0)) at \(formatCount(request.bytesPerParam)) "
        + "bytes per parameter; give more memory, fewer experts or fewer bytes per parameter")
  }
}
