import Tables
import Testing
import TrainingCost

private func close(_ a: Double, _ b: Double, within relative: Double = 1e-12) -> Bool {
  abs(a - b) <= relative * abs(b)
}

@Suite struct AcceleratorTests {
  @Test(arguments: [
    ("h100", "H100"), ("H100 SXM", "H100"), ("NVIDIA A100", "A100-80"), ("a100-40gb", "A100-40"), ("v5p", "TPU-v5p"),
    ("tpu v4", "TPU-v4"), ("mi300x", "MI300X"),
  ])
  func isFoundWithoutRegardToCaseAndPunctuation(_ name: String, _ expected: String) throws {
    #expect(try Accelerator.named(name).name == expected)
  }

  @Test func suggestsWhatWasMeant() {
    #expect(throws: CostError("there is no accelerator 'H10O'; did you mean 'H100'?")) { try Accelerator.named("H10O") }
  }

  @Test(arguments: ["", " ", "abacus", String(repeating: "x", count: 10_000), "a\nb"])
  func listsWhatThereIsForAnyOtherName(_ name: String) throws {
    let error = try #require(throws: CostError.self) { try Accelerator.named(name) }
    #expect(error.description.contains("there are V100, V100-16, A100-40"))
    #expect(!error.description.contains("\n"))
    #expect(error.description.count < 250)
  }

  @Test func everyNameIsItsOwn() throws {
    for accelerator in Accelerator.catalog {
      for name in [accelerator.name] + accelerator.aliases { #expect(try Accelerator.named(name) == accelerator) }
    }
  }
}

@Suite struct BudgetComputeTests {
  /// 2M / 2.5 = 800,000 hours; × 3,600 s × 0.4 × 989e12 = 1.139328e24.
  @Test func moneyBuysHoursBuyCompute() throws {
    let compute = try trainingFLOPs(
      for: .usd(2e6), assumptions: CostAssumptions(price: try ComputePrice(usdPerHour: 2.5)))
    #expect(close(compute.flops, 1.139328e24))
    #expect(
      compute.sentences == [
        "$2M buys 800k H100-hours at $2.50 an hour (as stated); at 40 % (assumed) of 989 TFLOP/s that is 1.14e24 FLOP.",
        "No accelerator was named: H100 is assumed.",
      ])
  }

  /// 64 × 30 d × 86,400 s × 0.5 × 312e12 = 2.5878528e22.
  @Test func aClusterAndATime() throws {
    let compute = try trainingFLOPs(
      for: .cluster(count: 64, accelerator: "A100", seconds: 30 * 86_400),
      assumptions: CostAssumptions(utilization: try Utilization(0.5)))
    #expect(close(compute.flops, 2.5878528e22))
    #expect(compute.sentences.count == 1)
  }

  @Test func computeStaysAsItIs() throws {
    #expect(try trainingFLOPs(for: .flops(1e23)).flops == 1e23)
  }

  @Test func costInvertsEveryBudget() throws {
    let assumptions = CostAssumptions(accelerator: try .named("A100"), price: try ComputePrice(usdPerHour: 1.5))
    let bought = try trainingFLOPs(for: .usd(1e5), assumptions: assumptions)
    let cost = try computeCost(ofFLOPs: bought.flops, accelerators: 100, assumptions: assumptions)
    #expect(close(try #require(cost.usd), 1e5))
    #expect(close(cost.gpuHours, 1e5 / 1.5))
    #expect(close(try #require(cost.seconds), 1e5 / 1.5 * 36))
    let hours = try trainingFLOPs(for: .gpuHours(cost.gpuHours), assumptions: assumptions)
    #expect(close(hours.flops, bought.flops))
  }

  @Test func anAcceleratorWithoutPriceAsksForOne() throws {
    let assumptions = CostAssumptions(accelerator: try .named("MI300X"))
    let error = try #require(throws: CostError.self) { try trainingFLOPs(for: .usd(1e6), assumptions: assumptions) }
    #expect(error.description == "there is no list price of MI300X; state the price in USD an hour")
    #expect(try computeCost(ofFLOPs: 1e22, assumptions: assumptions).usd == nil)
  }

  @Test func aClusterOfAnotherKindThanAskedForIsAnError() throws {
    let assumptions = CostAssumptions(accelerator: try .named("A100"))
    #expect(throws: CostError.self) {
      try trainingFLOPs(for: .cluster(count: 8, accelerator: "H100", seconds: 60), assumptions: assumptions)
    }
  }

  @Test(arguments: [0, -1, Double.nan, .infinity])
  func badAmountsAreErrors(_ amount: Double) {
    #expect(throws: CostError.self) { try trainingFLOPs(for: .usd(amount)) }
    #expect(throws: CostError.self) { try trainingFLOPs(for: .gpuHours(amount)) }
    #expect(throws: CostError.self) { try trainingFLOPs(for: .flops(amount)) }
    #expect(throws: CostError.self) {
      try trainingFLOPs(for: .cluster(count: 1, accelerator: "H100", seconds: amount))
    }
    #expect(throws: CostError.self) { try computeCost(ofFLOPs: amount) }
    #expect(throws: CostError.self) { try ComputePrice(usdPerHour: amount) }
    #expect(throws: CostError.self) { try Utilization(amount) }
  }

  @Test func percentagesForUtilizationAreExplained() throws {
    let error = try #require(throws: CostError.self) { try Utilization(40) }
    #expect(error.description.contains("for 40 % write 0.4"))
  }

  @Test func emptyClustersAreErrors() {
    #expect(throws: CostError.self) { try trainingFLOPs(for: .cluster(count: 0, accelerator: "H100", seconds: 60)) }
    #expect(throws: CostError.self) { try computeCost(ofFLOPs: 1e20, accelerators: 0) }
  }
}
