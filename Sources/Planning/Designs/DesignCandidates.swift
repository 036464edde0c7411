import Documents
import Foundation
import Tables

extension DesignStudy {
  /// The runs that can be bought: compute from the most that one run may take downwards, four budgets per decade, and
  /// at each thirteen sizes around the optimal one.
  ///
  /// - Throws: ``PlanError`` if no run meets the limits.
  func candidates() throws(PlanError) -> [DesignRun] {
    let least = leastRun
    let most = request.mostOfOneRun
    guard least.flops <= most else {
      let plain = ensemble.law.rule.trainingFLOPs(params: least.params, tokens: least.tokens)
      let asFitted = least.flops > plain * 1.001 ? ", and no less compute than the runs behind the fit" : ""
      throw PlanError(
        "the cheapest run (\(formatParams(least.params)) or more on \(formatTokens(least.tokens)) or more\(asFitted)) "
          + "takes \(formatFLOPs(least.flops)), but "
          + "one run may take \(formatFLOPs(most)), \(NumberText.percent(request.largestShare)) of the pilot budget; "
          + "raise the budget or that share, or allow smaller runs")
    }
    var runs: [DesignRun] = []
    var flops = most
    for _ in 0..<Self.levels where flops >= least.flops * (1 - 1e-9) {
      runs += sizes(at: flops).compactMap { run($0, within: flops, least) }
      flops /= pow(10, 0.25)
    }
    guard !runs.isEmpty else {
      throw PlanError(
        "no run of at most \(formatFLOPs(most)) meets the smallest and largest size, the fewest tokens and "
          + "\(NumberText.rounded(request.sizeFactor)) times the optimal size; loosen one of them")
    }
    return runs
  }

  private static let levels = 17

  /// Sizes around the optimum at an amount of compute.
  private func sizes(at flops: Double) -> [Double] {
    guard let best = ensemble.point.trainingOptimum(flops), best.limit == nil else { return [] }
    let low = max(best.params / request.sizeFactor, leastRun.params)
    let high = min(
      best.params * request.sizeFactor, request.maxParams ?? .infinity,
      ensemble.law.rule.other(leastRun.tokens, flops: flops))
    guard low <= high else { return [] }
    let steps = 12
    return (0...steps).map { low * pow(high / low, Double($0) / Double(steps)) }
  }

  /// A run in round numbers with at most the given compute; nil if these break a limit.
  private func run(_ size: Double, within flops: Double, _ least: DesignRun) -> DesignRun? {
    let params = threeDigits(size, .toNearestOrAwayFromZero)
    let tokens = threeDigits(ensemble.law.rule.other(params, flops: flops), .down)
    guard params >= least.params * 0.99, tokens >= least.tokens * 0.99, tokens >= 1 else { return nil }
    return DesignRun(
      params: params, tokens: tokens, flops: ensemble.law.rule.trainingFLOPs(params: params, tokens: tokens))
  }

  /// The smallest size and fewest tokens, and the least compute.
  var leastRun: DesignRun {
    let law = ensemble.law
    func range(_ variable: Int?) -> ClosedRange<Double>? {
      variable.flatMap { law.fitted.ranges[law.fitted.law.variables[$0].column] }
    }
    let params = request.minParams ?? max(1, range(law.size)?.lowerBound ?? 1)
    let tokens = request.minTokens ?? max(1, range(law.tokens)?.lowerBound ?? 1)
    // Runs of published parameters are not known; a hundredth of the largest is still the same kind of run.
    let known = !law.fitted.ranges.isEmpty || request.minParams != nil || request.minTokens != nil
    let floor = request.mostOfOneRun / (known ? 1e4 : 1e2)
    // The smallest size on the fewest tokens of the fit takes less compute than any of its runs did.
    let fitted = request.minParams == nil && request.minTokens == nil ? law.fitted.ranges["flops"]?.lowerBound : nil
    let flops = [floor, fitted ?? 0, law.rule.trainingFLOPs(params: params, tokens: tokens)].max() ?? floor
    return DesignRun(params: params, tokens: tokens, flops: flops)
  }
}

private func threeDigits(_ value: Double, _ rule: FloatingPointRoundingRule) -> Double {
  let scale = pow(10, floor(log10(value)) - 2)
  return (value / scale).rounded(rule) * scale
}
