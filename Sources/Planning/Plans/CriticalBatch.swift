import ScalingLaws

/// The critical batch size, beyond which larger batches save few steps.
///
/// Zhang et al. 2024 (arXiv 2410.21676) fitted it to sizes trained on 20 tokens per parameter, in sequences of 512
/// tokens; as they find that it depends on the tokens and hardly on the size, a run counts here as the size with a 20th
/// of its tokens.
struct CriticalBatch {
  private let fitted: FittedLaw

  static let citation = "Zhang et al. 2024 at 20 tokens per parameter"

  init() throws {
    let (law, preset) = try LawCatalog().preset("critical-batch-n/zhang2024")
    fitted = try FittedLaw(law: law, parameters: preset.values, provenance: Self.citation)
  }

  /// The critical batch size of a run in tokens, by its training tokens.
  func tokens(trainingTokens: Double) -> Double {
    512 * (fitted.predictor(columns: [[trainingTokens / 20]]).values(parameters: fitted.parameters).first ?? 0)
  }
}
