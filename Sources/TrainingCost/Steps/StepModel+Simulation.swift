extension StepModel {
  /// The passes of a step, from the same times of layers and output projection as ``time(_:)``.
  ///
  /// - Parameter layout: one that ``check(_:)`` accepts.
  /// - Throws: ``CostError`` if the schedule does not exist for these stages and micro-batches.
  public func simulate(_ layout: Layout) throws(CostError) -> PipelineSimulation {
    let layer = layerTime(layout)
    let head = headTime(layout)
    let chunks = layout.schedule.isFolded ? 2 : layout.virtualStages
    let total = layout.pipeline * chunks
    let split = stageLayers(layout, headLayers: head / layer.total)
    let weights = 0.5 * layer.backward
    let inputs = weights + layer.recomputation + layer.tensorBackward
    let forward = layer.total - inputs - weights
    var times = PassTimes(chunks: total, forward: 0, inputs: 0, weights: 0)
    for chunk in 0..<total {
      // Folded schedules end where they began, on the first device.
      let isLast =
        layout.schedule.isFolded ? chunk == 0 || chunk == total - 1 : chunk % layout.pipeline == layout.pipeline - 1
      let layers = Double(isLast && layout.pipeline > 1 ? split.last : split.first) / Double(chunks)
      times.forward[chunk] = layers * forward
      times.inputs[chunk] = layers * inputs
      times.weights[chunk] = layers * weights
    }
    times.forward[total - 1] += head / 3
    times.inputs[total - 1] += head / 3
    times.weights[total - 1] += head / 3
    return try PipelineSimulation(
      layout.schedule, stages: layout.pipeline, microBatches: microBatches(layout), chunks: layout.virtualStages,
      times: times)
  }
}
