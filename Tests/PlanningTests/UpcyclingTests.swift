import Foundation
import Planning
import ScalingLaws
import Testing
import TrainingCost

@Suite struct UpcyclingTests {
  private func liew() throws -> UpcyclingLaws {
    UpcyclingLaws(
      dense: try published("upcycling-dense/liew2025"), scratch: try published("upcycling-scratch/liew2025"),
      upcycled: try published("upcycling/liew2025"))
  }

  /// Losses and crossovers worked out in Python with scipy's root finder: 1B of 100B and 1T tokens, 7B of 1T tokens.
  @Test(arguments: [
    (1e9, 1e11, 1e21, [2.14840647, 2.04593305, 2.06175787], [1.31465855e20, 4.80306299e20]),
    (1e9, 1e12, 1e22, [1.98848141, 1.87941116, 1.87205979], [5.45985641e20]),
    (7e9, 1e12, 1e22, [1.81362337, 1.82631426, 1.82444474], [1.20771014e22]),
  ])
  func lossesAndCrossoversAreThoseOfPython(
    _ params: Double, _ tokens: Double, _ flops: Double, _ losses: [Double], _ crossovers: [Double]
  ) throws {
    let request = UpcyclingRequest(denseParams: params, denseTokens: tokens)
    let plan = try planUpcycling(try liew(), flops: flops, request)
    let choice = try #require(plan.upcycling)
    #expect(choice.rows.map(\.option) == [.dense, .scratch, .upcycled])
    for (row, loss) in zip(choice.rows, losses) { #expect(abs(row.loss.value - loss) < 1e-8) }
    #expect(plan.loss.value == choice.rows.map(\.loss.value).min())
    #expect(choice.crossovers.count == crossovers.count)
    for (crossover, expected) in zip(choice.crossovers, crossovers) {
      #expect(isClose(crossover.flops.value, expected, within: 1e-8))
    }
  }

  /// Dense and mixture each see what their own step leaves room for in the time; compute is counted for the dense model.
  @Test func aClusterTrainsEachInItsOwnFastestLayout() throws {
    let request = UpcyclingRequest(denseParams: 1e9, denseTokens: 1e11)
    let cluster = ClusterRequest(cluster: try Cluster(.named("H100"), count: 16), goal: .seconds(10 * 86_400))
    let (plan, run) = try planUpcyclingOnCluster(try liew(), on: cluster, request)
    let choice = try #require(plan.upcycling)
    let mixtures = choice.rows.filter { $0.option != .dense }
    let best = try #require(choice.rows.first { $0.option == choice.best })
    #expect(isClose(best.tokens, run.tokensPerSecond * 864_000, within: 1e-9))
    #expect(run.shape.experts?.count == (choice.best == .dense ? nil : 8))
    let dense = try #require(choice.rows.first)
    for row in mixtures {
      #expect(isClose(row.tokens * row.activeParams / (dense.tokens * 1e9), choice.mixtureRate, within: 1e-9))
    }
    // The same compute without a cluster buys the dense model as many tokens, and mixtures as many as dense utilization.
    let plain = try planUpcycling(try liew(), flops: 6e9 * dense.tokens, request)
    let rows = try #require(plain.upcycling).rows
    #expect(isClose(rows[0].loss.value, dense.loss.value, within: 1e-9) && choice.mixtureRate != 1)
    #expect(throws: PlanError.self) {
      try planUpcyclingOnCluster(
        try liew(), on: ClusterRequest(cluster: cluster.cluster, goal: .flops(1e21)), request)
    }
  }

  /// Just below and just above a crossover the best option is what it says.
  @Test func crossoversAreWhereTheBestOptionChanges() throws {
    let request = UpcyclingRequest(denseParams: 1e9, denseTokens: 1e11)
    let choice = try #require(try planUpcycling(try liew(), flops: 1e21, request).upcycling)
    #expect(choice.crossovers.map(\.below) == [.dense, .upcycled])
    #expect(choice.crossovers.map(\.above) == [.upcycled, .scratch])
    for crossover in choice.crossovers {
      for (factor, option) in [(0.999, crossover.below), (1.001, crossover.above)] {
        #expect(try planUpcycling(try liew(), flops: crossover.flops.value * factor, request).upcycling?.best == option)
      }
    }
  }

