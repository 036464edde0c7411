/// A model of the time and the memory of training steps of one workload on one cluster, in any layout.
///
/// Kernels follow a roofline (Williams et al. 2009), collectives the α-β model of rings, pipelines the bubble of their
/// schedule; ``Efficiency`` has the constants.
public struct StepModel: Sendable {
  public let workload: TrainingWorkload
  public let cluster: Cluster
  public let efficiency: Efficiency

  let layer: LayerSizes
  /// The attainable rate of matrix products.
  let secondsPerFLOP: Double
  /// The attainable bandwidth of device memory.
  let secondsPerByte: Double
  /// The peak of the 16-bit products in attention.
  let attentionPeak: Double

  /// - Parameter efficiency: the accelerator's default if nil.
  /// - Throws: ``CostError`` if the shape is not valid or the accelerator does not support the precision.
  public init(_ workload: TrainingWorkload, on cluster: Cluster, efficiency: Efficiency? = nil) throws(CostError) {
    try workload.validate()
    guard workload.attention != .flash3 || cluster.accelerator.peaks[.fp8] != nil else {
      throw CostError(
        "flash3 needs a chip with 8-bit units, which \(cluster.accelerator.name) does not have; use flash")
    }
    let efficiency = efficiency ?? .standard(for: cluster.accelerator)
    self.workload = workload
    self.cluster = cluster
    self.efficiency = efficiency
    layer = LayerSizes(workload.shape)
    secondsPerFLOP = 1 / (try cluster.accelerator.peak(workload.precision) * efficiency.matmul)
    secondsPerByte = 1 / (cluster.accelerator.memoryBandwidth * efficiency.memory)
    attentionPeak = cluster.accelerator.peakFLOPsPerSecond
  }

  /// The time of a step.
  ///
  /// - Parameter layout: one that ``check(_:)`` accepts.
  public func time(_ layout: Layout) -> StepTime {
    let layer = layerTime(layout)
    let head = headTime(layout)
    let stages = stages(layout, layer: layer.total, head: head)
    let (p, v) = (Double(layout.pipeline), Double(layout.virtualStages))
    let m = Double(microBatches(layout))
    let share = m * Double(workload.shape.layers) / p

    var time = StepTime()
    time.computation = share * (layer.forward + layer.backward) + m * head / p
    time.launches = share * layer.launches
    time.recomputation = share * layer.recomputation
    time.tensorCommunication = share * (layer.tensorForward + layer.tensorBackward)
    time.expertCommunication = share * layer.expert
    time.contextCommunication = share * layer.context
    time.gathering = share * layer.gathering
    time.offloading = share * layer.offloading
    time.overhead = m * efficiency.microBatch + efficiency.step
    if layout.pipeline > 1 {
      let transfer = transferTime(layout) * v
      // An interleaved schedule sends chunks while it computes others; programs as old as unfused attention wait.
      let hides = layout.virtualStages > 1 && workload.attention.isFused
      let waiting = hides ? max(0, transfer - stages.longest) : transfer
      time.transfers = m * waiting * efficiency.exposedTransfer + (p - 1) * transfer / v
      time.imbalance = m * (stages.longest - stages.total / p)
      // The part of a backward pass that the next stage waits for, and the part that can be delayed.
      let inputs = 0.5 * layer.backward + layer.recomputation + layer.tensorBackward
      let weights = 0.5 * layer.backward
      let forward = layer.total - inputs - weights
      let idle = layout.schedule.idle(forward: forward, inputs: inputs, weights: weights) / layer.total
      let stall = layout.schedule.stall(forward: forward, inputs: inputs, weights: weights) / layer.total
      time.bubble = idle * (stages.total - stages.longest) / v + m * stall * stages.total / p
    }
    time.reduction = reductionTime(layout)
    time.optimizer = optimizerTime(layout)
    return time
  }

  /// Micro-batches of a step.
  func microBatches(_ layout: Layout) -> Int {
    let sequences = layout.data * layout.microBatch
    return (workload.globalBatch + sequences - 1) / sequences
  }

