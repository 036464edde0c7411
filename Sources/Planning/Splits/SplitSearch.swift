import Formulas
import Foundation

/// A law's loss as a function of the amounts that are bought, at one set of its parameters.
final class LossAtAmounts {
  private let bound: BoundFormula
  private let workspace: BoundFormula.Workspace
  private var arguments: [Double]
  private let places: [Int]

  /// - Parameters:
  ///   - compiled: with the law's variables as parameters and its parameters as the columns of one row.
  ///   - values: the values of the law's variables, including those that are bought.
  ///   - places: the positions of those that are bought.
  init(_ compiled: CompiledFormula, parameters: [Double], values: [Double], places: [Int]) {
    bound = BoundFormula(compiled, columns: parameters.map { [$0] })
    workspace = BoundFormula.Workspace(bound)
    arguments = values
    self.places = places
  }

  /// Infinite if the law has no value.
  func loss(_ amounts: [Double]) -> Double {
    evaluate(amounts, .value)
    let value = workspace.output(0)[0]
    return value.isNaN ? .infinity : value
  }

  /// The derivatives of the loss by the amounts.
  func slopes(_ amounts: [Double]) -> [Double] {
    evaluate(amounts, .gradient)
    return places.map { workspace.output(1 + $0)[0] }
  }

  private func evaluate(_ amounts: [Double], _ order: DerivativeOrder) {
    for (place, amount) in zip(places, amounts) { arguments[place] = amount }
    workspace.set(parameters: arguments)
    workspace.run(block: 0, order)
  }
}

/// The search for the split of lowest loss: for every choice of set-ups, money is moved between two resources at a time
/// until no move lowers the loss. Unspent money counts as a resource without effect.
struct SplitSearch {
  let law: LossAtAmounts
  let request: SplitRequest

  struct Found {
    let amounts: [Double]
    /// Including set-ups.
    let money: [Double]
    let loss: Double
  }

  init(_ law: LossAtAmounts, _ request: SplitRequest) {
    self.law = law
    self.request = request
  }

  /// Nil if no split has a finite loss.
  ///
  /// - Parameter allowed: the resources that may be bought; all if nil.
  func best(among allowed: Set<Int>? = nil) -> Found? {
    let resources = request.resources
    let buyable = resources.indices.filter { allowed?.contains($0) ?? true }
    let withSetUp = buyable.filter { resources[$0].setUp > 0 }
    let found = (0..<(1 << withSetUp.count)).compactMap { choice -> Found? in
      let setUp = withSetUp.indices.filter { choice >> $0 & 1 == 1 }.map { withSetUp[$0] }
      let money = request.budget - setUp.reduce(0) { $0 + resources[$1].setUp }
      guard money >= 0 else { return nil }
      return best(among: buyable.filter { resources[$0].setUp == 0 || setUp.contains($0) }, for: money)
    }
    return found.min { $0.loss < $1.loss }
  }

  private func best(among buyable: [Int], for money: Double) -> Found? {
    // The last position is for unspent money.
    let caps = request.resources.map { ($0.most ?? .infinity) * $0.price } + [Double.infinity]
    let slack = request.resources.count
    let places = buyable + [slack]
    func start(_ wanted: [Int]) -> [Double] {
      var spent = [Double](repeating: 0, count: slack + 1)
      for place in wanted { spent[place] = min(caps[place], money / Double(wanted.count)) }
      spent[slack] = max(0, money - spent.dropLast().reduce(0, +))
      return spent
    }
    let starts = (buyable.count > 1 ? [buyable] : []) + (buyable.isEmpty ? [[slack]] : buyable.map { [$0] })
    let ends = starts.map { settled(start($0), places, caps, money) }
    guard let spent = ends.min(by: { loss($0) < loss($1) }) else { return nil }
    let cleaned = spent.map { $0 <= Self.nothing * money ? 0 : $0 }
    let value = loss(cleaned)
    guard value.isFinite else { return nil }
    return Found(
      amounts: amounts(cleaned),
      money: request.resources.indices.map { cleaned[$0] + (cleaned[$0] > 0 ? request.resources[$0].setUp : 0) },
      loss: value)
  }

