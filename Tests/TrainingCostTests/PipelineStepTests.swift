import Testing

@testable import TrainingCost

@Suite("The pipeline in the model of a step")
struct PipelineStepTests {
  /// What a step takes by the model and by its passes, without transfers and fixed times.
  private func compared(
    _ schedule: PipelineSchedule, stages p: Int, microBatches m: Int, chunks v: Int = 1, vocabulary: Int
  ) throws -> (model: Double, simulated: Double) {
    let shape = TransformerShape(
      layers: 48, hidden: 4096, feedForward: 11008, heads: 32, vocabulary: vocabulary)
    let model = try StepModel(
      TrainingWorkload(shape: shape, sequence: 2048, globalBatch: m), on: Cluster(.named("A100"), count: p))
    let layout = Layout(pipeline: p, virtualStages: v, sharding: .none, schedule: schedule)
    try model.check(layout)
    let time = model.time(layout)
    let layer = model.layerTime(layout)
    // The output projection is what of the computation is not the layers'.
    let share = Double(m) * 48 / Double(p)
    let head = (time.computation - share * (layer.forward + layer.backward)) * Double(p) / Double(m)
    let perDevice = schedule.isFolded ? 2 : v
    let layers = 48 / Double(p * perDevice)
    var times = PassTimes(
      chunks: p * perDevice, forward: layers * (layer.total - layer.backward), inputs: layers * layer.backward / 2,
      weights: layers * layer.backward / 2)
    let last = p * perDevice - 1
    times.forward[last] += head / 3
    times.inputs[last] += head / 3
    times.weights[last] += head / 3
    let step = try PipelineSimulation(schedule, stages: p, microBatches: m, chunks: v, times: times)
    return (time.computation + time.imbalance + time.bubble, step.span)
  }

  @Test("Time of computation, imbalance and bubble is that of the passes")
  func stepsAgree() throws {
    for vocabulary in [1000, 32000, 128_000] {
      for p in [2, 4, 8] {
        for m in [2 * p, 4 * p, 16 * p] {
          for (schedule, v) in [
            (PipelineSchedule.gpipe, 1), (.oneForwardOneBackward, 1), (.oneForwardOneBackward, 2),
            (.oneForwardOneBackward, 3), (.zeroBubbleH1, 1), (.zeroBubbleH2, 1), (.zeroBubbleV, 1), (.vHalf, 1),
            (.vMin, 1),
          ] {
            let (model, simulated) = try compared(
              schedule, stages: p, microBatches: m, chunks: v, vocabulary: vocabulary)
            // Where the last stage is longer, ZB-H1 fills its own wait with weights; few stages leave V-Half and V-Min less of
            // a bubble than many do for each.
            let allowed: Double =
              switch schedule {
              case .zeroBubbleH1: vocabulary > 1000 ? 0.11 * Double(p) / Double(m) : 0
              case .vHalf, .vMin: (p == 2 ? 0.32 : 0.25) * Double(p) / Double(m)
              default: 0
              }
            #expect(
              abs(model / simulated - 1) < max(0.01, allowed),
              "\(schedule) p \(p) m \(m) v \(v) vocabulary \(vocabulary): \(100 * (model / simulated - 1)) %")
          }
        }
      }
    }
  }
}
