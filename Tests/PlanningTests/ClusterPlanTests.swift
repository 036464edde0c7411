import Foundation
import Planning
import ScalingLaws
import Testing
import TrainingCost

@Suite struct ClusterPlanTests {
  private func request(_ days: Double, count: Int = 16, batch: Double? = nil) throws -> ClusterRequest {
    var request = ClusterRequest(
      cluster: try Cluster(Accelerator.named("H100"), count: count), goal: .seconds(days * 86_400))
    request.batchTokens = batch
    return request
  }

  /// Every figure of the plan follows from its step time and the law.
  @Test func theChosenSizeHasTheLowestLossAndItsFiguresAgree() throws {
    let fitted = try published("besiroglu2024")
    var request = try request(10)
    let lasting = try FailureAssumptions(
      devices: 64, hoursBetweenFailures: 640, checkpoint: .seconds(60), restartSeconds: 600
    ).goodput()
    request.goodput = lasting
    let plan = try planOnCluster(fitted, request)
    #expect(plan.sizes.count >= 6 && plan.sizes.contains(plan.run))
    #expect(plan.sizes.allSatisfy { plan.run.loss <= $0.loss })
    #expect(zip(plan.sizes, plan.sizes.dropFirst()).allSatisfy { $0.params < $1.params })
    for run in plan.sizes {
      #expect((0.05...0.9).contains(run.utilization))
      #expect(isClose(run.params, Double(run.shape.parameters.total)))
      #expect(isClose(run.loss, chinchillaLoss(fitted.parameters, params: run.params, tokens: run.tokens)))
      let model = try StepModel(run.workload, on: request.cluster)
      try model.check(run.layout.layout)
      let seconds = model.time(run.layout.layout).total
      #expect(isClose(run.tokensPerSecond, run.workload.tokensPerStep / seconds))
      #expect(isClose(run.tokens, run.tokensPerSecond * 864_000 * lasting.share, within: 1e-9))
      #expect(isClose(run.seconds, 864_000, within: 1e-9))
      #expect(run.layout.memory.total <= request.cluster.accelerator.usableMemoryBytes)
    }
    #expect(plan.plan.params?.value == plan.run.params && isClose(plan.plan.tokens?.value, plan.run.tokens))
    #expect(isClose(plan.plan.loss.value, plan.run.loss))
    #expect(plan.sentences.contains { $0.contains("computed and not assumed") })
  }

  @Test func moreDaysLowerTheLoss() throws {
    let fitted = try published("besiroglu2024")
    let plans = try [2.0, 8, 32].map { try planOnCluster(fitted, request($0)) }
    for (fewer, more) in zip(plans, plans.dropFirst()) {
      #expect(more.run.loss < fewer.run.loss && more.run.params >= fewer.run.params)
    }
  }

  @Test func aGivenSizeIsKept() throws {
    let plan = try planOnCluster(
      try published("besiroglu2024"), request(10), constraints: PlanConstraints(fixedParams: 3e9))
    #expect(plan.sizes.count == 1 && abs(plan.run.params / 3e9 - 1) < 0.05)
  }

  @Test func aCapOnTheTokensHolds() throws {
    let fitted = try published("besiroglu2024")
    let plan = try planOnCluster(fitted, request(10), constraints: PlanConstraints(maxTokens: 2e10))
    let free = try planOnCluster(fitted, request(10))
    #expect(plan.run.tokens <= 2e10 && plan.run.seconds <= 864_000 * (1 + 1e-12))
    // Fewer tokens than the best are made up for by a larger model.
    #expect(free.run.tokens > 2e10 && plan.run.params > free.run.params && plan.run.loss > free.run.loss)
  }

