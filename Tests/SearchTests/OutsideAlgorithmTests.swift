import Foundation
import Search
import SearchConformance
import Testing

/// An algorithm as a user of the library writes one: it mutates the best trial so far.
private struct HillClimb: SearchAlgorithm {
  private struct Memo: Sendable { let isMutation: Bool }

  private var best: (point: SearchSpace.Point, loss: Double)?

  mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    guard let best, random.uniform() < 0.8 else {
      return Proposal(space.randomPoint(&random), memo: Memo(isMutation: false))
    }
    return Proposal(space.mutated(best.point, &random), memo: Memo(isMutation: true))
  }

  mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    let loss = outcome.penalizedLoss
    if loss < best?.loss ?? .infinity { best = (proposal.point, loss) }
    // Around a best point whose neighbors are known, it starts again elsewhere.
    if outcome.source == .known, (proposal.memo as? Memo)?.isMutation == true,
      random.uniform() < 0.1
    {
      best = nil
    }
  }
}

extension AlgorithmEntry {
  fileprivate static let hillClimb = AlgorithmEntry(
    "hill-climb", summary: "mutations of the best trial"
  ) { _, _ in HillClimb() }
}

/// A random search with one fault.
private struct Faulty: SearchAlgorithm {
  enum Fault: String, CaseIterable, Sendable {
    case systemRandom, sharedState
    case outsideLevel, notANumber, presentWithoutCondition
    case fidelityAbove
    case stuck, hanging
    case brokenByFailure
    case worst

    /// The contract that the fault violates.
    var contract: Contract {
      switch self {
      case .systemRandom, .sharedState: .determinism
      case .outsideLevel, .notANumber, .presentWithoutCondition: .space
      case .fidelityAbove: .fidelity
      case .stuck, .hanging: .refusals
      case .brokenByFailure: .failures
      case .worst: .learning
      }
    }
  }

  /// State that copies share.
  private final class Count: @unchecked Sendable { var value = 0 }

  let fault: Fault
  private let count = Count()
  private var hasSeenFailure = false
  private var worst: (point: SearchSpace.Point, loss: Double)?

  init(_ fault: Fault) { self.fault = fault }

  mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    var point = space.randomPoint(&random)
    switch fault {
    case .systemRandom:
      var seeded = SplitMix64(seed: .random(in: 0...(.max)))
      point = space.randomPoint(&seeded)
    case .sharedState:
      count.value += 1
      for _ in 0..<count.value % 7 { point = space.randomPoint(&random) }
    case .outsideLevel: point[0] = 99
    case .notANumber: point[point.count - 1] = .nan
    case .presentWithoutCondition: point = point.map { max($0, 0) }
    case .fidelityAbove: return Proposal(point, fidelity: 30)
    case .stuck: point = space.point(ofGenes: space.parameters.map { _ in 0.9 })
    case .brokenByFailure: if hasSeenFailure { point[0] = -.infinity }
    case .worst:
      if let worst {
        point = space.point(ofGenes: space.genes(of: worst.point).map { min($0 + 0.01, 0.99) })
      }
    case .hanging: if hasSeenFailure { Thread.sleep(forTimeInterval: 600) }
    }
    return Proposal(point)
  }

  mutating func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {
    if !outcome.loss.isFinite { hasSeenFailure = true }
    if outcome.loss.isFinite, outcome.loss > worst?.loss ?? -1 {
      worst = (proposal.point, outcome.loss)
    }
  }
}

@Suite struct OutsideAlgorithmTests {
  @Test(
    "an algorithm from outside keeps every contract, by its public interface",
    arguments: Contract.allCases)
  func conforms(_ contract: Contract) {
    #expect(contract.violations(by: .hillClimb) == [])
  }

  @Test(
    "a fault violates its contract, and the violation tells which",
    arguments: Faulty.Fault.allCases)
  fileprivate func faults(_ fault: Faulty.Fault) {
    let summary = "random search with a fault"
    let entry =
      fault == .fidelityAbove
      ? AlgorithmEntry(multiFidelity: fault.rawValue, summary: summary) { _ in Faulty(fault) }
      : AlgorithmEntry(fault.rawValue, summary: summary) { _, _ in Faulty(fault) }
    let violations = fault.contract.violations(by: entry, within: fault == .hanging ? 0.5 : 60)
    #expect(
      violations.contains { $0.contract == fault.contract && $0.algorithm == fault.rawValue },
      "\(violations)")
  }

  @Test("a factory that throws violates the contract with its message")
  func factory() {
    let entry = AlgorithmEntry("none", summary: "cannot be made") { _, _ throws(SearchError) in
      throw SearchError("no license")
    }
    #expect(
      Contract.learning.violations(by: entry).first?.description.contains("no license") == true)
  }

  @Test("a registry finds an added algorithm, suggests the nearest name, and keeps names unique")
  func registry() throws {
    let registry = try AlgorithmRegistry.builtIn.adding(.hillClimb)
    #expect(try registry.named("hill-climb").summary == "mutations of the best trial")
    #expect(AlgorithmRegistry.builtIn.names == Array(registry.names.dropLast()))
    #expect(throws: SearchError("there is no algorithm 'hil-climb'; did you mean 'hill-climb'?")) {
      try registry.named("hil-climb")
    }
    #expect(throws: SearchError.self) { try registry.adding(.hillClimb) }
    let names = AlgorithmRegistry.builtIn.names
    #expect(Set(names).count == names.count)
  }

  @Test("entries say what an algorithm is for, and refuse the rest")
  func entries() throws {
    #expect(
      throws: SearchError(
        "hyperband trains most trials only partly; the objective has no 'fidelity'")
    ) {
      try AlgorithmEntry.hyperband.algorithm()
    }
    #expect(throws: SearchError.self) { try AlgorithmEntry.tpe.algorithm(objectives: 2) }
    #expect(AlgorithmEntry.random.serves(objectives: 3, hasFidelity: false))
    #expect(!AlgorithmEntry.nsga2.serves(objectives: 1, hasFidelity: false))
    #expect(!AlgorithmEntry.asha.serves(objectives: 1, hasFidelity: false))
    #expect(AlgorithmEntry.asha.serves(objectives: 1, hasFidelity: true))
  }
}
