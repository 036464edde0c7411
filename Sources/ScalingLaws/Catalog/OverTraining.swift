import Fitting
import Formulas

extension Law {
  /// Gadre et al. 2024 (arXiv 2403.08540), equation 4: `L = E + alpha N^b + beta 6^(b/2) (M N)^b`, `M = D/N` tokens per
  /// parameter, so that `M N` is the tokens D and `6^(b/2)` makes them `(sqrt(6) D)^b`; b < 0.
  ///
  /// It is the Chinchilla law with one exponent for both terms: at any fixed M the loss falls with compute by the same
  /// power, `C^(b/2)`, whether a model is trained as long as is optimal or far longer.
  static func overTraining() throws -> Law {
    Law(
      name: "over-training", family: .data,
      title: "loss of models trained far beyond the optimal tokens: one exponent for size and tokens",
      formula: try Formula("E + alpha*N^b + beta*(sqrt(6)*D)^b"),
      variables: [Variable("N", column: "params"), Variable("D", column: "tokens")],
      parameters: [
        .positive("E", 0.1...5), .positive("alpha", 1...1e6), .positive("beta", 1...1e6),
        ParameterDomain("b", upper: 0, startRange: -1 ... -0.05),
      ],
      objective: Objective(.leastSquares, residual: .linear),
      tradeOff: TradeOff(
        a: try Formula("alpha"), alpha: try Formula("-b"), b: try Formula("beta*6^(b/2)"), beta: try Formula("-b")),
      presets: [
        Preset(
          name: "gadre2024-c4", values: [1.50826, 113.7, 189.5, -0.24247],
          note: "Gadre et al. 2024, trained on C4, loss on C4 validation, from five small runs; N counts embeddings"),
        Preset(
          name: "gadre2024-refinedweb", values: [1.73446, 125.1, 246.2, -0.25439],
          note:
            "Gadre et al. 2024, trained on RefinedWeb, loss on C4 validation, from five small runs; N counts embeddings"
        ),
      ],
      notes: [
        "The published fits use five runs each: 11M, 79M, 154M and 412M parameters at 20 tokens per parameter, and "
          + "11M at 320. Without a run that is trained far longer than the others, alpha and beta cannot be separated.",
        "One exponent means that the optimal size and tokens both grow as C^0.5; fit chinchilla as well to see whether "
          + "your runs agree.",
      ],
      citation: "Gadre et al. 2024, Language models scale reliably with over-training and on downstream tasks, eq. 4")
  }
}
