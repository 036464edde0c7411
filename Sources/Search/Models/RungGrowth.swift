/// The rule by which PASHA opens rungs (Bohdal et al. 2023): the next one when the top rung ranks
/// its trials differently from the rung below, apart from trials whose losses there differ by less
/// than ε.
struct RungGrowth: Sendable {
  /// The number of rungs that trials may reach.
  private(set) var open: Int
  private let rungs: Int
  /// The reports of every trial, by rising fidelity.
  private var curves: [Int: [(fidelity: Double, loss: Double)]] = [:]

  init(rungs: Int) {
    self.rungs = rungs
    open = min(2, rungs)
  }

  mutating func add(_ trial: Int, _ fidelity: Double, _ loss: Double) {
    if let last = curves[trial]?.last, last.fidelity >= fidelity { return }
    curves[trial, default: []].append((fidelity, loss))
  }

  /// Compares the two top rungs after a trial came into one of them.
  mutating func grow(from rung: Int, _ all: [PromotingRung]) {
    guard rung == open - 1, open < rungs else { return }
    let top = all[open - 1].trials
    let numbers = Set(top.map(\.number))
    let below = all[open - 2].trials.filter { numbers.contains($0.number) }
    guard top.count > 1, below.count == top.count else { return }
    let tolerance = noise(top.map(\.number))
    let lossBelow = Dictionary(below.map { ($0.number, $0.loss) }) { first, _ in first }
    let agrees = zip(top, below).allSatisfy { above, place in
      lossBelow[above.number].map { abs($0 - place.loss) <= tolerance } ?? false
    }
    if !agrees { open += 1 }
  }

  /// ε: the 90th percentile of the latest differences between trials whose order changed and
  /// changed back.
  private func noise(_ numbers: [Int]) -> Double {
    var differences: [Double] = []
    for (index, first) in numbers.enumerated() {
      for second in numbers[..<index] {
        let pairs = zip(curves[first] ?? [], curves[second] ?? []).map { $0.loss - $1.loss }.filter { $0 != 0 }
        let flips = zip(pairs, pairs.dropFirst()).count { ($0 < 0) != ($1 < 0) }
        if flips >= 2, let last = pairs.last { differences.append(abs(last)) }
      }
    }
    differences.sort()
    return differences.isEmpty ? 0 : differences[min(differences.count - 1, differences.count * 9 / 10)]
  }
}
