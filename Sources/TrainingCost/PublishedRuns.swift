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

  /// Biderman et al. 2023 (arXiv 2304.01373), appendix; Touvron et al. 2023 (2302.13971), table 15; Le Scao et al. 2022
  /// (2211.05100); Llama Team 2024 (2407.21783) and its model card.
  public static let all: [PublishedRun] = [
    run("pythia-1b", "A100-40", 64, 3e11, 2048, 2.1e6, 4830),
    run("pythia-2.8b", "A100-40", 64, 3e11, 2048, 2.1e6, 14_240),
    run("pythia-6.9b", "A100-40", 128, 3e11, 2048, 2.1e6, 33_500),
    run("pythia-12b", "A100-40", 256, 3e11, 2048, 2.1e6, 72_300),
    run("llama-65b", "A100-80", 2048, 1.4e12, 2048, 4.2e6, 1_022_362),
    run("bloom-176b", "A100-80", 384, 3.66e11, 2048, 4.2e6, 1_082_990),
    run("llama-3-405b", "H100", 16_384, 1.56e13, 8192, 1.68e7, 30_840_000),
  ]

  /// What ``all`` took over what ``StepModel`` predicts for the fastest layout of each, by its default constants: the least,
  /// the median and the most.
  static let actualOverPredicted = (least: 1.0, median: 1.9, most: 2.5)

  public static let sentence =
    "Whole runs take more than their steps: \(all.count) published ones (Pythia, LLaMA 65B, BLOOM, Llama 3 405B) took "
    + "\(actualOverPredicted.least) to \(actualOverPredicted.most) times (in the median \(actualOverPredicted.median)) the accelerator time that "
    + "the fastest layout is predicted to need, most of them with older kernels and slower layouts."

  private static func run(
    _ model: String, _ accelerator: String, _ devices: Int, _ tokens: Double, _ sequence: Int, _ batch: Double,
    _ hours: Double
  ) -> PublishedRun {
    PublishedRun(
      model: model, accelerator: accelerator, devices: devices, tokens: tokens, sequence: sequence,
      batchTokens: batch, gpuHours: hours)
  }
}
