import ScalingLaws

/// The critical batch size, beyond which larger batches hardly save steps.
///
/// Zhang et al. 2024 (arXiv 2410.21676) fitted it to sizes trained on 20 tokens a parameter, in sequences of 512 tokens; as
/// they find that the tokens matter and hardly the size, a run counts here as the size whose 20-fold its tokens are.
struct CriticalBatch {
  private let fitted: FittedLaw

  static let citation = "Zhang et al. 2024 at 20 tokens a parameter"

  init() throws {
    let (law, preset) = try LawCatalog().preset("critical-batch-n/zhang2024")
    fitted = try FittedLaw(law: law, parameters: preset.values, provenance: Self.citation)
  }

  /// In tokens, of a run on so many.
  func tokens(trainingTokens: Double) -> Double {
    512 * (fitted.predictor(columns: [[trainingTokens / 20]]).values(parameters: fitted.parameters).first ?? 0)
  }
}
