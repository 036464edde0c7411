import Search
import Synchronization

/// An algorithm whose proposals are checked on their way to a study.
///
/// A study indexes levels by coordinates, so that a point outside the space could end the process;
/// such a point is noted and replaced by a random one.
struct CheckedAlgorithm: SearchAlgorithm {
  var base: any SearchAlgorithm
  /// The range of the study's fidelity; nil without one.
  let range: ClosedRange<Double>?
  let notes: Notes
  private var proposalCount = 0
  /// The number of proposals in a row that were not run.
  private var idleCount = 0

  /// The number of proposals in a row after which a study draws a point itself.
  private static let patience = 1000

  init(_ base: any SearchAlgorithm, range: ClosedRange<Double>?, _ notes: Notes) {
    (self.base, self.range, self.notes) = (base, range, notes)
  }

  mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    let proposal = base.propose(in: space, &random)
    proposalCount += 1
    var point = proposal.point
    if !space.contains(point) {
      notes.add(
        "proposal \(proposalCount) is \(point), which is no configuration of the space",
        to: \.points)
      point = space.randomPoint(&random)
    }
    var fidelity = proposal.fidelity
    if let wanted = fidelity, range.map({ !$0.contains(wanted) }) ?? true {
      let allowed = range.map { "not in \($0)" } ?? "in a study without a fidelity"
      notes.add(
        "proposal \(proposalCount) is to be trained to \(wanted), \(allowed)", to: \.fidelities)
      fidelity = nil
    }
    return Proposal(point, fidelity: fidelity, memo: proposal.memo)
  }

  mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    idleCount = outcome.wasRun ? 0 : idleCount + 1
    if idleCount == Self.patience {
      notes.add(
        "\(idleCount) proposals in a row, up to number \(proposalCount), repeat trials or break a "
          + "constraint",
        to: \.repeats)
    }
    base.learn(proposal, outcome, in: space, &random)
  }

  mutating func goesOn(_ proposal: Proposal, at fidelity: Double, loss: Double) -> Bool {
    base.goesOn(proposal, at: fidelity, loss: loss)
  }
}

/// What checks of proposals found, the first of each kind.
final class Notes: Sendable {
  struct Found {
    var points: [String] = []
    var fidelities: [String] = []
    var repeats: [String] = []
  }

  private let found = Mutex(Found())

  func add(_ text: String, to kind: WritableKeyPath<Found, [String]> & Sendable) {
    found.withLock { if $0[keyPath: kind].isEmpty { $0[keyPath: kind].append(text) } }
  }

  var points: [String] { found.withLock { $0.points } }
  var fidelities: [String] { found.withLock { $0.fidelities } }
  var repeats: [String] { found.withLock { $0.repeats } }
}
