/// The workload of a served model.
public struct ServingWorkload: Sendable, Hashable {
  public var shape: TransformerShape
  /// Tokens of a prompt.
  public var promptTokens: Int
  /// Tokens generated after it.
  public var generatedTokens: Int
  /// The precision of the matrix products.
  public var precision: Precision
  /// Bytes of a weight: those of the precision, fewer if only the weights are quantized.
  public var weightBytes: Double
  /// Bytes of a number in the cache of keys and values.
  public var keyValueBytes: Double

  public init(
    shape: TransformerShape, promptTokens: Int, generatedTokens: Int, precision: Precision = .bf16,
    weightBytes: Double? = nil, keyValueBytes: Double = 2
  ) {
    self.shape = shape
    self.promptTokens = promptTokens
    self.generatedTokens = generatedTokens
    self.precision = precision
    self.weightBytes = weightBytes ?? precision.bytes
    self.keyValueBytes = keyValueBytes
  }
}

/// The time and memory of serving one copy of a model on a group of accelerators.
///
/// Weights and attention each follow a roofline (Williams et al. 2009), as in Pope et al. 2022, Efficiently Scaling
/// Transformer Inference, arXiv 2211.05102: whichever is slower, arithmetic or memory. Elementwise kernels, launches
/// and the choice of tokens are left out, so the times are lower bounds that good kernels come close to.
public struct ServingModel: Sendable {
  public let workload: ServingWorkload
  public let accelerator: Accelerator
  /// The number of devices that share each matrix product.
  public let tensor: Int
  /// The constants; only `matmul`, `memory`, `attention` and those of links matter here.
  public let efficiency: Efficiency

  private let secondsPerFLOP: Double
  private let secondsPerByte: Double
  private let attentionSecondsPerFLOP: Double
  private let prompt: ForwardFLOPs

  /// - Parameter efficiency: the accelerator's default if nil.
  /// - Throws: ``CostError`` if the shape is not valid, a figure is out of range, or the accelerator does not support
  ///   the precision.
  public init(
    _ workload: ServingWorkload, on accelerator: Accelerator, tensor: Int = 1, efficiency: Efficiency? = nil
  ) throws(CostError) {
    try workload.shape.validate()
    for (name, tokens) in [("a prompt", workload.promptTokens), ("an answer", workload.generatedTokens)] {
      guard (1...1_000_000_000).contains(tokens) else {
        throw CostError("\(name) needs from 1 to 1000000000 tokens, not \(tokens)")
      }
    }
    for (name, bytes) in [("a weight", workload.weightBytes), ("a cached number", workload.keyValueBytes)] {
      guard bytes > 0, bytes <= 16 else {
        throw CostError("\(name) must have more than 0 and at most 16 bytes, not \(bytes)")
      }
    }
    guard tensor > 0, workload.shape.heads % tensor == 0 else {
      throw CostError("tensor \(tensor) does not divide the \(workload.shape.heads) attention heads")
    }
    let efficiency = efficiency ?? .standard(for: accelerator)
    self.workload = workload
    self.accelerator = accelerator
    self.tensor = tensor
    self.efficiency = efficiency
    secondsPerFLOP = 1 / (try accelerator.peak(workload.precision) * efficiency.matmul)
    secondsPerByte = 1 / (accelerator.memoryBandwidth * efficiency.memory)
    attentionSecondsPerFLOP = 1 / (accelerator.peakFLOPsPerSecond * efficiency.attention)
    prompt = workload.shape.forwardFLOPs(sequence: workload.promptTokens)
  }

  /// The bytes of all weights, on all devices together.
  public var weightBytes: Double { Double(workload.shape.parameters.total) * workload.weightBytes }

  /// The bytes of the cache for one token on one device.
  public var keyValueBytesPerToken: Double {
    workload.shape.keyValueBytesPerToken(bytes: workload.keyValueBytes) / workload.shape.keyValueShards(tensor: tensor)
  }

  /// The bytes on one device with `batch` sequences of full length: weights, cache, runtime.
  public func memory(batch: Int) -> Double {
    let length = Double(workload.promptTokens + workload.generatedTokens)
    return weightBytes / Double(tensor) + Double(batch) * length * keyValueBytesPerToken + efficiency.runtimeBytes
  }

