import Testing
import TrainingCost

@Suite struct RunCostTests {
  private let workload = TrainingWorkload(
    shape: gpt(layers: 12, hidden: 768, heads: 12), sequence: 4096, globalBatch: 256)

  /// 1e9 tokens are 953.7 steps of 2^20 tokens, so 954; of 2.5 s on 16 devices of 500 W at 2 USD an
  /// hour, in a site of PUE 1.25 with 0.4 kg a kWh.
  @Test func timeMoneyEnergyAndCarbon() throws {
    var cluster = try Cluster(roundAccelerator, count: 16)
    cluster.price = try ComputePrice(usdPerHour: 2)
    cluster.powerUsageEffectiveness = 1.25
    let failures = FailureAssumptions(
      devices: 16, hoursBetweenFailures: 160, checkpoint: .seconds(60), restartSeconds: 600)
    let lasting = try failures.goodput()
    let cost = try RunCost(
      tokens: 1e9, stepSeconds: 2.5, workload: workload, cluster: cluster, goodput: lasting, carbonIntensity: 0.4)
    let seconds = 2385 / lasting.share
    #expect(cost.steps == 954 && cost.usefulSeconds == 2385)
    #expect(isNear(cost.seconds, seconds))
    #expect(isNear(cost.gpuHours, seconds / 3600 * 16))
    #expect(isNear(try #require(cost.usd), 2 * cost.gpuHours))
    #expect(isNear(try #require(cost.energy), seconds / 3600 * 16 * 0.5 * 1.25))
    #expect(isNear(try #require(cost.carbon), seconds / 3600 * 16 * 0.5 * 1.25 * 0.4))
    #expect(cost.sentences.contains { $0.contains("954 steps") })
    #expect(lasting.sentences.allSatisfy(cost.sentences.contains))
  }

  @Test func whatIsNotKnownIsLeftOut() throws {
    var cluster = try Cluster(roundAccelerator, count: 16)
    cluster.accelerator.watts = nil
    let cost = try RunCost(tokens: 1e9, stepSeconds: 1, workload: workload, cluster: cluster, carbonIntensity: 0.4)
    #expect(cost.usd == nil && cost.energy == nil && cost.carbon == nil)
    #expect(cost.sentences.contains { $0.contains("No price of round is known") })
  }

  @Test func impossibleAmountsAreErrors() throws {
    let cluster = try Cluster(roundAccelerator, count: 16)
    for tokens in [0, -1, Double.nan, .infinity] {
      #expect(throws: CostError.self) {
        try RunCost(tokens: tokens, stepSeconds: 1, workload: workload, cluster: cluster)
      }
    }
  }
}
