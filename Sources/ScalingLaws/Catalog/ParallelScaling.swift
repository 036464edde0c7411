import Fitting
import Formulas

extension Law {
  /// Chen et al. 2025 (arXiv 2505.10475), equation 5: `L = E + (A 10⁹ / (N (k log P + 1)))^alpha`, for P parallel
  /// streams through the same N parameters outside the embedding.
  static func parallelScaling() throws -> Law {
    Law(
      name: "parallel-scaling", family: .data,
      title: "loss from size and parallel streams through it, at fixed tokens (ParScale)",
      formula: try Formula("E + (A*1B/(N*(k*log(P) + 1)))^alpha"),
      variables: [
        Variable("N", column: "params_non_embedding", span: 5e8...5e9),
        Variable("P", column: "parallel_streams", span: 1...8),
      ],
      parameters: [
        .positive("E", 0.1...5), .positive("A", 1e-3...10), .positive("alpha", 0.05...1), .positive("k", 0.01...3),
      ],
      presets: [
        Preset(
          name: "parscale2025-pile", values: [1.2886, 0.1975, 0.1963, 0.3344],
          note: "Chen et al. 2025, trained on the Pile, rounded; N does not count embeddings")
      ],
      notes: [
        "P streams are worth a model k log P + 1 times as large, whatever its size; the tokens are those of the fitted "
          + "runs, and their effect is within E and A."
      ],
      citation: "Chen et al. 2025, Parallel Scaling Law for Language Models, eq. 5")
  }
}
