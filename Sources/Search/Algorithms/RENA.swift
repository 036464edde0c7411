import Fitting
import Foundation

/// A policy that learns to change configurations, after RENA (Zhou et al. 2018): a network reads
/// the embedding of the current configuration and chooses a parameter and its new value. It is
/// trained by policy gradient (REINFORCE: Williams 1992) on how good the changed configuration is,
/// times a penalty where it exceeds measured constraints.
///
/// The embedding has one unit per value of a parameter, the choices of ``MANAS``; the paper reads
/// layers by an LSTM, as its networks have no fixed length. The reward is the share of losses so
/// far that are worse, times p to the power of the excess, where p falls from 0.5 with the number
/// of trials; a change that cannot be tried earns nothing.
public struct RENA: SearchAlgorithm {
  /// The memo of a change.
  private struct Change: Sendable {
    /// The embedding of the configuration that was changed.
    let embedding: [Double]
    /// The unit that was set.
    let action: Int
  }

  private var policy: Policy?
  private var losses: [Double] = []
  private var baseline = 0.5
  private var toldCount = 0
  private var current: (point: SearchSpace.Point, reward: Double)?
  private var best: (point: SearchSpace.Point, reward: Double)?
  /// The number of changes since the current configuration last improved.
  private var failures = 0

  private static let startUp = 10
  private static let mostFailures = 10

  /// A RENA search.
  public init() {}

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    let choices = Choices(space)
    if policy == nil { policy = Policy(units: choices.counts.reduce(0, +), &random) }
    guard toldCount >= Self.startUp, let policy, let from = current?.point else {
      return Proposal(space.randomPoint(&random))
    }
    let embedding = choices.embedding(of: from, in: space)
    let action = policy.action(embedding, &random)
    return Proposal(
      choices.changed(from, action, in: space, &random), memo: Change(embedding: embedding, action: action))
  }

  public mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if outcome.wasRun {
      take(proposal, outcome)
    } else {
      // A repeat earns nothing, however good it was.
      train(proposal, reward: 0)
      giveUp(in: space, &random)
    }
  }

  private mutating func take(_ proposal: Proposal, _ outcome: Outcome) {
    let (loss, excess) = (outcome.loss, outcome.excess ?? 0)
    toldCount += 1
    let place = losses.partitioningIndex { $0 >= loss }
    let base = max(0.02, 0.5 * pow(0.99, Double(toldCount)))
    let share = losses.isEmpty ? 0.5 : 1 - Double(place) / Double(losses.count)
    let reward = loss.isFinite ? share * pow(base, max(0, excess)) : 0
    if loss.isFinite { losses.insert(loss, at: place) }
    train(proposal, reward: reward)
    if reward >= current?.reward ?? 0 {
      current = (proposal.point, reward)
      failures = 0
    } else {
      failures += 1
    }
    if reward >= best?.reward ?? 0 { best = (proposal.point, reward) }
    if failures >= Self.mostFailures {
      current = best
      failures = 0
    }
  }

  private mutating func giveUp(in space: SearchSpace, _ random: inout SplitMix64) {
    failures += 1
    guard failures >= 5 * Self.mostFailures else { return }
    // Everything around it was tried.
    current = (space.randomPoint(&random), 0)
    failures = 0
  }

  private mutating func train(_ proposal: Proposal, reward: Double) {
    guard let change = proposal.memo as? Change else { return }
    policy?.reinforce(change.embedding, change.action, advantage: reward - baseline)
    baseline += 0.05 * (reward - baseline)
  }
}

extension AlgorithmEntry {
  /// RENA.
  public static let rena = AlgorithmEntry("rena", summary: "a policy network that changes configurations") { _, _ in
    RENA()
  }
}

/// A network of one hidden layer, from the units of a configuration to the logits of setting each
/// of them.
private struct Policy: Sendable {
  private static let hidden = 32
  private static let rate = 0.05
  /// The weight of the policy's entropy, which keeps it exploring.
  private static let entropy = 0.02

