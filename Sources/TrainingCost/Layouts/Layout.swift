/// The layout of a training step over devices.
///
/// Devices are `data × tensor × pipeline × context`; expert-parallel groups lie inside the data- and context-parallel ones.
public struct Layout: Codable, Sendable, Hashable {
  /// Data-parallel replicas (sharded or not).
  public var data: Int
  /// Devices that share each matrix product (Shoeybi et al. 2019, Megatron-LM).
  public var tensor: Int
  /// Pipeline stages.
  public var pipeline: Int
  /// Devices that share each sequence.
  public var context: Int
  /// Devices that share the experts of a layer, whole ones: tensor-, context- and data-parallel devices of a stage.
  public var expert: Int
  /// Model chunks of a device, for the interleaved schedule (Narayanan et al. 2021, arXiv 2104.04473).
  public var virtualStages: Int
  /// Sequences of a micro-batch.
  public var microBatch: Int
  public var sharding: Sharding
  /// Devices that shard one copy of the state; nil where all data-parallel ones do. Fewer is hybrid sharding.
  public var shardGroup: Int?
  /// Whether activations between tensor-parallel products are split along the sequence (Korthikanti et al. 2022).
  public var sequenceParallel: Bool
  public var recomputation: Recomputation
  public var schedule: PipelineSchedule
  public var stageSplit: StageSplit
  public var contextExchange: ContextExchange
  /// The share of the activations that wait in host memory (PipeOffload, Wan et al. 2025), 0 … 1.
  public var offload: Double

  /// The names in job files.
  enum CodingKeys: String, CodingKey {
    case data, tensor, pipeline, context, expert, microBatch, shardGroup, sequenceParallel, schedule, stageSplit
    case contextExchange, offload
    case virtualStages = "chunks"
    case sharding = "zero"
    case recomputation = "recompute"
  }

  public init(
    data: Int = 1, tensor: Int = 1, pipeline: Int = 1, context: Int = 1, expert: Int = 1, virtualStages: Int = 1,
    microBatch: Int = 1, sharding: Sharding = .optimizer, shardGroup: Int? = nil, sequenceParallel: Bool = false,
    recomputation: Recomputation = .none, schedule: PipelineSchedule = .oneForwardOneBackward,
    stageSplit: StageSplit = .even, contextExchange: ContextExchange = .ring, offload: Double = 0
  ) {
    self.data = data
    self.tensor = tensor
    self.pipeline = pipeline
    self.context = context
    self.expert = expert
    self.virtualStages = virtualStages
    self.microBatch = microBatch
    self.sharding = sharding
    self.shardGroup = shardGroup
    self.sequenceParallel = sequenceParallel
    self.recomputation = recomputation
    self.schedule = schedule
    self.stageSplit = stageSplit
    self.contextExchange = contextExchange
    self.offload = offload
  }

  /// Devices that the layout takes.
  public var devices: Int { data * tensor * pipeline * context }

  /// The part of a model's state that data-parallel devices split among them (ZeRO, Rajbhandari et al. 2020).
  public enum Sharding: Int, Codable, Sendable, Hashable, CaseIterable {
    case none = 0
    /// ZeRO-1, Megatron's distributed optimizer.
    case optimizer = 1
    /// ZeRO-2.
    case gradients = 2
    /// ZeRO-3, fully sharded data parallel.
    case parameters = 3
  }

  /// The division of layers into stages.
  public enum StageSplit: String, Codable, Sendable, Hashable, CaseIterable {
    /// The same number of layers for each stage, embedding and output projection on top of them.
    case even
    /// Fewer layers for the last stage, which has the output projection.
    case balanced
  }

  /// The exchange by which devices that share a sequence see all keys and values.
  public enum ContextExchange: String, Codable, Sendable, Hashable, CaseIterable {
    /// Blocks of them go round (ring attention, Liu et al. 2023).
    case ring
    /// Sequences are exchanged for heads and back (DeepSpeed-Ulysses, Jacobs et al. 2023).
    case ulysses
  }
}

/// The order of forward and backward passes in a pipeline.
///
/// With times F, B and W of a stage's forward pass, its backward pass for inputs and that for weights, each of p stages idles
/// for `(p - 1) · idle + m · stall` in a step of m micro-batches (Qi et al. 2024, arXiv 2401.10241, and 2024, arXiv
/// 2405.15362).
public enum PipelineSchedule: String, Codable, Sendable, Hashable, CaseIterable {
  /// All forward passes, then all backward ones (Huang et al. 2019).
  case gpipe
  /// 1F1B (Narayanan et al. 2019); interleaved where a device has several chunks.
  case oneForwardOneBackward = "1f1b"
  case zeroBubbleH1 = "zb-h1"
  case zeroBubbleH2 = "zb-h2"
  case zeroBubbleV = "zb-v"
  case vHalf = "v-half"
  case vMin = "v-min"