  /// Zhang et al. 2024 (arXiv 2410.21676): B* = 93.20 N^0.47 of N in millions, and 22.91 D^0.47 of D in millions, in
  /// sequences of 512 tokens. At 1.2B on 24B tokens both say about 2,600.
  @Test func batchesAreOfTheCriticalSize() throws {
    let bySize = 512 * 93.20 * pow(1200, 0.47)
    let byTokens = 512 * 22.91 * pow(24_000, 0.47)
    #expect(abs(bySize / byTokens - 1) < 0.02)
    let constraints = PlanConstraints(fixedParams: 1.2e9, fixedTokens: 2.4e10)
    let plan = try planOnCluster(try published("besiroglu2024"), request(30, count: 8), constraints: constraints)
    #expect(isClose(plan.run.tokens, 2.4e10))
    let batch = plan.run.workload.tokensPerStep
    #expect(batch <= bySize * 1.03 && batch > 0.85 * bySize, "\(batch) of \(bySize)")
    #expect(plan.run.batchSentence.contains("Zhang et al. 2024"))
  }

  @Test func aBatchBeyondTheCriticalOneIsSaidToBe() throws {
    let plan = try planOnCluster(
      try published("besiroglu2024"), request(10, batch: 6.4e7), constraints: PlanConstraints(fixedParams: 1e9))
    #expect(abs(plan.run.workload.tokensPerStep / 6.4e7 - 1) < 0.1)
    #expect(plan.run.batchSentence.contains("beyond the critical batch size"))
  }

  /// A calibrated model that is off by a factor has room for as many tokens fewer.
  @Test func anErrorOfTheTimeWidensTheLoss() throws {
    let base = try published("besiroglu2024")
    let draws = (-5...5).map { step in
      base.parameters.enumerated().map { $0 == 0 ? $1 * (1 + 0.002 * Double(step)) : $1 }
    }
    let fitted = try FittedLaw(law: base.law, parameters: base.parameters, draws: draws, provenance: "a test")
    let plan = try planOnCluster(fitted, request(10))
    let interval = try #require(plan.lossInterval)
    #expect(interval.contains(plan.run.loss) && plan.sizeInterval != nil)
    let mean = try #require(plan.plan.loss.interval)
    #expect(interval.upperBound - interval.lowerBound >= mean.upperBound - mean.lowerBound)
    #expect(plan.timeError.contains(1))
  }