  private let units: Int
  /// A row a hidden unit, with its bias last.
  private var first: [Double]
  /// A row an action, with its bias last.
  private var second: [Double]

  init(units: Int, _ random: inout SplitMix64) {
    self.units = units
    first = (0..<Self.hidden * (units + 1)).map { _ in (random.uniform() - 0.5) / Double(units).squareRoot() }
    // Every action is as likely at first.
    second = [Double](repeating: 0, count: units * (Self.hidden + 1))
  }

  func action(_ embedding: [Double], _ random: inout SplitMix64) -> Int {
    let probabilities = probabilities(activations(embedding), embedding)
    var rest = random.uniform()
    for (action, probability) in probabilities.enumerated() {
      rest -= probability
      if rest < 0 { return action }
    }
    return probabilities.lastIndex { $0 > 0 } ?? 0
  }

  /// One step along advantage · ∇ log π(action), and along the gradient of the entropy.
  mutating func reinforce(_ embedding: [Double], _ action: Int, advantage: Double) {
    let hidden = activations(embedding)
    let probabilities = probabilities(hidden, embedding)
    let entropy = -probabilities.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 }
    let slopes = probabilities.enumerated().map { index, probability -> Double in
      guard probability > 0 else { return 0 }
      let spread = -probability * (log(probability) + entropy)
      return advantage * ((index == action ? 1 : 0) - probability) + Self.entropy * spread
    }
    let width = Self.hidden + 1
    var back = [Double](repeating: 0, count: Self.hidden)
    for (action, slope) in slopes.enumerated() where slope != 0 {
      for unit in 0..<Self.hidden {
        back[unit] += slope * second[action * width + unit]
        second[action * width + unit] += Self.rate * slope * hidden[unit]
      }
      second[action * width + Self.hidden] += Self.rate * slope
    }
    for unit in 0..<Self.hidden {
      let slope = Self.rate * back[unit] * (1 - hidden[unit] * hidden[unit])
      for input in 0..<units where embedding[input] != 0 {
        first[unit * (units + 1) + input] += slope * embedding[input]
      }
      first[unit * (units + 1) + units] += slope
    }
  }

  private func activations(_ embedding: [Double]) -> [Double] {
    (0..<Self.hidden).map { unit in
      let row = unit * (units + 1)
      return tanh(embedding.indices.reduce(first[row + units]) { $0 + first[row + $1] * embedding[$1] })
    }
  }

  /// The probability of every action; 0 for setting a unit that is set already.
  private func probabilities(_ hidden: [Double], _ embedding: [Double]) -> [Double] {
    let width = Self.hidden + 1
    let logits = (0..<units).map { action in
      hidden.indices.reduce(second[action * width + Self.hidden]) { $0 + second[action * width + $1] * hidden[$1] }
    }
    let most = logits.max() ?? 0
    let weights = logits.indices.map { embedding[$0] > 0 ? 0 : exp(logits[$0] - most) }
    let sum = weights.reduce(0, +)
    return sum > 0 ? weights.map { $0 / sum } : weights.map { _ in 1 / Double(units) }
  }
}

extension Choices {
  /// One unit a choice of a parameter: 1 for what a point has.
  fileprivate func embedding(of point: SearchSpace.Point, in space: SearchSpace) -> [Double] {
    var units = [Double](repeating: 0, count: counts.reduce(0, +))
    var start = 0
    for (index, choice) in chosen(point, in: space).enumerated() {
      if let choice { units[start + choice] = 1 }
      start += counts[index]
    }
    return units
  }

  /// The point with the parameter of a unit set to its choice.
  fileprivate func changed(
    _ point: SearchSpace.Point, _ unit: Int, in space: SearchSpace, _ random: inout SplitMix64
  ) -> SearchSpace.Point {
    var point = space.completed(point, &random)
    var rest = unit
    for index in counts.indices {
      if rest < counts[index] {
        point[index] = coordinate(rest, of: index, in: space, &random)
        break
      }
      rest -= counts[index]
    }
    return space.canonical(point)
  }
}