  /// 7B dense takes 14 GB and the mixture of 39.4B takes 78.7 GB: in 40 GB only the dense model is left.
  @Test func memoryTakesOptionsAway() throws {
    var request = UpcyclingRequest(denseParams: 7e9, denseTokens: 1e12, memory: 40e9)
    let plan = try planUpcycling(try liew(), flops: 1e23, request)
    let choice = try #require(plan.upcycling)
    #expect(choice.best == .dense && choice.crossovers.isEmpty)
    #expect(choice.rows.map(\.fits) == [true, false, false])
    #expect(isClose(choice.rows[2].totalParams, 3.9362621e10, within: 1e-7))
    request.memory = 10e9
    let error = #expect(throws: PlanError.self) { try planUpcycling(try liew(), flops: 1e23, request) }
    #expect(error?.description.contains("even the dense model takes 14 GB") == true)
  }

  /// Three sets of draws that are the published parameters give intervals of no width; a scale on the upcycled law's
  /// second draw moves its crossover.
  @Test func crossoversHaveIntervalsFromPairsOfDraws() throws {
    func drawn(_ name: String, _ factors: [Double]) throws -> FittedLaw {
      let (law, preset) = try LawCatalog().preset(name)
      let draws = factors.map { factor in preset.values.enumerated().map { $0 == 0 ? $1 * factor : $1 } }
      return try FittedLaw(law: law, parameters: preset.values, draws: draws, provenance: "made up")
    }
    let laws = UpcyclingLaws(
      dense: try drawn("upcycling-dense/liew2025", [1, 1, 1]),
      scratch: try drawn("upcycling-scratch/liew2025", [1, 1, 1]),
      upcycled: try drawn("upcycling/liew2025", [1, 1.01, 0.99]))
    let request = UpcyclingRequest(denseParams: 1e9, denseTokens: 1e11)
    let choice = try #require(try planUpcycling(laws, flops: 1e21, request).upcycling)
    let crossover = try #require(choice.crossovers.last)
    let interval = try #require(crossover.flops.interval)
    #expect(interval.lowerBound < crossover.flops.value && crossover.flops.value < interval.upperBound)
    #expect(choice.rows[0].loss.interval == choice.rows[0].loss.value...choice.rows[0].loss.value)
    #expect(abs(choice.rows.compactMap(\.share).reduce(0, +) - 1) < 1e-12)
  }

  @Test func lawsThatDoNotSuitAreRefused() throws {
    let request = UpcyclingRequest(denseParams: 1e9, denseTokens: 1e11)
    let dense = try published("upcycling-dense/liew2025")
    let error = #expect(throws: PlanError.self) {
      try planUpcycling(UpcyclingLaws(dense: dense, scratch: dense, upcycled: dense), flops: 1e21, request)
    }
    #expect(error?.description.contains("dense_tokens") == true)
    let one = UpcyclingRequest(denseParams: 1e9, denseTokens: 1e11, experts: 1)
    #expect(throws: PlanError.self) { try planUpcycling(try liew(), flops: 1e21, one) }
  }

  @Test func documentsKeepTheChoice() throws {
    let upcycling = try planUpcycling(
      try liew(), flops: 1e21, UpcyclingRequest(denseParams: 1e9, denseTokens: 1e11))
    let mixture = try planMixture(
      try published("ludziejewski2025"), for: .flops(1e22), MixtureRequest(memory: 80e9))
    for plan in [upcycling, mixture] {
      let document = PlanDocument(plan)
      #expect(try PlanDocument.read(text: document.json(), from: "plan.json").value == document)
    }
    #expect(PlanDocument(mixture).mixture?.alternatives.count == 6)
    #expect(PlanDocument(upcycling).upcycling?.options.map(\.option) == [.dense, .scratch, .upcycled])
  }
}
