import Testing
import TrainingCost

@Suite struct StepMemoryTests {
  /// Korthikanti et al. 2022 (arXiv 2205.05198), figures 1 and 7, as digitized by Isaev et al. 2023 (calculon): GiB of
  /// parameters, gradients and optimizer state, GiB of activations of the first stage, and the percentages of them that
  /// sequence parallelism, selective recomputation, both, and full recomputation leave.
  struct Published: Sendable, CustomTestStringConvertible {
    let name: String
    let shape: TransformerShape
    let pipeline: Int
    let chunks: Int
    let microBatch: Int
    let states: Double
    let activations: Double
    let lean: Double
    let percents: [Double]

    var testDescription: String { name }
  }

  static let korthikanti = [
    Published(
      name: "22B", shape: gpt(layers: 48, hidden: 6144, heads: 64), pipeline: 1, chunks: 1, microBatch: 4,
      states: 45.5625, activations: 59.25, lean: 9.5625, percents: [66.84, 49.42, 16.18, 7.64]),
    Published(
      name: "175B", shape: gpt(layers: 96, hidden: 12_288, heads: 96), pipeline: 8, chunks: 3, microBatch: 1,
      states: 45.5625, activations: 66.84375, lean: 12.3515625, percents: [62.04, 56.53, 18.49, 8.71]),
    Published(
      name: "530B", shape: gpt(layers: 105, hidden: 20_480, heads: 128), pipeline: 35, chunks: 3, microBatch: 1,
      states: 31.640625, activations: 114.0234375, lean: 23.076171875, percents: [58.31, 62.04, 20.27, 9.42]),
    Published(
      name: "1T", shape: gpt(layers: 128, hidden: 25_600, heads: 160), pipeline: 64, chunks: 1, microBatch: 1,
      states: 32.958984375, activations: 131.25, lean: 26.5625, percents: [58.31, 62.04, 20.27, 9.42]),
  ]

  private func megatron(_ row: Published) throws -> (StepModel, Layout) {
    let model = try model(
      row.shape, 8 * row.pipeline, of: Accelerator.named("A100"), batch: 8 * row.pipeline * row.microBatch,
      attention: .unfused)
    return (
      model,
      Layout(
        tensor: 8, pipeline: row.pipeline, virtualStages: row.chunks, microBatch: row.microBatch, sharding: .none)
    )
  }

  @Test(arguments: korthikanti) func activationsAreThePublishedOnes(_ row: Published) throws {
    let (model, plain) = try megatron(row)
    var layout = plain
    try model.check(layout)
    let gib = 1_073_741_824.0
    let whole = model.memory(layout).activations / gib
    #expect(isNear(whole, row.activations, within: 0.02), "\(whole)")
    let variants: [(Bool, Recomputation)] = [(true, .none), (false, .selective), (true, .selective), (false, .full)]
    // Micro-batches that the first stage holds, in those of one stage (section 4.2.3).
    let (p, v) = (Double(row.pipeline), Double(row.chunks))
    let inFlight = row.pipeline > 1 ? 1 + (p - 1) / (p * v) : 1
    for ((isSplit, recomputation), percent) in zip(variants, row.percents) {
      (layout.sequenceParallel, layout.recomputation) = (isSplit, recomputation)
      let kept = Double(row.shape.layers) * (row.chunks > 1 ? inFlight : 1) * model.activationBytes(layout) / gib
      #expect(isNear(kept / row.activations * 100, percent, within: 0.02), "\(recomputation): \(kept)")
      // With full recomputation one layer's own activations come on top of what is kept.
      var live = layout
      live.recomputation = .none
      let extra = recomputation == .full ? model.activationBytes(live) / gib : 0
      #expect(isNear(model.memory(layout).activations / gib, kept + extra))
    }
    (layout.sequenceParallel, layout.recomputation) = (true, .selective)
    let lean = model.memory(layout).activations / gib
    #expect(isNear(lean, row.lean, within: 0.02), "\(lean)")
  }

  /// The figures leave out embeddings, which the first stage has.
  @Test(arguments: korthikanti) func statesAreThePublishedOnesAndTheEmbeddings(_ row: Published) throws {
    let (model, layout) = try megatron(row)
    let memory = model.memory(layout)
    let states = memory.parameters + memory.gradients + memory.optimizer
    let embeddings = 18 * Double((row.shape.vocabulary + 2048) * row.shape.hidden) / 8
    #expect(isNear((states - embeddings) / 1_073_741_824, row.states, within: 0.01))
  }

