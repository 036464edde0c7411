/// The peak memory of the fullest device in a step, in bytes, by its contents.
public struct StepMemory: Sendable, Hashable {
  public var parameters = 0.0
  public var gradients = 0.0
  public var optimizer = 0.0
  /// Activations kept for the backward pass, for all micro-batches in flight.
  public var activations = 0.0
  /// Logits and the temporaries of the loss.
  public var logits = 0.0
  /// Parameters gathered for the active layers, and their gradients.
  public var buffers = 0.0
  /// The runtime, communication libraries, and memory that the allocator cannot use.
  public var overhead = 0.0

  public init() {}

  public var total: Double { parameters + gradients + optimizer + activations + logits + buffers + overhead }

  /// The parts that add up to `total`, each with its name.
  public var parts: [(name: String, bytes: Double)] {
    [
      ("parameters", parameters), ("gradients", gradients), ("optimizer", optimizer), ("activations", activations),
      ("logits", logits), ("buffers", buffers), ("overhead", overhead),
    ]
  }
}

/// Parameters that a device holds before any sharding.
struct ParametersPerDevice {
  let dense: Double
  let experts: Double

  var total: Double { dense + experts }
}

extension StepModel {
  /// The memory of the fullest device.
  ///
  /// - Parameter layout: one that ``check(_:)`` accepts.
  public func memory(_ layout: Layout) -> StepMemory {
    let split = stageLayers(layout, headLayers: headLayers)
    let positions = Double(workload.shape.learnedPositions) * layer.hidden
    // The first stage has the most micro-batches in flight, the last one the logits.
    let first = memory(
      layout, layers: Double(split.first), embeddings: embeddings(layout) + positions, inFlight: 1,
      hasLogits: layout.pipeline == 1 || layout.schedule.isFolded)
    guard layout.pipeline > 1, !layout.schedule.isFolded else { return first }
    let oneOf = layout.schedule == .gpipe ? 1 : 1 / Double(min(layout.pipeline, microBatches(layout)))
    let last = memory(layout, layers: Double(split.last), embeddings: embedding, inFlight: oneOf, hasLogits: true)
    return last.total > first.total ? last : first
  }

  /// The bytes that a layer of a micro-batch keeps for the backward pass on one device (Korthikanti et al. 2022,
  /// equations 1 to 6, for any width of the MLP and any number of heads).
  ///
  /// With FlashAttention selective recomputation leaves out norms, rotated queries and keys and activation functions;
  /// with scores in memory it leaves out the scores, as in the paper.
  public func activationBytes(_ layout: Layout) -> Double {
    guard layout.recomputation == .full else { return keptBytes(layout) }
    return 2 * tokensPerDevice(layout) * layer.hidden / (layout.sequenceParallel ? Double(layout.tensor) : 1)
  }

  /// The bytes that a layer keeps if not all of it is recomputed.
  private func keptBytes(_ layout: Layout) -> Double {
    let t = Double(layout.tensor)
    let isLean = layout.recomputation == .selective && workload.attention.isFused
    // The paper's models use dropout, and keep two masks of one byte for it.
    let masks = workload.attention == .unfused ? 2.0 : 0
    let stream = (isLean ? 4 : 8 + masks) * layer.hidden / (layout.sequenceParallel ? t : 1)
    let hasScores = workload.attention == .unfused && layout.recomputation != .selective
    let scores = hasScores ? 5 * layer.heads * Double(workload.sequence) : 0
    let inner = layer.projectionWidth + (isLean ? layer.leanWidth : layer.keptWidth + layer.rotatedWidth)
    return efficiency.keptActivations * tokensPerDevice(layout) * (stream + (2 * inner + scores) / t)
  }

  /// The tokens of a micro-batch on a device.
  func tokensPerDevice(_ layout: Layout) -> Double {
    Double(layout.microBatch) * Double(workload.sequence) / Double(layout.context)
  }

  private func memory(
    _ layout: Layout, layers: Double, embeddings: Double, inFlight: Double, hasLogits: Bool
  ) -> StepMemory {
    let t = Double(layout.tensor)
    let dense = (layers * layer.denseWeights + embeddings) / t
    let experts = layers * layer.expertWeights / Double(expertShards(layout))
    let replicas = Double(layout.shardGroup ?? layout.data * layout.context)
    func sharded(_ bytes: Double, from stage: Layout.Sharding) -> Double {
      guard layout.sharding.rawValue >= stage.rawValue else { return bytes * (dense + experts) }
      return bytes * (dense / replicas + experts / max(1, replicas * t / Double(expertShards(layout))))
    }
    var memory = StepMemory()
    // With sharded parameters and gradients in 32 bits, the master copy is the only one (FSDP).
    let hasCopy = layout.sharding != .parameters || workload.gradientBytes <= 2
    memory.parameters = hasCopy ? sharded(2, from: .parameters) : 0
    memory.gradients = sharded(workload.gradientBytes, from: .gradients)
    memory.optimizer = sharded(workload.optimizerBytes, from: .optimizer)

    let flying =
      inFlight
      * layout.schedule.inFlight(
        stages: layout.pipeline, microBatches: microBatches(layout), chunks: layout.virtualStages)
    memory.activations = layers * flying * activationBytes(layout) * (1 - layout.offload)
    // The active layer has all of its activations.
    if layout.recomputation == .full { memory.activations += keptBytes(layout) }
    if hasLogits {
      memory.logits = workload.logitBytes * tokensPerDevice(layout) * Double(workload.shape.vocabulary) / t
    }
    if layout.sharding == .parameters {
      // The active layer and the next one, and the gradients of one.
      memory.buffers =
        (2 * 2 + workload.gradientBytes) * layer.weightsPerDevice(tensor: t, expert: Double(layout.expert))
    }
    let fleeting = memory.activations + memory.logits + memory.buffers
    let fragmentation = layout.sharding == .parameters ? efficiency.shardedFragmentation : efficiency.fragmentation
    memory.overhead = efficiency.runtimeBytes + fragmentation * fleeting
    return memory
  }

  /// The parameters of the average stage with the embedding, on one device.
  func parametersPerDevice(_ layout: Layout) -> ParametersPerDevice {
    let layers = Double(workload.shape.layers) / Double(layout.pipeline)
    return ParametersPerDevice(
      dense: (layers * layer.denseWeights + embeddings(layout)) / Double(layout.tensor),
      experts: layers * layer.expertWeights / Double(expertShards(layout)))
  }

  /// Parameters of one embedding, the input's or the output's.
  private var embedding: Double { Double(workload.shape.vocabulary) * layer.hidden }

  /// The parameters of the embeddings on the first stage, which is also the last if there is no pipeline.
  private func embeddings(_ layout: Layout) -> Double {
    layout.pipeline == 1 && !workload.shape.tiesEmbeddings ? 2 * embedding : embedding
  }

  /// The number of devices that share the routed experts of a layer, or that split each of them.
  func expertShards(_ layout: Layout) -> Int { layout.expert > 1 ? layout.expert : layout.tensor }
}

extension Accelerator {
  /// The memory that a program can use, in bytes. High-bandwidth memory comes in powers of 1024, whatever the data
  /// sheet's GB says; 5 % of it is used by the driver and error correction.
  public var usableMemoryBytes: Double { memoryBytes * 1.073741824 * 0.95 }
}
