import Formulas
import ScalingLaws

/// The split of one budget among priced variables of a fitted law that has the lowest loss, such as of annotated and
/// distilled examples (Kang et al. 2023, Distill or Annotate?).
///
/// Only money that lowers the loss is spent. Amounts have the intervals of the draws' own splits; the loss has that of
/// the draws at this split.
public struct BudgetSplit: Sendable {
  public let shares: [Share]
  public let loss: Quantity
  /// In US dollars, including set-ups.
  public let spent: Double
  /// Alternatives for the same money, by ascending loss.
  public let alternatives: [Alternative]
  /// The number of draws without a split of finite loss, and the number of draws.
  public let failed: Int
  public let draws: Int
  /// The reasons for this split, in sentences.
  public let reasons: [String]

  public struct Share: Sendable {
    public let resource: SplitRequest.Resource
    public let column: String
    /// In units of the column.
    public let amount: Quantity
    /// In US dollars, including its set-up.
    public let money: Quantity
    /// The share of the draws that buy any of it; nil without draws.
    public let boughtShare: Double?
    /// The fall of the loss per further dollar of it at this split; nil if it is not finite.
    public let gain: Double?
    public var isBought: Bool { amount.value > 0 }
  }

  public struct Alternative: Sendable, Hashable {
    public let words: String
    public let amounts: [Double]
    public let loss: Double
  }
}

/// The split of a budget with the lowest loss under a fitted law.
///
/// - Throws: ``PlanError`` for a request that does not fit the law, and if no split has a finite loss.
public func planSplit(_ fitted: FittedLaw, _ request: SplitRequest) throws(PlanError) -> BudgetSplit {
  let law = fitted.law
  let (places, values) = try request.resolved(for: law.variables.map { ($0.name, $0.column) }, law: law.name)
  let compiled: CompiledFormula
  do {
    compiled = try CompiledFormula(
      law.formula, parameters: law.variables.map(\.name), variables: law.parameterNames, positive: [], order: .gradient)
  } catch { throw PlanError("the law cannot be planned with: \(error)") }
  func searched(_ parameters: [Double]) -> SplitSearch {
    SplitSearch(LossAtAmounts(compiled, parameters: parameters, values: values, places: places), request)
  }
  let search = searched(fitted.parameters)
  guard let best = search.best() else {
    throw PlanError("no split of $\(request.budget) has a finite loss under this law: check the fit and the set-ups")
  }
  let drawn = fitted.draws.map { searched($0).best() }
  let found = drawn.compactMap { $0 }
  func quantity(_ part: (SplitSearch.Found) -> Double) -> Quantity {
    Quantity(value: part(best), interval: centralInterval(found.map(part), level: request.level))
  }
  let gains = search.gains(at: best.amounts)
  let shares = request.resources.indices.map { index in
    BudgetSplit.Share(
      resource: request.resources[index], column: law.variables[places[index]].column,
      amount: quantity { $0.amounts[index] },
      money: quantity { $0.money[index] },
      boughtShare: found.isEmpty
        ? nil : Double(found.count { $0.amounts[index] > 0 }) / Double(found.count),
      gain: gains[index].isFinite ? gains[index] : nil)
  }
  let here = fitted.draws.map {
    LossAtAmounts(compiled, parameters: $0, values: values, places: places).loss(best.amounts)
  }
  return BudgetSplit(
    shares: shares,
    loss: Quantity(value: best.loss, interval: centralInterval(here.filter(\.isFinite), level: request.level)),
    spent: best.money.reduce(0, +), alternatives: search.alternatives(to: best), failed: drawn.count - found.count,
    draws: drawn.count, reasons: splitReasons(shares, best, search))
}
