/// The constants of ``StepModel`` that no data sheet gives: the share of the hardware's figures that real kernels,
/// links and programs reach. Shares are of the accelerator's peak or of a link's bandwidth, times in seconds, memory in
/// bytes.
///
/// A product of an M × K with a K × N matrix takes `2MNK / (peak · matmul) + 2 (MK + KN + MN) / (bandwidth · memory)`:
/// large ones reach the first share, thin ones are memory-bound.
public struct Efficiency: Sendable, Hashable {
  /// Share of the peak in large matrix products.
  public var matmul = 0.85
  /// Share of the memory bandwidth.
  public var memory = 0.8
  /// Share of the peak in FlashAttention, of the half of the square that a causal mask leaves.
  public var attention = 0.3
  /// Passes over the scores of unfused attention, in elements of 2 bytes.
  public var scorePasses = 5.5
  /// Passes over a layer's residual stream by norms, residuals and dropout, in elements of 2 bytes.
  public var elementwise = 13.0
  /// The minimum time of a layer's forward pass on one device, since kernels cannot be launched faster.
  public var layerLaunch = 8e-4
  /// The increase of that time for each tensor-parallel device if stages span several nodes, as a share of it.
  public var pipelineLaunch = 0.05
  /// Share of the bandwidth inside a node or domain.
  public var link = 0.84
  /// The latency of a hop inside it.
  public var linkLatency = 5e-6
  /// Share of the bandwidth between nodes.
  public var network = 0.5
  /// The latency of a hop between nodes.
  public var networkLatency = 2e-5
  /// The latency of a hop of the data-parallel ring between nodes, for each layer's gradients.
  public var gradientLatency = 2e-5
  /// Share of the all-reduce of gradients that the backward pass does not hide.
  public var exposedReduction = 0.65
  /// Share of reduce-scatter and all-gather of a sharded optimizer that is not hidden.
  public var exposedSharding = 1.0
  /// Share of the exchange of tokens among experts that is not hidden.
  public var exposedExchange = 0.5
  /// Share of the transfers between stages that is not hidden.
  public var exposedTransfer = 1.0
  /// Passes over the logits in the loss, in elements of 4 bytes.
  public var lossPasses = 8.0
  /// Passes over 30 bytes a parameter in the optimizer's step.
  public var optimizerPasses = 0.9
  /// A step's fixed time.
  public var step = 6e-3
  /// A micro-batch's fixed time.
  public var microBatch = 2e-3
  /// The share of the computed activations that a program keeps.
  public var keptActivations = 1.0
  /// The memory that fragmentation adds to all temporary memory of a step, as a share. The default was chosen with all
  /// of the Ultra-Scale Playbook's peaks and crashes in view.
  public var fragmentation = 0.15
  /// The same for sharded parameters. The default was chosen with all micro-batches in view that llm-foundry's runs
  /// could use.
  public var shardedFragmentation = 0.05
  /// Memory of the runtime and the communication libraries.
  public var runtimeBytes = 1.5e9

  public init() {}

  /// The constants, in the order in which they are fitted.
  public static var constants: [Constant] {
    [
      Constant("matmul", \.matmul, spread: 0.05), Constant("memory", \.memory, spread: 0.1),
      Constant("attention", \.attention, spread: 0.3), Constant("score_passes", \.scorePasses, spread: 0.3),
      Constant("elementwise", \.elementwise, spread: 0.3), Constant("layer_launch", \.layerLaunch, spread: 0.7),
      Constant("pipeline_launch", \.pipelineLaunch, spread: 1.5), Constant("link", \.link, spread: 0.3),
      Constant("link_latency", \.linkLatency, spread: 0.7), Constant("network", \.network, spread: 0.4),
      Constant("network_latency", \.networkLatency, spread: 0.7),
      Constant("gradient_latency", \.gradientLatency, spread: 1),
      Constant("exposed_reduction", \.exposedReduction, spread: 0.5),
      Constant("exposed_sharding", \.exposedSharding, spread: 0.3),
      Constant("exposed_exchange", \.exposedExchange, spread: 0.7),
      Constant("exposed_transfer", \.exposedTransfer, spread: 0.5), Constant("loss_passes", \.lossPasses, spread: 0.5),
      Constant("optimizer_passes", \.optimizerPasses, spread: 0.5), Constant("step", \.step, spread: 1),
      Constant("micro_batch", \.microBatch, spread: 1),
      Constant("kept_activations", \.keptActivations, spread: 0.2),
      Constant("fragmentation", \.fragmentation, spread: 0.7),
      Constant("sharded_fragmentation", \.shardedFragmentation, spread: 0.7),
      Constant("runtime_bytes", \.runtimeBytes, spread: 0.5),
    ]
  }

  /// One of the constants: its name in documents, and its uncertainty.
  public struct Constant {
    public let name: String
    public let path: WritableKeyPath<Efficiency, Double>
    /// The standard deviation of its logarithm before any measurement.
    public let spread: Double

    init(_ name: String, _ path: WritableKeyPath<Efficiency, Double>, spread: Double) {
      self.name = name
      self.path = path
      self.spread = spread
    }
  }
}
