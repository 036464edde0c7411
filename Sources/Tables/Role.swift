/// The meaning of a column of a run table for a scaling law. The raw value is the canonical column name.
public enum Role: String, Sendable, CaseIterable {
  /// Parameters of the model, embeddings included (N).
  case params
  /// Parameters of the model without its embeddings.
  case paramsNonEmbedding = "params_non_embedding"
  /// Active parameters of a sparse model: those that one token passes through.
  case activeParams = "active_params"
  /// Parameters of the dense model that a sparse one is built on, whose feed-forward blocks the experts copy.
  case denseParams = "dense_params"
  /// Experts in each layer of a sparse model; 1 in a dense one.
  case experts
  /// Training tokens seen, repeats included (D).
  case tokens
  /// Examples that a model is fine-tuned on; 0 if it is not tuned.
  case examples
  /// Distinct training tokens.
  case uniqueTokens = "unique_tokens"
  /// Tokens that a dense checkpoint was trained on before it was upcycled to a sparse model.
  case denseTokens = "dense_tokens"
  /// Tokens in one batch.
  case batchTokens = "batch_tokens"
  /// Sequences, or other examples, in one batch.
  case batchSequences = "batch_sequences"
  /// Tokens in one sequence.
  case sequenceLength = "sequence_length"
  /// Training compute in FLOP (C).
  case flops
  /// The compute in FLOP that the run was planned for, by which isoFLOP curves are grouped.
  case budget
  /// Loss in nats per token (L).
  case loss
  /// Optimizer steps.
  case steps
  /// Peak learning rate.
  case learningRate = "learning_rate"
  /// The portion of its learning-rate schedule that a run has done at this row: 1 at its end, less at an intermediate
  /// checkpoint.
  case schedulePortion = "schedule_portion"
  /// The portion of the decay that is done, in runs with warm-up, stable rate and decay: 0 at a checkpoint of the
  /// stable phase, 1 at a decayed end.
  case decayPortion = "decay_portion"
  /// Wall-clock time in seconds.
  case seconds
  /// The name of the pretrained model that the run tunes or evaluates.
  case model
  /// The name of the run. Checkpoints of one run share it.
  case run
  /// The name of the series that the run belongs to.
  case group

  /// Whether the column holds quantities rather than names. All of them except portions are above zero.
  public var isQuantity: Bool { self != .run && self != .group && self != .model }

  /// Whether the column holds shares of a whole, from 0 to 1.
  var isPortion: Bool { self == .schedulePortion || self == .decayPortion }

  /// The names by which columns of this role are recognized: the canonical name first, then its aliases.
  public var recognizedNames: [String] {
    [rawValue] + columnAliases.filter { $0.role == self }.flatMap(\.names)
  }
}

/// The meaning of a column name.
public struct Resolution: Sendable, Equatable {
  /// The column's name in the table.
  public let column: String
  /// Its role, where it has one.
  public let role: Role?
  /// The factor that converts its cells to the role's unit, such as 1e6 for `params_m`.
  public let scale: Double
}
