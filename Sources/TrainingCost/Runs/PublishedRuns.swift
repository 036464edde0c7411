import Documents

/// A whole training run whose accelerators and accelerator time its authors published.
public struct PublishedRun: Sendable, Hashable {
  /// A model of ``KnownModel``.
  public let model: String
  public let accelerator: String
  public let devices: Int
  public let tokens: Double
  /// Tokens of a sequence and of a step.
  public let sequence: Int
  public let batchTokens: Double
  public let gpuHours: Double

  /// Touvron et al. 2023 (arXiv 2302.13971), table 15; Le Scao et al. 2022 (2211.05100), section 3.4; Llama Team 2024
  /// (2407.21783) and the model card of Llama 3.1.
  public static let all: [PublishedRun] = [
    run("llama-65b", "A100-80", 2048, 1.4e12, 2048, 4.2e6, 1_022_362),
    run("bloom-176b", "A100-80", 384, 3.66e11, 2048, 4.2e6, 1_082_990),
    run("llama-3-405b", "H100", 16_384, 1.56e13, 8192, 1.68e7, 30_840_000),
  ]

  /// The smallest and the largest ratio of the time of a run in ``all`` to the prediction of ``StepModel`` for its
  /// fastest layout, by its default constants.
  static let actualOverPredicted = (least: 1.0, most: 2.0)

  public static let sentence =
    "Whole runs take longer than their steps: LLaMA 65B, BLOOM and Llama 3 405B took \(NumberText.rounded(actualOverPredicted.least)) to "
    + "\(NumberText.rounded(actualOverPredicted.most)) times the accelerator time that the fastest layout is predicted to need."

  private static func run(
    _ model: String, _ accelerator: String, _ devices: Int, _ tokens: Double, _ sequence: Int, _ batch: Double,
    _ hours: Double
  ) -> PublishedRun {
    PublishedRun(
      model: model, accelerator: accelerator, devices: devices, tokens: tokens, sequence: sequence,
      batchTokens: batch, gpuHours: hours)
  }
}
