import Tables
import Testing
import TrainingCost

@Suite struct PublishedStepTimeTests {
  private static let columns =
    "model,params_b,layers,hidden,heads,vocab,seq,global_batch,micro_batch,n_gpus,gpu,tp,pp,vpp,sp,recompute,attention,"
    + "precision,schedule,step_time_s"

  /// Korthikanti et al. 2022 (arXiv 2205.05198), table 5: seconds of a step with full recomputation, and with sequence
  /// parallelism and selective recomputation, on A100s of 80 GB.
  private static let korthikanti = [
    ("22B,22,48,6144,64,51200,2048,4,4,8,A100-80GB,8,1,1", 1.42, 1.10),
    ("175B,175,96,12288,96,51200,2048,64,1,64,A100-80GB,8,8,3", 18.13, 13.75),
    ("530B,530,105,20480,128,51200,2048,280,1,280,A100-80GB,8,35,3", 49.05, 37.83),
    ("1T,1000,128,25600,160,51200,2048,512,1,512,A100-80GB,8,64,1", 94.42, 71.49),
  ]

  /// Narayanan et al. 2021 (arXiv 2104.04473), table 1: TFLOP/s a device, from which the seconds of a step follow by the
  /// paper's 96 B s L h² (1 + s/(6h) + V/(16 L h)). It does not say micro-batches and virtual stages.
  private static let narayanan:
    [(layers: Int, hidden: Int, heads: Int, tp: Int, pp: Int, gpus: Int, batch: Int, rate: Double)] = [
      (24, 2304, 24, 1, 1, 32, 512, 137), (30, 3072, 32, 2, 1, 64, 512, 138), (36, 4096, 32, 4, 1, 128, 512, 142),
      (40, 6144, 48, 8, 1, 256, 1024, 135), (48, 8192, 64, 8, 2, 512, 1536, 138),
      (60, 10240, 80, 8, 4, 1024, 1792, 140), (80, 12288, 96, 8, 8, 1536, 2304, 148),
      (96, 16384, 128, 8, 16, 1920, 2160, 155), (105, 20480, 128, 8, 35, 2520, 2520, 163),
      (128, 25600, 160, 8, 64, 3072, 3072, 163),
    ]

  private func check(_ rows: [String]) throws -> CostCheck {
    let table = try Table.parse(([Self.columns] + rows).joined(separator: "\n") + "\n", name: "published.csv")
    let (steps, skipped) = try MeasuredStep.read(table)
    #expect(skipped.isEmpty && steps.count == rows.count)
    return try CostCheck(steps)
  }

  @Test func korthikantisStepsAreWithinFourPercent() throws {
    let rows = Self.korthikanti.flatMap { settings, full, selective in
      [
        "\(settings),false,full,fused softmax,fp16,1f1b,\(full)",
        "\(settings),true,selective,fused softmax,fp16,1f1b,\(selective)",
      ]
    }
    let check = try check(rows)
    let mean = try #require(check.meanError)
    #expect(mean <= 0.04, "\(mean)")
    #expect(check.errors.allSatisfy { $0 < 0.12 }, "\(check.errors)")
  }

  @Test func narayanansStepsAreWithinSevenPercent() throws {
    let rows = Self.narayanan.map { row in
      let (b, s, l, h) = (Double(row.batch), 2048.0, Double(row.layers), Double(row.hidden))
      let extra: Double = 1 + s / (6 * h) + 51_200 / (16 * l * h)
      let flops: Double = 96 * b * s * l * h * h * extra
      let shape = gpt(layers: row.layers, hidden: row.hidden, heads: row.heads)
      let billions = Double(shape.parameters.total) / 1e9
      return "GPT,\(billions),\(row.layers),\(row.hidden),\(row.heads),51200,2048,\(row.batch),,\(row.gpus),A100-80GB,"
        + "\(row.tp),\(row.pp),,false,full,fused softmax,fp16,interleaved,\(flops / (row.rate * 1e12 * Double(row.gpus)))"
    }
    let check = try check(rows)
    let mean = try #require(check.meanError)
    #expect(mean <= 0.07, "\(mean): \(check.rows.compactMap(\.error))")
    #expect(check.errors.allSatisfy { $0 < 0.2 }, "\(check.errors)")
  }
}

