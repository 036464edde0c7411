import Tables

extension TrainingWorkload {
  /// - Throws: ``CostError`` that names the field.
  public func validate() throws(CostError) {
    try shape.validate()
    guard sequence > 0 else { throw CostError("a sequence needs at least one token, not \(sequence)") }
    guard globalBatch > 0 else { throw CostError("the global batch needs at least one sequence, not \(globalBatch)") }
    for (name, bytes) in [
      ("a gradient", gradientBytes), ("the optimizer's state", optimizerBytes), ("a logit", logitBytes),
    ] {
      guard bytes >= 0, bytes <= 1e6 else {
        throw CostError("the bytes of \(name) must be from zero to a million, not \(bytes)")
      }
    }
  }
}

extension StepModel {
  /// Checks that a layout can run this workload on this cluster.
  ///
  /// - Throws: ``CostError`` that names the invalid degree, and a valid one.
  public func check(_ layout: Layout) throws(CostError) {
    let shape = workload.shape
    for (name, degree) in [
      ("data", layout.data), ("tensor", layout.tensor), ("pipeline", layout.pipeline), ("context", layout.context),
      ("expert", layout.expert), ("virtual stages", layout.virtualStages), ("micro-batch", layout.microBatch),
      ("the shard group", layout.shardGroup ?? 1),
    ] where degree < 1 {
      throw CostError("\(name) must be at least 1, not \(degree)")
    }
    // Degrees from outside may overflow when multiplied as integers.
    let model = Double(layout.tensor) * Double(layout.pipeline) * Double(layout.context)
    let devices = model * Double(layout.data)
    guard devices == Double(cluster.count) else {
      throw CostError(
        "data \(layout.data) x tensor \(layout.tensor) x pipeline \(layout.pipeline) x context \(layout.context) are "
          + "\(devices < 1e15 ? "\(Int(devices))" : formatCount(devices)) devices, but the cluster has "
          + "\(cluster.count); \(remedy(model))")
    }
    try divides(layout.tensor, "tensor", shape.heads, "attention heads")
    if shape.latentAttention == nil, shape.keyValueHeads % layout.tensor != 0, layout.tensor % shape.keyValueHeads != 0
    {
      throw CostError("tensor \(layout.tensor) and \(shape.keyValueHeads) key-value heads must divide one another")
    }
    try divides(layout.tensor, "tensor", shape.feedForward, "columns of the MLP")
    try checkStages(layout)
    try divides(layout.context, "context", workload.sequence, "tokens of a sequence")
    if layout.context > 1, layout.contextExchange == .ulysses {
      try divides(layout.context * layout.tensor, "context x tensor", shape.heads, "attention heads")
    }
    try checkExperts(layout)
    guard layout.microBatch <= workload.globalBatch else {
      throw CostError(
        "micro-batch \(layout.microBatch) is more than the \(workload.globalBatch) sequences of a step")
    }
    try divides(layout.data * layout.microBatch, "data x micro-batch", workload.globalBatch, "sequences of a step")
    if let group = layout.shardGroup {
      try divides(group, "the shard group", layout.data, "data-parallel devices")
    }
    guard (0...1).contains(layout.offload) else {
      throw CostError("the offloaded share of activations must be between 0 and 1, not \(layout.offload)")
    }
    if layout.sharding == .parameters || layout.sharding == .gradients, layout.pipeline > 1 {
      throw CostError(
        "ZeRO \(layout.sharding.rawValue) would exchange parameters or gradients for every micro-batch of a pipeline; "
          + "use ZeRO 1, or pipeline 1")
    }
  }

  private func checkStages(_ layout: Layout) throws(CostError) {
    let (layers, stages, chunks) = (workload.shape.layers, layout.pipeline, layout.virtualStages)
    // A balanced split counts the embedding and the output projection as a layer each.
    let isBalanced = layout.stageSplit == .balanced && stages > 1
    let most = isBalanced ? chunks > 1 ? layers + 2 : layers - 1 : layers
    guard stages <= most, chunks <= most / stages else {
      throw CostError(
        "pipeline \(stages)\(chunks > 1 ? " x \(chunks) virtual stages" : "") needs more than the model's "
          + "\(layers) layers; the most is \(most / chunks)")
    }
    guard chunks > 1 else { return }
    guard stages > 1 else { throw CostError("virtual stages need a pipeline; leave them out, or set pipeline above 1") }
    guard layout.schedule == .oneForwardOneBackward else {
      throw CostError("virtual stages need the schedule 1f1b, not \(layout.schedule.rawValue)")
    }
    let isWhole = [0, isBalanced ? 1 : 0, isBalanced ? 2 : 0].contains { (layers + $0) % (stages * chunks) == 0 }
    if !isWhole {
      try divides(stages * chunks, "pipeline x virtual stages", layers, "layers")
    }
    try divides(stages, "pipeline", microBatches(layout), "micro-batches, as the interleaved schedule requires")
  }

  private func checkExperts(_ layout: Layout) throws(CostError) {
    guard layout.expert > 1 else { return }
    guard let experts = workload.shape.experts else {
      throw CostError("expert \(layout.expert) requires a mixture of experts; this model is dense")
    }
    try divides(layout.expert, "expert", experts.count, "experts")
    try divides(
      layout.expert, "expert", layout.data * layout.context * layout.tensor,
      "devices of a stage (data x context x tensor)")
  }

  private func divides(_ part: Int, _ name: String, _ whole: Int, _ what: String) throws(CostError) {
    guard whole % part != 0 else { return }
    let reach = min(whole, 4 * min(part, whole))
    let near = (1...reach).filter { whole % $0 == 0 }.min { abs($0 - part) < abs($1 - part) } ?? 1
    throw CostError("\(name) \(part) does not divide the \(whole) \(what); \(near) does")
  }

  private func remedy(_ model: Double) -> String {
    model <= Double(cluster.count) && cluster.count % Int(model) == 0
      ? "data \(cluster.count / Int(model)) would use them all"
      : "tensor x pipeline x context must divide \(cluster.count)"
  }
}