  /// Output projection and loss for a micro-batch, forward and backward.
  func headTime(_ layout: Layout) -> Double {
    let tokens = tokensPerDevice(layout)
    let (h, vocabulary) = (layer.hidden, Double(workload.shape.vocabulary) / Double(layout.tensor))
    let bytes = 2 * (tokens * vocabulary + vocabulary * h + tokens * h)
    let products = 2 * tokens * h * vocabulary / (attentionPeak * efficiency.matmul) + bytes * secondsPerByte
    return 3 * products + 4 * efficiency.lossPasses * tokens * vocabulary * secondsPerByte
  }

  /// The longest stage's time for a micro-batch and that of all stages, without transfers.
  private func stages(_ layout: Layout, layer: Double, head: Double) -> (longest: Double, total: Double) {
    let total = Double(workload.shape.layers) * layer + head
    guard layout.pipeline > 1 else { return (total, total) }
    let split = stageLayers(layout, headLayers: head / layer)
    return (max(Double(split.first) * layer, Double(split.last) * layer + head), total)
  }

  /// One transfer of activations and one of gradients between two stages.
  private func transferTime(_ layout: Layout) -> Double {
    let inside = layout.devices <= cluster.accelerator.link.domainSize
    // Each tensor-parallel device sends a slice.
    let bytes = 2 * tokensPerDevice(layout) * layer.hidden / Double(layout.tensor)
    let rate = inside ? linkRate : networkRate(across: layout.devices)
    let latency = inside ? efficiency.linkLatency : efficiency.networkLatency
    return 2 * (bytes / rate + latency)
  }

  /// The exposed time of summing gradients over data-parallel devices and of gathering parameters after a sharded step.
  private func reductionTime(_ layout: Layout) -> Double {
    let replicas = layout.data * layout.context
    guard replicas > 1 else { return 0 }
    let parameters = parametersPerDevice(layout)
    let layers = Double(workload.shape.layers) / Double(layout.pipeline)
    if layout.sharding == .parameters {
      // Already scattered layer by layer; hybrid sharding then sums the shards over the groups.
      guard let group = layout.shardGroup, group < layout.data else { return 0 }
      let bytes = 2 * parameters.total / Double(group) * workload.gradientBytes
      let sum = ring(bytes: bytes, of: layout.data / group, stride: layout.tensor * group, layers: layers)
      return efficiency.exposedReduction * sum
    }
    let isSharded = layout.sharding != .none
    let perParameter = isSharded ? workload.gradientBytes + 2 : 2 * workload.gradientBytes
    let dense = ring(bytes: perParameter * parameters.dense, of: replicas, stride: layout.tensor, layers: layers)
    let shards = expertShards(layout)
    let experts = ring(
      bytes: perParameter * parameters.experts, of: max(1, replicas * layout.tensor / shards), stride: shards, layers: 0
    )
    return (isSharded ? efficiency.exposedSharding : efficiency.exposedReduction) * (dense + experts)
  }

  /// The time of a ring that carries the given bytes past each device.
  private func ring(bytes: Double, of devices: Int, stride: Int, layers: Double) -> Double {
    guard devices > 1 else { return 0 }
    let n = Double(devices)
    let route = route(devices: devices, stride: stride)
    let hops = route.isNetwork ? efficiency.gradientLatency * (n - 1) * layers : 0
    return (n - 1) / n * bytes / route.bytesPerSecond + hops
  }

  private func optimizerTime(_ layout: Layout) -> Double {
    let shards = layout.sharding == .none ? 1 : Double(layout.shardGroup ?? layout.data * layout.context)
    return 30 * efficiency.optimizerPasses * parametersPerDevice(layout).total / shards * secondsPerByte
  }
}

extension StepModel {
  /// The relative error that nine of ten held-out steps stayed within, with default constants: steps of vTrain, of
  /// nanotron at an MFU of 20 % and more, of MPT and of Megatron-LM. Other trainers have larger errors.
  public static let usualError = 0.2

  /// Model FLOPs utilization: the products that the model needs, with half of attention's square, over the capacity of
  /// the devices in the time at their peak in the workload's precision.
  public func utilization(stepSeconds: Double) -> Double {
    let flops = workload.shape.trainingFLOPs(.products, sequence: workload.sequence) * workload.tokensPerStep
    return flops * secondsPerFLOP * efficiency.matmul / (stepSeconds * Double(cluster.count))
  }
}