  /// The largest number of sequences of full length that fit; 0 if the weights alone do not.
  public var largestBatch: Int {
    let free = accelerator.usableMemoryBytes - memory(batch: 0)
    let sequence = memory(batch: 1) - memory(batch: 0)
    return free < sequence ? 0 : Int(min(free / sequence, 1e9))
  }

  /// FLOP of reading a prompt, whose last token alone gets logits.
  public var promptFLOPs: Double { prompt.layers * Double(workload.promptTokens) + prompt.logits }

  /// FLOP of generating a token, averaged over an answer.
  public var generatedFLOPs: Double {
    linearFLOPs + meanContext * workload.shape.attentionFLOPsPerKey
  }

  /// The time to read one prompt, which yields the first token.
  public var promptTime: ServingTime {
    let tokens = Double(workload.promptTokens)
    let linear = (prompt.layers - prompt.attentionScores) * tokens + prompt.logits
    return time(
      linear: linear, tokens: tokens, scores: prompt.attentionScores * tokens * attentionSecondsPerFLOP,
      keys: tokens)
  }

  /// The time of a step that generates a token for each of `batch` sequences, averaged over an answer.
  public func stepTime(batch: Int) -> ServingTime {
    let keys = Double(batch) * meanContext
    return time(
      linear: linearFLOPs * Double(batch), tokens: Double(batch),
      scores: keys * workload.shape.attentionFLOPsPerKey * secondsPerFLOP, keys: keys)
  }

  /// The number of tokens that a generated one attends to, itself included, averaged over an answer.
  var meanContext: Double { Double(workload.promptTokens) + Double(workload.generatedTokens + 1) / 2 }

  /// The FLOP of a generated token without attention to others.
  private var linearFLOPs: Double { prompt.total - prompt.attentionScores }

  private func time(linear: Double, tokens: Double, scores: Double, keys: Double) -> ServingTime {
    let shape = workload.shape
    let t = Double(tensor)
    let routed = Double(shape.parameters.routedExperts)
    let weights = shape.readParameters - routed * (1 - shape.expertShare(tokens: tokens))
    var time = ServingTime()
    time.arithmetic = linear / t * secondsPerFLOP
    time.weights = weights * workload.weightBytes / t * secondsPerByte
    time.attention = scores / t
    time.cache = keys * keyValueBytesPerToken * secondsPerByte
    time.communication = 2 * Double(shape.layers) * allReduce(bytes: 2 * tokens * Double(shape.hidden))
    return time
  }

  /// The faster of a ring and a direct all-to-all exchange, as serving engines use for small messages.
  private func allReduce(bytes: Double) -> Double {
    guard tensor > 1 else { return 0 }
    let n = Double(tensor)
    let isInside = tensor <= accelerator.link.domainSize
    let rate =
      isInside
      ? accelerator.link.bytesPerSecond * efficiency.link : accelerator.network.bytesPerSecond * efficiency.network
    let hop = isInside ? efficiency.linkLatency : efficiency.networkLatency
    return min(2 * (n - 1) / n * bytes / rate + 2 * (n - 1) * hop, (n - 1) * bytes / rate + hop)
  }
}

/// The time of one pass over a served model in seconds, by bottleneck.
public struct ServingTime: Sendable, Hashable {
  /// Matrix products at their attainable rate.
  public var arithmetic = 0.0
  /// Reading the weights; in a mixture of experts, those of the experts that some token uses.
  public var weights = 0.0
  /// The products of attention.
  public var attention = 0.0
  /// Reading, or writing, the cache of keys and values.
  public var cache = 0.0
  /// Sums over tensor-parallel devices, two in each layer.
  public var communication = 0.0

  public init() {}

  /// The slower of arithmetic and memory in matrix products, the slower of both in attention, and communication.
  public var total: Double { max(arithmetic, weights) + max(attention, cache) + communication }

  /// Whether the matrix products are memory-bound.
  public var isMemoryBound: Bool { weights > arithmetic }
}
