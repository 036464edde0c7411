import Fitting

/// Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar 2018): brackets of successive
/// halving, from many configurations trained little to few trained in full, in repeated rounds.
///
/// While a rung waits for its last results the next bracket begins, so that an ask never waits.
public struct Hyperband: SearchAlgorithm {
  /// The numbers of configurations that brackets begin with.
  public enum Sizes: Sendable {
    /// n = ⌈(s_max+1)/(s+1) ηˢ⌉, as in the paper: 81, 34, 15, 8, 5 for R = 81 and η = 3.
    case paper
    /// n = ⌊(s_max+1)/(s+1)⌋ ηˢ, as in HpBandSter and DEHB: 81, 27, 9, 6, 5.
    case wholeMultiples
  }

  /// The rungs of a bracket, from the first on: how many configurations are trained, and to which
  /// fidelity.
  struct Plan: Sendable, Hashable {
    let counts: [Int]
    let fidelities: [Double]
  }

  /// The place of a proposal in a bracket.
  struct Place: Sendable {
    let bracket: Int
    let rung: Int
    let member: Int
  }

  let plans: [Plan]
  private var brackets: [Int: Bracket] = [:]
  private var begun = 0

  /// A Hyperband search.
  ///
  /// - Parameters:
  ///   - fidelity: how far trials can be trained.
  ///   - sizes: the numbers of configurations that brackets begin with.
  ///   - onlyDeepest: whether there is only the bracket with the most configurations, which is
  ///     successive halving.
  public init(_ fidelity: Fidelity, sizes: Sizes = .paper, onlyDeepest: Bool = false) {
    let all = Self.plans(fidelity, sizes: sizes)
    plans = onlyDeepest ? Array(all.prefix(1)) : all
  }

  /// The brackets of one round, the one with the most configurations first.
  static func plans(_ fidelity: Fidelity, sizes: Sizes = .paper) -> [Plan] {
    let (deepest, reduction) = (fidelity.deepest, fidelity.reduction)
    return (0...deepest).reversed().map { depth in
      let power = (0..<depth).reduce(1) { product, _ in product * reduction }
      let first =
        switch sizes {
        case .paper: ((deepest + 1) * power + depth) / (depth + 1)
        case .wholeMultiples: (deepest + 1) / (depth + 1) * power
        }
      var counts = [first]
      for _ in 0..<depth { counts.append(counts[counts.count - 1] / reduction) }
      return Plan(counts: counts, fidelities: (0...depth).reversed().map(fidelity.level(below:)))
    }
  }

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    next { space.randomPoint(&random) }
  }

  /// The next proposal, with the point of a new configuration from `sample`.
  mutating func next(_ sample: () -> SearchSpace.Point) -> Proposal {
    for number in brackets.keys.sorted() {
      if let proposal = brackets[number]?.next(number, sample) { return proposal }
    }
    var bracket = Bracket(plans[begun % plans.count])
    let proposal = bracket.next(begun, sample)
    brackets[begun] = bracket
    begun += 1
    return proposal ?? Proposal(sample())
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    guard let place = proposal.memo as? Place else { return }
    // Another configuration is drawn for one that is not new, as long as there are some.
    if !outcome.wasRun, brackets[place.bracket]?.redraw(place) == true { return }
    brackets[place.bracket]?.learn(place, outcome.penalizedLoss)
    if brackets[place.bracket]?.isDone == true { brackets[place.bracket] = nil }
  }
}

extension AlgorithmEntry {
  /// Hyperband.
  public static let hyperband = AlgorithmEntry(
    multiFidelity: "hyperband", summary: "brackets of successive halving"
  ) { Hyperband($0) }

  /// Successive halving (Jamieson and Talwalkar 2016).
  public static let successiveHalving = AlgorithmEntry(
    multiFidelity: "successive-halving", summary: "many configurations trained little, the best 1/η further"
  ) { Hyperband($0, onlyDeepest: true) }
}

/// A bracket of successive halving in progress.
struct Bracket: Sendable {
  private let plan: Hyperband.Plan
  private var rung = 0
  private var points: [SearchSpace.Point?]
  private var losses: [Double?]
  /// The members of this rung that were not proposed yet, the next one last.
  private var waiting: [Int]
  private var redrawn = 0

  private static let mostRedrawn = 200

  init(_ plan: Hyperband.Plan) {
    self.plan = plan
    points = Array(repeating: nil, count: plan.counts[0])
    losses = Array(repeating: nil, count: plan.counts[0])
    waiting = points.indices.reversed()
  }

  var isDone: Bool { rung == plan.counts.count }

  /// The next configuration of this rung; nil while it waits for results.
  mutating func next(_ number: Int, _ sample: () -> SearchSpace.Point) -> Proposal? {
    guard let member = waiting.popLast() else { return nil }
    let point = points[member] ?? sample()
    points[member] = point
    return Proposal(
      point, fidelity: plan.fidelities[rung],
      memo: Hyperband.Place(bracket: number, rung: rung, member: member))
  }

  /// Makes a member of the first rung wait for another configuration; false where too many were
  /// redrawn.
  mutating func redraw(_ place: Hyperband.Place) -> Bool {
    guard place.rung == 0, rung == 0, redrawn < Self.mostRedrawn else { return false }
    redrawn += 1
    points[place.member] = nil
    waiting.append(place.member)
    return true
  }

  /// Adds a result; the best are promoted once the rung is complete.
  mutating func learn(_ place: Hyperband.Place, _ loss: Double) {
    guard place.rung == rung, losses.indices.contains(place.member) else { return }
    losses[place.member] = loss
    guard !losses.contains(nil) else { return }
    rung += 1
    guard !isDone else { return }
    let order = losses.indices.sorted { (losses[$0] ?? .infinity, $0) < (losses[$1] ?? .infinity, $1) }
    points = order.prefix(plan.counts[rung]).map { points[$0] }
    losses = Array(repeating: nil, count: points.count)
    waiting = points.indices.reversed()
  }
}
