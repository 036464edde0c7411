import Search

/// A requirement that every search algorithm must meet.
///
/// ```swift
/// for violation in Contract.violations(by: .hillClimb) { print(violation) }
/// ```
///
/// A check runs the algorithm on small spaces with computed losses, on a thread of its own. An
/// algorithm that does not return within the time limit violates the contract; its thread is
/// abandoned. An algorithm that traps ends the process.
public enum Contract: String, Sendable, CaseIterable {
  /// The same seed and the same results give the same trials, and a copy goes on exactly as the
  /// original.
  case determinism
  /// Every proposal is a configuration of the space: each coordinate is in its range, levels are
  /// whole numbers, and exactly the parameters whose conditions do not hold are absent.
  case space
  /// A multi-fidelity algorithm proposes fidelities in the range of the study's; any other
  /// proposes none.
  case fidelity
  /// Where proposals break a constraint, the algorithm comes to others within a thousand
  /// proposals.
  case refusals
  /// Failed trials, with infinite losses, leave the algorithm able to propose and to learn.
  case failures
  /// The algorithm takes results of trials that it did not propose, and known results of repeats,
  /// until the space is exhausted.
  case knownResults = "known-results"
  /// Many trials may be outstanding, and be told in any order.
  case outstanding
  /// On a bowl the best trial is not far worse than that of random search at equal budget.
  case learning
  /// With two objectives, for an algorithm that is made for several, the front is not far worse
  /// than that of random search.
  case objectives

  /// The violations of this contract by an algorithm.
  ///
  /// - Parameters:
  ///   - entry: the algorithm.
  ///   - seconds: the time limit of the check.
  /// - Returns: an empty array where the contract is kept, or does not apply.
  public func violations(by entry: AlgorithmEntry, within seconds: Double = 120) -> [Violation] {
    let found = answer(within: seconds) {
      do {
        return try self.check(entry)
      } catch {
        return ["it cannot be made: \(error)"]
      }
    }
    return (found ?? ["it did not return within \(seconds) s"]).map {
      Violation(contract: self, algorithm: entry.name, text: $0)
    }
  }

  /// The violations of all contracts by an algorithm.
  ///
  /// - Parameters:
  ///   - entry: the algorithm.
  ///   - seconds: the time limit of every check.
  public static func violations(by entry: AlgorithmEntry, within seconds: Double = 120)
    -> [Violation]
  {
    allCases.flatMap { $0.violations(by: entry, within: seconds) }
  }

  private func check(_ entry: AlgorithmEntry) throws -> [String] {
    let probe = Probe(entry)
    switch self {
    case .determinism: return try probe.determinism()
    case .space: return try probe.proposals()
    case .fidelity: return try probe.fidelities()
    case .refusals: return try probe.refusals()
    case .failures: return try probe.failures()
    case .knownResults: return try probe.knownResults()
    case .outstanding: return try probe.outstanding()
    case .learning: return try probe.learning()
    case .objectives: return try probe.severalObjectives()
    }
  }
}

/// A contract that an algorithm does not keep, and what happened.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
  /// The contract.
  public let contract: Contract
  /// The algorithm's name.
  public let algorithm: String
  /// What happened, as a sentence without its end.
  public let text: String

  /// The violation as one line.
  public var description: String { "\(algorithm) violates '\(contract.rawValue)': \(text)" }
}
