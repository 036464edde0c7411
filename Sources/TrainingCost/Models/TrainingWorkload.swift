/// The work of a training step, whatever the devices.
public struct TrainingWorkload: Codable, Sendable, Hashable {
  public var shape: TransformerShape
  /// Tokens of a sequence.
  public var sequence: Int
  /// Sequences of a step.
  public var globalBatch: Int
  /// Precision of the matrix products.
  public var precision: Precision
  public var attention: AttentionKernel
  /// Bytes of a gradient, as it is accumulated and reduced: 4 in Megatron's default, 2 in bf16.
  public var gradientBytes: Double
  /// Bytes of the optimizer's state for a parameter: 12 for Adam with a master copy in 32 bits.
  public var optimizerBytes: Double
  /// Bytes that a logit takes at the loss: 10 where it is copied to 32 bits and has a gradient there, 4 where one kernel
  /// makes the gradient of it in 16 bits.
  public var logitBytes: Double

  public init(
    shape: TransformerShape, sequence: Int, globalBatch: Int, precision: Precision = .bf16,
    attention: AttentionKernel = .flash, gradientBytes: Double = 4, optimizerBytes: Double = 12,
    logitBytes: Double = 10
  ) {
    self.shape = shape
    self.sequence = sequence
    self.globalBatch = globalBatch
    self.precision = precision
    self.attention = attention
    self.gradientBytes = gradientBytes
    self.optimizerBytes = optimizerBytes
    self.logitBytes = logitBytes
  }

  public var tokensPerStep: Double { Double(sequence) * Double(globalBatch) }
}

/// The kernel that computes attention.
public enum AttentionKernel: String, Codable, Sendable, Hashable, CaseIterable {
  /// Scores stay on the chip and masked blocks are skipped (FlashAttention-2, Dao 2023).
  case flash
  /// The same on chips with 8-bit units and asynchronous copies (FlashAttention-3, Shah et al. 2024, arXiv 2407.08608; cuDNN
  /// is like it).
  case flash3
  /// Scores go through memory, masked or not (Megatron-LM before FlashAttention).
  case unfused

  /// Whether scores stay on the chip.
  var isFused: Bool { self != .unfused }
  /// How fast it is on a chip for which it was made, over FlashAttention-2: of the paper's 1.5 to 2 times the most, which suits
  /// the published steps of Llama 3 405B at 8,192 and 131,072 tokens.
  var speed: Double { self == .flash3 ? 2 : 1 }
}