@Suite struct StepTimeTests {
  private let shape = gpt(layers: 8, hidden: 1024, heads: 16, sequence: 0)

  /// Each layer sums 2 b s h bytes four times, each 2 (n-1)/n S/β + 2 (n-1) α (Shoeybi et al. 2019; Patarasuk and Yuan
  /// 2009); two more are computed again with full recomputation.
  @Test(arguments: [2, 4, 8]) func tensorParallelSumsAreRings(_ tensor: Int) throws {
    let constants = communicationOnly { $0.linkLatency = 3e-6 }
    let model = try model(shape, 8, batch: 32, efficiency: constants)
    var layout = Layout(data: 8 / tensor, tensor: tensor, microBatch: 2)
    let n = Double(tensor)
    let bytes: Double = 2 * 2 * 2048 * 1024
    let once: Double = 2 * (n - 1) / n * bytes / 100e9 + 2 * (n - 1) * 3e-6
    let microBatches = Double(32 * tensor / 8 / 2)
    #expect(isNear(model.time(layout).tensorCommunication, microBatches * 8 * 4 * once))
    // Reduce-scatter and all-gather carry as much as an all-reduce.
    layout.sequenceParallel = true
    #expect(isNear(model.time(layout).tensorCommunication, microBatches * 8 * 4 * once))
    layout.recomputation = .full
    #expect(isNear(model.time(layout).tensorCommunication, microBatches * 8 * 6 * once))
  }