  /// The share of the money that counts as zero: the resolution of the search.
  private static let nothing = 2e-6

  private func amounts(_ spent: [Double]) -> [Double] {
    request.resources.indices.map { spent[$0] / request.resources[$0].price }
  }

  private func loss(_ spent: [Double]) -> Double { law.loss(amounts(spent)) }

  private func settled(_ start: [Double], _ places: [Int], _ caps: [Double], _ money: Double) -> [Double] {
    var spent = start
    var value = loss(spent)
    for _ in 0..<300 {
      let before = (value, spent)
      for (index, first) in places.enumerated() {
        for second in places[(index + 1)...] {
          let moved = exchanged(spent, first, second, caps)
          let other = loss(moved)
          if other < value { (spent, value) = (moved, other) }
        }
      }
      let move = zip(spent, before.1).reduce(0) { max($0, abs($1.0 - $1.1)) }
      if move <= 1e-10 * money || before.0 - value <= 1e-15 * abs(value) { break }
    }
    return spent
  }

  /// The best division of the money of two resources, searched for over its log-odds and at its ends.
  private func exchanged(_ spent: [Double], _ first: Int, _ second: Int, _ caps: [Double]) -> [Double] {
    let together = spent[first] + spent[second]
    let (low, high) = (max(0, together - caps[second]), min(together, caps[first]))
    guard high > low else { return spent }
    func split(_ amount: Double) -> [Double] {
      var moved = spent
      moved[first] = amount
      moved[second] = together - amount
      return moved
    }
    func amount(_ odds: Double) -> Double { low + (high - low) / (1 + exp(-odds)) }
    func value(_ odds: Double) -> Double { loss(split(amount(odds))) }
    let grid = (-14...14).map(Double.init)
    let values = grid.map(value)
    let ends = [low, high].map { (split($0), loss(split($0))) }
    guard let best = values.indices.min(by: { values[$0] < values[$1] }) else { return spent }
    let inside = golden(grid[max(0, best - 1)], grid[min(grid.count - 1, best + 1)], value)
    let middle = split(amount(inside))
    let all = [(middle, loss(middle))] + ends
    // An equally good end wins: a resource without effect is not bought.
    return all.reversed().min { $0.1 < $1.1 }?.0 ?? spent
  }

  /// The lowest point between two others by golden section (Kiefer 1953), down to the rounding of the values.
  private func golden(_ low: Double, _ high: Double, _ value: (Double) -> Double) -> Double {
    let ratio = (5.0.squareRoot() - 1) / 2
    var (a, b) = (low, high)
    var (c, d) = (b - ratio * (b - a), a + ratio * (b - a))
    var (fc, fd) = (value(c), value(d))
    while b - a > 1e-9 {
      if fc <= fd {
        (b, d, fd) = (d, c, fc)
        c = b - ratio * (b - a)
        fc = value(c)
      } else {
        (a, c, fc) = (c, d, fd)
        d = a + ratio * (b - a)
        fd = value(d)
      }
    }
    return (a + b) / 2
  }

  /// The fall of the loss per further dollar of each.
  func gains(at amounts: [Double]) -> [Double] {
    zip(law.slopes(amounts), request.resources).map { -$0 / $1.price }
  }

  /// All the money on one resource, for each in turn, if that is another split.
  func alternatives(to best: Found) -> [BudgetSplit.Alternative] {
    guard request.resources.count > 1 else { return [] }
    return request.resources.indices.compactMap { index -> BudgetSplit.Alternative? in
      guard best.amounts.indices.contains(where: { $0 != index && best.amounts[$0] > 0 }),
        let alone = self.best(among: [index])
      else { return nil }
      return BudgetSplit.Alternative(
        words: "only \(request.resources[index].name)", amounts: alone.amounts, loss: alone.loss)
    }.sorted { $0.loss < $1.loss }
  }
}
