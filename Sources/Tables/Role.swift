/// What a column of a run table means to a scaling law. The raw value is the canonical column name.
public enum Role: String, Sendable, CaseIterable {
  /// Parameters of the model, embeddings included (N).
  case params
  /// Parameters of the model without its embeddings.
  case paramsNonEmbedding = "params_non_embedding"
  /// Parameters that one token passes through, in a sparse model.
  case activeParams = "active_params"
  /// Parameters of the dense model that a sparse one is built on: what its experts copy.
  case denseParams = "dense_params"
  /// Experts of each layer, in a sparse model; 1 in a dense one.
  case experts
  /// Training tokens seen, repeats included (D).
  case tokens
  /// Examples that a model is fine-tuned on; 0 where it is not tuned at all.
  case examples
  /// Distinct training tokens.
  case uniqueTokens = "unique_tokens"
  /// Tokens that a dense checkpoint had seen before it was trained on as a sparse model.
  case denseTokens = "dense_tokens"
  /// Tokens in one batch.
  case batchTokens = "batch_tokens"
  /// Sequences, or other examples, in one batch.
  case batchSequences = "batch_sequences"
  /// Tokens in one sequence.
  case sequenceLength = "sequence_length"
  /// Training compute in FLOP (C).
  case flops
  /// The compute in FLOP that the run was planned for: what isoFLOP curves are grouped by.
  case budget
  /// Loss in nats per token (L).
  case loss
  /// Optimizer steps.
  case steps
  /// Peak learning rate.
  case learningRate = "learning_rate"
  /// How much of its learning-rate schedule a run has done where the row was taken: 1 at its end, less at a checkpoint
  /// on the way.
  case schedulePortion = "schedule_portion"
  /// In runs of warm-up, stable rate and decay: how much of the decay is done. 0 at a checkpoint of the stable phase, 1 at
  /// a decayed end.
  case decayPortion = "decay_portion"
  /// Wall-clock time in seconds.
  case seconds
  /// The name of the pretrained model that the run tunes or evaluates.
  case model
  /// The name of the run. Checkpoints of one run share it.
  case run
  /// The name of the series that the run belongs to.
  case group

  /// Whether the column holds quantities rather than names; all of them but portions are above zero.
  public var isQuantity: Bool { self != .run && self != .group && self != .model }

  /// Whether the column holds shares of a whole, from 0 to 1.
  var isPortion: Bool { self == .schedulePortion || self == .decayPortion }

  /// The names by which columns of this role are recognized: the canonical name first, then its aliases.
  public var recognizedNames: [String] {
    [rawValue] + columnAliases.filter { $0.role == self }.flatMap(\.names)
  }
}

/// What a column name says about its column.
public struct Resolution: Sendable, Equatable {
  /// The column's name in the table.
  public let column: String
  /// Its role, where it has one.
  public let role: Role?
  /// What its cells are multiplied with to be in the role's unit, such as 1e6 for `params_m`.
  public let scale: Double
}
