import Testing

@testable import TrainingCost

@Suite("A step on different accelerators")
struct MixedLayoutTests {
  private var workload: TrainingWorkload {
    get throws {
      TrainingWorkload(shape: try TransformerShape.named("llama-3-8b"), sequence: 8192, globalBatch: 512)
    }
  }

  @Test("Groups of one kind share the batch evenly")
  func equalGroups() throws {
    let group = try Cluster(.named("H100"), count: 32)
    let mixed = try MixedLayout(workload, on: [group, group])
    #expect(mixed.groups.map(\.sequences) == [256, 256])
    #expect(mixed.groups.allSatisfy { $0.idle < 1e-9 })
  }

  @Test("Slower accelerators get less of the batch, and their help makes the step shorter")
  func unlikeGroups() throws {
    let fast = try Cluster(.named("H100"), count: 32)
    let slow = try Cluster(.named("A100"), count: 32)
    let mixed = try MixedLayout(workload, on: [fast, slow])
    let alone = try MixedLayout(workload, on: [fast])
    #expect(mixed.groups.map(\.sequences).reduce(0, +) == 512)
    #expect(mixed.groups[0].sequences > mixed.groups[1].sequences)
    #expect(mixed.seconds < alone.seconds)
    // No sharing is better than the sum of the rates that both have alone.
    let other = try MixedLayout(workload, on: [slow])
    #expect(1 / mixed.seconds < 1 / alone.seconds + 1 / other.seconds)
  }

  @Test("A group that cannot hold the model is an error that names it")
  func tooSmall() throws {
    let groups = [try Cluster(.named("H100"), count: 32), try Cluster(.named("V100"), count: 1)]
    let error = #expect(throws: CostError.self) { try MixedLayout(workload, on: groups) }
    #expect(error?.description.contains("V100") == true)
  }
}

@Suite("Passes of a modeled step")
struct StepSimulationTests {
  @Test("The passes take the time that the model gives to the pipeline")
  func agree() throws {
    let workload = TrainingWorkload(shape: try TransformerShape.named("gpt-3-175b"), sequence: 2048, globalBatch: 256)
    let model = try StepModel(workload, on: Cluster(.named("A100"), count: 128))
    for (chunks, split) in [(1, Layout.StageSplit.even), (2, .even), (1, .balanced)] {
      let layout = Layout(
        data: 1, tensor: 8, pipeline: 16, virtualStages: chunks, sharding: .none, sequenceParallel: true,
        recomputation: .selective, stageSplit: split)
      try model.check(layout)
      let time = model.time(layout)
      let pipeline = time.total - time.overhead - time.transfers - time.reduction - time.optimizer
      let simulated = try model.simulate(layout).span
      #expect(abs(simulated / pipeline - 1) < 0.01, "\(chunks) chunks, \(split): \(simulated) for \(pipeline)")
    }
  }
}