  /// Rajbhandari et al. 2020 (arXiv 1910.02054), section 5: Ψ parameters take 2Ψ of weights, 2Ψ of gradients and 12Ψ of
  /// Adam's state; with gradients kept in 32 bits, 4Ψ. Fully sharded with such gradients there is no copy in 16 bits (Zhao
  /// et al. 2023, arXiv 2304.11277, section 4.4): again 16Ψ in all.
  @Test(arguments: [2.0, 4.0], [1, 2, 8]) func bytesOfAParameterByStage(_ g: Double, _ replicas: Int) throws {
    let shape = gpt(layers: 4, hidden: 1024, heads: 16)
    let model = try model(shape, replicas, gradientBytes: g)
    let (size, d) = (Double(shape.parameters.total), Double(replicas))
    let expected = [2 + g + 12, 2 + g + 12 / d, 2 + (g + 12) / d, 16 / d]
    for (stage, bytes) in zip(Layout.Sharding.allCases, expected) {
      let memory = model.memory(Layout(data: replicas, sharding: stage))
      #expect(isNear((memory.parameters + memory.gradients + memory.optimizer) / size, bytes), "\(stage)")
    }
  }

  /// The same paper, figure 1: 7.5B parameters on 64 devices take 120, 31.4, 16.6 and 1.9 GB each.
  @Test func the7BillionOfZeROsFigure() throws {
    let shape = gpt(layers: 36, hidden: 4096, heads: 32)
    let model = try model(shape, 64, gradientBytes: 2)
    let scale = 7.5e9 / Double(shape.parameters.total)
    for (stage, published) in zip(Layout.Sharding.allCases, [120, 31.4, 16.6, 1.9]) {
      let memory = model.memory(Layout(data: 64, sharding: stage))
      let bytes = scale * (memory.parameters + memory.gradients + memory.optimizer) / 1e9
      #expect(abs(bytes - published) < 0.06, "\(stage): \(bytes)")
    }
  }

  /// With experts on all of 8 devices each has an eighth of them and all of the rest; ZeRO-1 shards the state of the rest
  /// among the 8, and of experts, which no other device has, not at all.
  @Test func expertsAreDealtOutToTheirDevices() throws {
    let shape = try TransformerShape.named("mixtral-8x7b")
    let model = try model(shape, 8, batch: 64)
    let memory = model.memory(Layout(data: 8, expert: 8))
    let routed = Double(shape.parameters.routedExperts)
    let rest = Double(shape.parameters.total) - routed
    #expect(isNear(memory.parameters, 2 * (rest + routed / 8), within: 1e-6))
    #expect(isNear(memory.gradients, 4 * (rest + routed / 8), within: 1e-6))
    #expect(isNear(memory.optimizer, 12 * (rest / 8 + routed / 8), within: 1e-6))
  }

  /// Qi et al. 2024 (arXiv 2401.10241 and 2405.15362): of 1F1B's activations GPipe keeps m/p, ZB-H2 about twice, ZB-V as
  /// many, V-Half and V-Min about a half and a third, as long as there are many stages.
  @Test func schedulesKeepTheirShareOfActivations() throws {
    let shape = gpt(layers: 64, hidden: 1024, heads: 16)
    let model = try model(shape, 32, batch: 128)
    func activations(_ schedule: PipelineSchedule) -> Double {
      model.memory(Layout(pipeline: 32, sharding: .none, schedule: schedule)).activations
    }
    let base = activations(.oneForwardOneBackward)
    #expect(isNear(activations(.gpipe), 4 * base))
    #expect(isNear(activations(.zeroBubbleH1), base) && isNear(activations(.zeroBubbleV), base))
    #expect(isNear(activations(.zeroBubbleH2), 2 * base, within: 0.02))
    #expect(isNear(activations(.vHalf), base / 2, within: 0.1) && isNear(activations(.vMin), base / 3, within: 0.2))
  }

  @Test func partsAddUpAndLessIsKeptWhereMoreIsShared() throws {
    let model = try model(gpt(layers: 24, hidden: 2048, heads: 16, sequence: 4096), 16, sequence: 4096)
    let plain = Layout(data: 16)
    let memory = model.memory(plain)
    #expect(isNear(memory.parts.reduce(0) { $0 + $1.bytes }, memory.total))
    #expect(memory.parts.allSatisfy { $0.bytes >= 0 })
    for (shared, activations) in [
      (Layout(data: 8, context: 2), 0.5), (Layout(data: 8, tensor: 2, sequenceParallel: true), 0.5),
      (Layout(data: 16, offload: 0.75), 0.25), (Layout(data: 16, microBatch: 2), 2),
    ] {
      #expect(isNear(model.memory(shared).activations, activations * memory.activations))
    }
    let selective = model.memory(Layout(data: 16, recomputation: .selective)).activations
    let full = model.memory(Layout(data: 16, recomputation: .full)).activations
    #expect(selective < memory.activations && full < selective)
  }

  /// 80 GiB on the chip, of which a program gets at most that.
  @Test func usableMemoryIsBelowWhatTheChipHas() throws {
    let usable = try Accelerator.named("H100").usableMemoryBytes
    #expect(usable < 80 * 1_073_741_824 && usable > 75e9)
  }
}
