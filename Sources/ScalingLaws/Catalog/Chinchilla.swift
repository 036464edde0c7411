import Fitting
import Formulas
import Foundation

extension Law {
  /// Hoffmann et al. 2022 (arXiv 2203.15556), approach 3, equation 2: `L(N, D) = E + A/N^alpha + B/D^beta`.
  ///
  /// Fitted by Huber of 1e-3 on the logarithm of the loss, summed over runs, from their grid of 4,500 starts.
  static func chinchilla() throws -> Law {
    let scales = [0.0, 5, 10, 15, 20, 25].map { exp($0) }
    let exponents = [0, 0.5, 1, 1.5, 2]
    return Law(
      name: "chinchilla", family: .pretraining,
      title: "loss from size and tokens: irreducible loss plus two power laws",
      formula: try Formula("E + A/N^alpha + B/D^beta"),
      variables: [Variable("N", column: "params"), Variable("D", column: "tokens")],
      parameters: [
        .positive("E", 0.1...5, grid: [-1, -0.5, 0, 0.5, 1].map { exp($0) }),
        .positive("A", 1...1e8, grid: scales),
        .positive("B", 1...1e8, grid: scales),
        .real("alpha", 0.02...1.5, grid: exponents),
        .real("beta", 0.02...1.5, grid: exponents),
      ],
      tradeOff: TradeOff(
        a: try Formula("A"), alpha: try Formula("alpha"), b: try Formula("B"), beta: try Formula("beta")),
      presets: [
        Preset(
          name: "hoffmann2022",
          values: [exp(0.5267228), exp(6.0073404), exp(6.0179186), 0.33917084, 0.2849083],
          note: "Hoffmann et al. 2022, unrounded from the paper's source; N counts embeddings"),
        Preset(
          name: "hoffmann2022-rounded", values: [1.69, 406.4, 410.7, 0.34, 0.28],
          note: "Hoffmann et al. 2022 as printed; rounding the exponents moves the optimum a lot"),
        Preset(
          name: "besiroglu2024", values: [1.8172, 482.01, 2085.43, 0.3478, 0.3658],
          note:
            "Besiroglu et al. 2024 (arXiv 2404.10102), refitted to 240 runs read off Hoffmann's figure; N counts "
            + "embeddings"
        ),
      ],
      notes: [
        "The form is for finished runs: points taken in the middle of a learning-rate schedule lie above it, and are "
          + "left out if a column (schedule_portion, decay_portion) marks them.",
        "Hu et al. 2024 (MiniCPM, arXiv 2404.06395) fit it to decayed ends of warm-up, stable rate and decay; as "
          + "quoted by others, alpha = 0.29, beta = 0.23 and some 192 tokens per parameter. Its other constants are "
          + "not known to us, so it is not a preset.",
      ],
      citation: "Hoffmann et al. 2022, Training Compute-Optimal Large Language Models, eq. 2")
  }
}
