import Testing

@testable import TrainingCost

/// Steps of large runs as their authors published them, none of which a constant was fitted to.
@Suite struct PublishedStepsTests {
  private func llama(_ devices: Int, attention: AttentionKernel, sequence: Int = 8192) throws -> StepModel {
    // 16M tokens a step.
    try StepModel(
      TrainingWorkload(
        shape: .named("llama-3-405b"), sequence: sequence, globalBatch: 16_777_216 / sequence, attention: attention),
      on: Cluster(.named("H100"), count: devices))
  }

  private func layout(_ devices: Int, context: Int = 1) -> Layout {
    Layout(
      data: devices / context / 128, tensor: 8, pipeline: 16, context: context, virtualStages: 8,
      sequenceParallel: true,
      stageSplit: .balanced)
  }

  /// Llama Team 2024 (arXiv 2407.21783), table 4: 430 TFLOP/s of an H100 on 8,192, 400 on 16,384, and 380 there with sequences
  /// of 131,072 tokens, model FLOPs with half of the attention's square.
  @Test(arguments: [(8192, 8192, 1, 430.0), (16_384, 8192, 1, 400), (16_384, 131_072, 16, 380)])
  func llama3OnThousandsOfH100(_ devices: Int, _ sequence: Int, _ context: Int, _ rate: Double) throws {
    let model = try llama(devices, attention: .flash3, sequence: sequence)
    let layout = layout(devices, context: context)
    try model.check(layout)
    let flops = 6 * Double(model.workload.shape.parameters.total) + 6 * 126 * 16_384 * Double(sequence)
    let published = flops * model.workload.tokensPerStep / (rate * 1e12 * Double(devices))
    let predicted = model.time(layout).total
    #expect(isNear(predicted, published, within: 0.15), "\(predicted) of \(published)")
  }

  /// Transfers between stages wait for one another with one chunk a device, and hide behind other chunks with several; not
  /// so in programs as old as attention that is not fused.
  @Test func chunksHideTransfers() throws {
    func transfers(_ chunks: Int, _ attention: AttentionKernel) throws -> Double {
      let model = try llama(8192, attention: attention)
      var layout = layout(8192)
      layout.virtualStages = chunks
      return model.time(layout).transfers
    }
    let (one, eight) = (try transfers(1, .flash), try transfers(8, .flash))
    #expect(eight < 0.5 * one && eight > 0)
    #expect(try transfers(8, .unfused) > 4 * transfers(1, .unfused))
  }

  /// What plans say of whole runs is what these took over the fastest layout's time.
  @Test func wholeRunsTookTheShareThatIsSaid() throws {
    let ratios = try PublishedRun.all.map { run in
      let sequences = Int((run.batchTokens / Double(run.sequence) / 128).rounded()) * 128
      let workload = TrainingWorkload(
        shape: try .named(run.model), sequence: run.sequence, globalBatch: sequences)
      let model = try StepModel(workload, on: Cluster(.named(run.accelerator), count: run.devices))
      let best = try #require(LayoutSearch(model).best.first)
      let hours = run.tokens / workload.tokensPerStep * best.time.total * Double(run.devices) / 3600
      return run.gpuHours / hours
    }.sorted()
    let said = PublishedRun.actualOverPredicted
    #expect(ratios.count == 3 && abs(ratios[0] - said.least) <= 0.05 && abs(ratios[2] - said.most) <= 0.05, "\(ratios)")
  }

  /// FlashAttention-3 takes half of the time of FlashAttention-2's kernels and changes nothing else.
  @Test func laterAttentionKernelsAreFasterOnChipsThatHaveThem() throws {
    let (two, three) = (try llama(8192, attention: .flash), try llama(8192, attention: .flash3))
    let layout = layout(8192)
    let saved = two.time(layout).computation - three.time(layout).computation
    let twice = try StepModel(
      two.workload, on: two.cluster,
      efficiency: {
        var efficiency = two.efficiency
        efficiency.attention *= 2
        return efficiency
      }())
    #expect(isNear(saved, two.time(layout).computation - twice.time(layout).computation, within: 1e-9) && saved > 0)
    #expect(three.memory(layout) == two.memory(layout))
    let old = try Cluster(.named("A100"), count: 8)
    let error = try #require(throws: CostError.self) { try StepModel(three.workload, on: old) }
    #expect(error.description.contains("flash3 needs a chip with 8-bit units"))
  }

  /// The embedding and the output projection count as a layer each: 126 layers in 16 stages of 8 chunks, as Llama 3 has them.
  @Test func aBalancedSplitMayLeaveALayerOutAtEitherEnd() throws {
    let model = try llama(8192, attention: .flash)
    var layout = layout(8192)
    var options = LayoutSearch.Options()
    (options.tensor, options.pipeline, options.sharding, options.keep) = (8, 16, .optimizer, 1)
    let best = try #require(LayoutSearch(model, options).best.first?.layout)
    #expect(best.virtualStages == 8 && best.stageSplit == .balanced, "\(best.summary)")
    layout.stageSplit = .even
    let error = try #require(throws: CostError.self) { try model.check(layout) }
    #expect(error.description.contains("126 layers"))
  }
}