  /// A ring of d replicas carries 2 (d-1)/d of the gradients' bytes past each of them; a sharded step scatters the
  /// gradients and gathers parameters of 2 bytes. One replica in each node has one network adapter, eight have eight.
  @Test func gradientsAreSummedInRings() throws {
    let constants = communicationOnly { $0.gradientLatency = 1e-5 }
    let size = Double(shape.parameters.total)
    let wide = try model(shape, 16, efficiency: constants)
    let narrow = try model(shape, 128, batch: 128, efficiency: constants)
    let inside = try model(shape, 8, efficiency: constants)
    let hops = 15 * 8 * 1e-5
    let d = 15.0 / 16
    #expect(isNear(wide.time(Layout(data: 16, sharding: .none)).reduction, 2 * d * 4 * size / 80e9 + hops))
    #expect(isNear(wide.time(Layout(data: 16)).reduction, d * (4 + 2) * size / 80e9 + hops))
    #expect(
      isNear(
        narrow.time(Layout(data: 16, tensor: 8, sharding: .none)).reduction, 2 * d * 4 * size / 8 / 10e9 + hops))
    #expect(isNear(inside.time(Layout(data: 8, sharding: .none)).reduction, 2 * 7 / 8 * 4 * size / 100e9))
    #expect(inside.time(Layout(tensor: 8)).reduction == 0)
  }

  /// Beyond a group of nodes under one switch the network may be narrower.
  @Test func aNarrowTopSlowsWhatGoesThroughIt() throws {
    let open = try model(shape, 64, efficiency: communicationOnly())
    let narrow = try model(shape, 64, efficiency: communicationOnly()) {
      ($0.nodesPerGroup, $0.groupBytesPerSecond) = (4, 2.5e9)
    }
    let layout = Layout(data: 64, sharding: .none)
    #expect(isNear(narrow.time(layout).reduction, 4 * open.time(layout).reduction))
    let small = try model(shape, 32, efficiency: communicationOnly()) {
      ($0.nodesPerGroup, $0.groupBytesPerSecond) = (4, 2.5e9)
    }
    let same = try model(shape, 32, efficiency: communicationOnly())
    #expect(
      small.time(Layout(data: 32, sharding: .none)).reduction
        == same.time(Layout(data: 32, sharding: .none)).reduction)
  }

  /// Fully sharded parameters are gathered twice and their gradients scattered once for each micro-batch: three times
  /// (n-1)/n of a layer's bytes, one and a half times the volume of plain data parallelism in 16 bits (Rajbhandari et al.
  /// 2020, section 7).
  @Test func fullShardingCarriesHalfAsMuchAgain() throws {
    let shape = gpt(layers: 8, hidden: 1024, heads: 16, vocabulary: 1, sequence: 1)
    let model = try model(shape, 8, batch: 8, gradientBytes: 2, efficiency: communicationOnly())
    let sharded = model.time(Layout(data: 8, sharding: .parameters)).gathering
    let layers = Double(shape.parameters.nonEmbedding)
    #expect(isNear(sharded, 3 * 7 / 8 * 2 * layers / 100e9))
    let plain = model.time(Layout(data: 8, sharding: .none)).reduction
    #expect(isNear(sharded / plain, 1.5, within: 1e-3))
  }

  /// Keys and values of a block go c-1 times round, forward once and backward twice (Liu et al. 2023).
  @Test func keysAndValuesGoRound() throws {
    let constants = communicationOnly { $0.linkLatency = 2e-6 }
    let grouped = TransformerShape(
      layers: 4, hidden: 1024, feedForward: 4096, heads: 16, keyValueHeads: 4, vocabulary: 32_000)
    let model = try model(grouped, 4, sequence: 8192, batch: 2, efficiency: constants)
    let block: Double = 2 * 8192 / 4 * 2 * 4 * 64
    let once: Double = 3 * (block / 100e9 + 2e-6)
    #expect(isNear(model.time(Layout(context: 4)).contextCommunication, 2 * 4 * 3 * once))
    // With time for attention to hide it, nothing is left.
    let slow = try self.slow(grouped)
    #expect(slow.time(Layout(context: 4)).contextCommunication == 0)
  }

  private func slow(_ shape: TransformerShape) throws -> StepModel {
    try model(shape, 4, sequence: 8192, batch: 2, efficiency: idealEfficiency { $0.attention = 0.01 })
  }

  /// Each of e devices keeps 1/e of its tokens' copies and sends the rest, there and back, in both passes: four
  /// all-to-alls of top-k copies, each (e-1)/e S/β + log2(e) α.
  @Test(arguments: [2, 4, 8]) func tokensGoToTheirExpertsAndBack(_ expert: Int) throws {
    let constants = communicationOnly { $0.linkLatency = 4e-6 }
    let mixture = TransformerShape(
      layers: 4, hidden: 1024, feedForward: 4096, heads: 16, vocabulary: 32_000,
      experts: .init(count: 8, active: 2, feedForward: 4096))
    let model = try model(mixture, 8, batch: 8, efficiency: constants)
    let copies = 2.0 * 2048 * 1024 * 2
    let e = Double(expert)
    let hops: Double = [2: 1, 4: 2, 8: 3][expert] ?? 0
    let sent: Double = (e - 1) / e * copies / 100e9
    let exchange: Double = sent + hops * 4e-6
    #expect(isNear(model.time(Layout(data: 8, expert: expert)).expertCommunication, 4 * 4 * exchange))
    #expect(model.time(Layout(data: 8)).expertCommunication == 0)
  }

  /// An activation forward and its gradient backward for every micro-batch and boundary, and p-1 more to fill and drain.
  @Test func stagesPassActivationsOn() throws {
    let constants = communicationOnly { $0.linkLatency = 2e-6 }
    let model = try model(shape, 4, batch: 16, efficiency: constants)
    let bytes: Double = 2 * 2048 * 1024
    let one: Double = 2 * (bytes / 100e9 + 2e-6)
    #expect(isNear(model.time(Layout(pipeline: 4)).transfers, (16 + 3) * one))
    #expect(isNear(model.time(Layout(pipeline: 4, virtualStages: 2)).transfers, (2 * 16 + 3) * one))
    #expect(model.time(Layout(data: 4)).transfers == 0)
  }

  /// Without embeddings all stages are equal, and idle for (p-1)/m of the ideal time; of v chunks for a v-th of that
  /// (Narayanan et al. 2021, section 2.2).
  @Test(arguments: [(2, 8, 1), (4, 16, 1), (4, 16, 2), (8, 8, 1), (2, 32, 4)])
  func theBubbleIsThatOfEqualStages(_ stages: Int, _ microBatches: Int, _ chunks: Int) throws {
    let model = try model(headless, stages, batch: microBatches, efficiency: computationOnly)
    for schedule in chunks > 1 ? [.oneForwardOneBackward] : [PipelineSchedule.oneForwardOneBackward, .gpipe] {
      let time = model.time(
        Layout(pipeline: stages, virtualStages: chunks, recomputation: .full, schedule: schedule))
      let ideal = time.computation + time.recomputation
      let share = Double(stages - 1) / Double(microBatches * chunks)
      #expect(isNear(time.bubble / ideal, share, within: 1e-3), "\(schedule)")
      #expect(time.imbalance < 1e-3 * ideal)
    }
  }

  /// Of equal passes F = B = W, the share of 1F1B's bubble that is left (Qi et al. 2024, arXiv 2401.10241 and 2405.15362).
  @Test(arguments: [
    (PipelineSchedule.zeroBubbleH1, 1.0 / 3), (.zeroBubbleH2, 0), (.zeroBubbleV, 0), (.vHalf, 0.5), (.vMin, 2.0 / 3),
  ])
  func zeroBubbleSchedulesLeaveTheirShare(_ schedule: PipelineSchedule, _ share: Double) throws {
    let model = try model(headless, 4, batch: 16, attention: .unfused, efficiency: computationOnly)
    let base = model.time(Layout(pipeline: 4)).bubble
    #expect(abs(model.time(Layout(pipeline: 4, schedule: schedule)).bubble / base - share) < 1e-9)
  }

  private var computationOnly: Efficiency { idealEfficiency { $0.memory = 1e15 } }
  private var headless: TransformerShape { gpt(layers: 16, hidden: 1024, heads: 16, vocabulary: 1, sequence: 1) }

  /// Stages of ⌈L/p⌉ layers set the pace: 9 layers in 4 stages take as long as 12.
  @Test func unequalStagesWaitForTheLongest() throws {
    let nine = gpt(layers: 9, hidden: 1024, heads: 16, vocabulary: 1, sequence: 1)
    let twelve = gpt(layers: 12, hidden: 1024, heads: 16, vocabulary: 1, sequence: 1)
    func pace(_ shape: TransformerShape) throws -> Double {
      let time = try model(shape, 4, batch: 16, efficiency: computationOnly).time(Layout(pipeline: 4))
      return time.computation + time.imbalance
    }
    #expect(isNear(try pace(nine), try pace(twelve), within: 1e-3))
  }

  /// With hardware that reaches its figures and memory that costs nothing, the time is that of the model's FLOP: three
  /// times the forward pass but for FlashAttention, whose backward pass has five products for two.
  @Test func idealHardwareTakesTheTimeOfItsFLOP() throws {
    let shape = gpt(layers: 8, hidden: 4096, heads: 32, vocabulary: 50_000)
    let model = try model(shape, 1, batch: 4, efficiency: idealEfficiency { $0.memory = 1e15 })
    let forward = shape.forwardFLOPs(sequence: 2048)
    let perToken: Double = 3 * forward.total + 0.5 * forward.attentionScores
    let expected: Double = perToken * 4 * 2048 / 100e12
    #expect(isNear(model.time(Layout(sharding: .none)).computation, expected, within: 2e-3))
  }

  /// Kernels cannot start faster than they are launched.
  @Test func smallLayersWaitForLaunches() throws {
    let tiny = gpt(layers: 4, hidden: 64, heads: 2, vocabulary: 1, sequence: 1)
    let model = try model(
      tiny, 1, sequence: 64, batch: 8, efficiency: idealEfficiency { $0.layerLaunch = 1e-3 })
    let time = model.time(Layout(sharding: .none))
    // Once forward, twice backward.
    #expect(isNear(time.computation, 8 * 4 * 3e-3, within: 1e-3))
    #expect(isNear(time.launches, time.computation, within: 0.01))
  }

  @Test func replicasShareTheOptimizersStep() throws {
    let model = try model(shape, 8)
    let whole = model.time(Layout(data: 8, sharding: .none)).optimizer
    for stage in [Layout.Sharding.optimizer, .gradients, .parameters] {
      #expect(isNear(model.time(Layout(data: 8, sharding: stage)).optimizer, whole / 8))
    }
  }

  /// Layouts of all kinds on four nodes.
  private static let layouts = [
    Layout(data: 32), Layout(data: 32, sharding: .none), Layout(data: 32, sharding: .parameters),
    Layout(data: 32, sharding: .parameters, shardGroup: 8), Layout(data: 4, tensor: 8, sequenceParallel: true),
    Layout(data: 4, tensor: 2, pipeline: 4, microBatch: 2, recomputation: .full),
    Layout(data: 2, tensor: 4, pipeline: 4, virtualStages: 2, recomputation: .selective),
    Layout(data: 4, tensor: 4, context: 2), Layout(data: 2, context: 16, contextExchange: .ulysses),
    Layout(data: 4, pipeline: 8, schedule: .zeroBubbleH1), Layout(data: 32, expert: 16),
    Layout(data: 16, tensor: 2, expert: 8, sharding: .gradients),
  ]

  private func anyModel(network: Double = 25e9) throws -> StepModel {
    let mixture = TransformerShape(
      layers: 16, hidden: 2048, feedForward: 8192, heads: 16, keyValueHeads: 8, vocabulary: 32_000,
      experts: .init(count: 16, active: 2, feedForward: 2048, denseLayers: 1))
    return try model(mixture, 32, of: Accelerator.named("A100"), batch: 64) { $0.networkBytesPerSecond = network }
  }

  @Test(arguments: layouts) func partsAddUpToTheTotal(_ layout: Layout) throws {
    let model = try anyModel()
    try model.check(layout)
    let time = model.time(layout)
    #expect(time.parts.allSatisfy { $0.seconds >= 0 && $0.seconds.isFinite })
    #expect(isNear(time.parts.reduce(0) { $0 + $1.seconds }, time.total))
    #expect(time.launches <= time.computation)
    #expect((0...1).contains(model.utilization(stepSeconds: time.total)))
  }

  @Test(arguments: layouts) func aFasterNetworkNeverMakesAStepSlower(_ layout: Layout) throws {
    let times = try [1e9, 5e9, 12.5e9, 25e9, 50e9, 100e9, 400e9].map { try anyModel(network: $0).time(layout).total }
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 >= $1 }, "\(times)")
  }

  @Test(arguments: layouts) func twiceTheBatchIsTwiceTheSteadyPart(_ layout: Layout) throws {
    let model = try anyModel()
    var workload = model.workload
    workload.globalBatch *= 2
    let (once, twice) = (model.time(layout), try StepModel(workload, on: model.cluster).time(layout))
    for part in [
      \StepTime.computation, \.recomputation, \.tensorCommunication, \.expertCommunication, \.contextCommunication,
      \.gathering, \.imbalance,
    ] {
      #expect(isNear(twice[keyPath: part], 2 * once[keyPath: part]))
    }
    for part in [\StepTime.bubble, \.reduction, \.optimizer] {
      #expect(isNear(twice[keyPath: part], once[keyPath: part]))
    }
    #expect(twice.transfers <= 2 * once.transfers)
  }

  @Test func aPrecisionThatTheChipLacksIsRefused() throws {
    let workload = TrainingWorkload(shape: shape, sequence: 2048, globalBatch: 8, precision: .fp8)
    let a100 = try Cluster(Accelerator.named("A100"), count: 8)
    #expect(throws: CostError.self) { try StepModel(workload, on: a100) }
  }
}