  /// The time in seconds that a stage waits for each other stage, from its own first pass to its last.
  ///
  /// The papers' figures are of F = B = W, or of W no longer than F; these are of any times, for at least twice as many
  /// micro-batches as stages. ``PipelineSimulation`` has the same, but where W is longer than F in ZB-V, which p - 2 stages
  /// wait for, and in V-Half and V-Min, of which these are the values of many stages: with four micro-batches a stage they
  /// are off by up to 5 % of the step with 8 stages and by 2.5 % with 16. Of ZB-H2 and ZB-V a device is through before others
  /// are, which counts where all have to wait for each other at the end of a step.
  func idle(forward: Double, inputs: Double, weights: Double) -> Double {
    switch self {
    case .gpipe, .oneForwardOneBackward: forward + inputs + weights
    case .zeroBubbleH1: inputs + max(0, forward - weights)
    case .zeroBubbleH2: max(0, forward + inputs - 2 * weights, inputs - forward)
    case .zeroBubbleV: max(0, forward - weights, inputs - weights, (weights - forward) / 2)
    case .vHalf: forward / 2 + inputs + max(0, (forward - weights) / 2, min(forward, inputs - weights))
    case .vMin: forward + inputs
    }
  }

  /// How long a stage waits in each micro-batch, of stage times in seconds: passes of unequal times do not fit the pattern of
  /// V-Half, which leaves time for two of the longest, and of V-Min, which leaves time for three.
  func stall(forward: Double, inputs: Double, weights: Double) -> Double {
    let busy = forward + inputs + weights
    return switch self {
    case .vHalf: max(0, 2 * max(forward, inputs) - busy)
    case .vMin: max(0, 3 * max(forward, inputs) - busy)
    case .gpipe, .oneForwardOneBackward, .zeroBubbleH1, .zeroBubbleH2, .zeroBubbleV: 0
    }
  }

  /// Activations that the fullest device holds, in those of all layers for one micro-batch over the stages.
  func inFlight(stages: Int, microBatches: Int, chunks: Int) -> Double {
    let (p, m) = (Double(stages), Double(microBatches))
    guard stages > 1 else { return 1 }
    switch self {
    case .gpipe: return m
    case .oneForwardOneBackward: return chunks > 1 ? min(m, p + (p - 1) / Double(chunks)) : min(m, p)
    case .zeroBubbleH1, .zeroBubbleV: return min(m, p)
    case .zeroBubbleH2: return min(m, 2 * p - 1)
    case .vHalf: return min(m, Double((stages + 2) / 2))
    case .vMin: return min(m, Double((stages + 4) / 3))
    }
  }

  /// Whether each device has two chunks, placed so that the first one has the first and the last layers.
  var isFolded: Bool { self == .zeroBubbleV || self == .vHalf || self == .vMin }
}

extension Layout {
  /// The degrees in a few words: `dp 8 x tp 4 x pp 2, micro-batch 1, ZeRO 1`.
  public var summary: String {
    let degrees = [("dp", data), ("tp", tensor), ("pp", pipeline), ("cp", context)]
      .filter { $0.1 > 1 }.map { "\($0.0) \($0.1)" }
    var words = [degrees.isEmpty ? "one device" : degrees.joined(separator: " x ")]
    if expert > 1 { words.append("ep \(expert)") }
    if virtualStages > 1 { words.append("\(virtualStages) chunks") }
    if pipeline > 1, stageSplit == .balanced { words.append("balanced stages") }
    words.append("micro-batch \(microBatch)")
    if sharding != .none {
      words.append("ZeRO \(sharding.rawValue)\(shardGroup.map { " in groups of \($0)" } ?? "")")
    }
    if recomputation != .none { words.append("\(recomputation.rawValue) recompute") }
    if context > 1, contextExchange == .ulysses { words.append("Ulysses") }
    if offload > 0 { words.append("\(Int((offload * 100).rounded())) % of activations offloaded") }
    if pipeline > 1, schedule != .oneForwardOneBackward { words.append(schedule.rawValue) }
    return words.joined(separator: ", ")
  }
}
