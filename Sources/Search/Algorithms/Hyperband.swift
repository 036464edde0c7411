import Fitting

/// Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar 2018): brackets of successive halving, from many
/// configurations trained little to few trained in full, round and round.
///
/// While a rung waits for its last results the next bracket begins, so that an ask never waits.
public struct Hyperband: SearchAlgorithm {
  /// How many configurations the brackets begin with.
  public enum Sizes: Sendable {
    /// n = ⌈(s_max+1)/(s+1) ηˢ⌉, as the paper has it: 81, 34, 15, 8, 5 for R = 81 and η = 3.
    case paper
    /// n = ⌊(s_max+1)/(s+1)⌋ ηˢ, as HpBandSter and DEHB have it: 81, 27, 9, 6, 5.
    case wholeMultiples
  }

  /// A bracket's rungs: how many are trained how far, from the first rung on.
  public struct Plan: Sendable, Hashable {
    public let counts: [Int]
    public let fidelities: [Double]
  }

  let plans: [Plan]
  private var brackets: [Int: Bracket] = [:]
  private var begun = 0

  /// - Parameter onlyDeepest: successive halving alone, of the bracket with the most configurations.
  public init(_ fidelity: Fidelity, sizes: Sizes = .paper, onlyDeepest: Bool = false) {
    let all = Self.plans(fidelity, sizes: sizes)
    plans = onlyDeepest ? Array(all.prefix(1)) : all
  }

  /// The brackets of one round, the one with the most configurations first.
  public static func plans(_ fidelity: Fidelity, sizes: Sizes = .paper) -> [Plan] {
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
    return proposal ?? Proposal(point: sample())
  }

  public mutating func learn(
    _ proposal: Proposal, loss: Double, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    guard let job = proposal.job else { return }
    brackets[job.bracket]?.learn(job, loss)
    if brackets[job.bracket]?.isDone == true { brackets[job.bracket] = nil }
  }

  /// Another configuration is drawn for one that is not new, as long as some are.
  public mutating func refuse(
    _ proposal: Proposal, known loss: Double?, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if let job = proposal.job, brackets[job.bracket]?.redraw(job) == true { return }
    learn(proposal, loss: loss ?? .infinity, in: space, &random)
  }
}

/// Successive halving in progress.
struct Bracket: Sendable {
  private let plan: Hyperband.Plan
  private var rung = 0
  private var points: [SearchSpace.Point?]
  private var losses: [Double?]
  /// The members of this rung that are still to be given out, the next one last.
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
      point: point, fidelity: plan.fidelities[rung], job: .init(bracket: number, rung: rung, member: member))
  }

  /// Makes a member of the first rung wait for another configuration; false where too many were redrawn.
  mutating func redraw(_ job: Proposal.Job) -> Bool {
    guard job.rung == 0, rung == 0, redrawn < Self.mostRedrawn else { return false }
    redrawn += 1
    points[job.member] = nil
    waiting.append(job.member)
    return true
  }

  /// Takes a result in; the best go on once all of the rung are there.
  mutating func learn(_ job: Proposal.Job, _ loss: Double) {
    guard job.rung == rung, losses.indices.contains(job.member) else { return }
    losses[job.member] = loss
    guard !losses.contains(nil) else { return }
    rung += 1
    guard !isDone else { return }
    let order = losses.indices.sorted { (losses[$0] ?? .infinity, $0) < (losses[$1] ?? .infinity, $1) }
    points = order.prefix(plan.counts[rung]).map { points[$0] }
    losses = Array(repeating: nil, count: points.count)
    waiting = points.indices.reversed()
  }
}