  @Test func aLawOfComputeAloneIsRefused() throws {
    let law = try LawCatalog().law("kaplan-c")
    let fitted = try FittedLaw(law: law, parameters: law.parameters.map(\.startRange.upperBound), provenance: "a test")
    let error = try #require(throws: PlanError.self) { try planOnCluster(fitted, request(10)) }
    #expect(error.description.contains("kaplan-c") && error.description.contains("size"), "\(error)")
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let error = try #require(throws: PlanError.self) {
      try planOnCluster(
        try published("besiroglu2024"), request(10, count: 1), constraints: PlanConstraints(fixedParams: 3e11))
    }
    #expect(error.description.contains("no model fits 1 H100") && error.description.contains("more accelerators"))
  }

  @Test(arguments: [0, -1, Double.nan, .infinity]) func impossibleTimesAreErrors(_ days: Double) throws {
    let fitted = try published("besiroglu2024")
    #expect(throws: PlanError.self) { try planOnCluster(fitted, request(days)) }
  }

  private func reaching(_ goal: ClusterGoal) throws -> ClusterRequest {
    ClusterRequest(cluster: try Cluster(Accelerator.named("H100"), count: 64), goal: goal)
  }

  /// Compute fixes the tokens of each size; the cluster only says how long they take.
  @Test func computeIsSpentWhateverItsTime() throws {
    let fitted = try published("besiroglu2024")
    let plan = try planOnCluster(fitted, reaching(.flops(1e22)))
    #expect(plan.sizes.count >= 6)
    for run in plan.sizes {
      #expect(isClose(6 * run.params * run.tokens, 1e22, within: 1e-9))
      #expect(isClose(run.seconds, run.tokens / run.tokensPerSecond, within: 1e-9))
      #expect(plan.run.loss <= run.loss)
    }
    let free = try planOptimum(fitted, for: .flops(1e22))
    #expect(plan.run.loss >= free.loss.value && plan.run.loss < free.loss.value * 1.0005)
    #expect(isClose(plan.plan.flops.value, 1e22, within: 1e-9))
  }

  /// From L = E + A/N^α + B/D^β the tokens that a size needs for a loss follow in closed form.
  @Test func aLossIsReachedInTheShortestTime() throws {
    let fitted = try published("besiroglu2024")
    let plan = try planOnCluster(fitted, reaching(.loss(2.1)))
    func value(_ name: String) throws -> Double {
      fitted.parameters[try #require(fitted.law.parameters.firstIndex { $0.name == name })]
    }
    let (e, a, b) = (try value("E"), try value("A"), try value("B"))
    let (alpha, beta) = (try value("alpha"), try value("beta"))
    for run in plan.sizes {
      let left = 2.1 - e - a / pow(run.params, alpha)
      #expect(isClose(run.tokens, pow(b / left, 1 / beta), within: 1e-6))
      #expect(plan.run.seconds <= run.seconds)
    }
    #expect(plan.sizes.count >= 6)
  }

  @Test func aDeadlineLeavesOutWhatEndsLater() throws {
    let fitted = try published("besiroglu2024")
    var request = try reaching(.loss(2.1))
    let free = try planOnCluster(fitted, request)
    request.deadline = free.run.seconds * 1.05
    let kept = try planOnCluster(fitted, request)
    #expect(kept.run == free.run && kept.sizes.count < free.sizes.count)
    request.deadline = free.run.seconds * 0.9
    let error = try #require(throws: PlanError.self) { try planOnCluster(fitted, request) }
    #expect(error.description.contains("use more accelerators"), "\(error)")
  }

  @Test func givenTokensAreSeenByEverySize() throws {
    let fitted = try published("besiroglu2024")
    for goal in [ClusterGoal.flops(1e22), .seconds(5 * 86_400)] {
      let plan = try planOnCluster(fitted, reaching(goal), constraints: PlanConstraints(fixedTokens: 4e11))
      #expect(plan.sizes.allSatisfy { isClose($0.tokens, 4e11, within: 1e-9) })
      #expect(plan.run.params == plan.sizes.last?.params)
    }
    let many = PlanConstraints(fixedTokens: 1e16)
    let error = try #require(throws: PlanError.self) {
      try planOnCluster(fitted, reaching(.flops(1e22)), constraints: many)
    }
    #expect(error.description.contains("no size that fits 64 H100 sees"), "\(error)")
    #expect(throws: PlanError.self) {
      try planOnCluster(fitted, reaching(.loss(2.1)), constraints: PlanConstraints(fixedTokens: 4e11))
    }
  }

  @Test func aSweepHasThePlanOfEachBudget() throws {
    let fitted = try published("besiroglu2024")
    let rows = try sweepOnCluster(try reaching(.flops(1e22)), budgets: [1e21, 1e22]) { asked throws(PlanError) in
      try planOnCluster(fitted, asked)
    }
    let plan = try planOnCluster(fitted, reaching(.flops(1e22)))
    #expect(rows.count == 2 && rows[1].seconds == plan.run.seconds && rows[1].utilization == plan.run.utilization)
    #expect(rows[1].params?.value == plan.run.params && rows[1].loss == plan.plan.loss)
    #expect(rows[0].loss.value > rows[1].loss.value)
  }

  @Test func theSamePlanTwice() throws {
    let fitted = try published("besiroglu2024")
    let (one, two) = (try planOnCluster(fitted, request(5, count: 8)), try planOnCluster(fitted, request(5, count: 8)))
    #expect(one.run == two.run && one.sizes == two.sizes && one.sentences == two.sentences)
  }
}
