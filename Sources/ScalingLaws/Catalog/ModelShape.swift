import Fitting
import Formulas

/// McLeish et al. 2025 (arXiv 2502.06857), as in their released fits: the shape of the model, its width and depth, in
/// addition to or instead of its size.
extension Law {
  static func modelShape() throws -> [Law] {
    let (width, depth, tokens) = (
      Variable("w", column: "width", span: 256...4096), Variable("d", column: "depth", span: 3...80),
      Variable("D", column: "tokens")
    )
    let shape: [ParameterDomain] = [
      .positive("E", 0.1...3), .positive("W", 1...1e6), .positive("a", 0.05...1.5), .positive("H", 0.1...1e3),
      .positive("b", 0.05...1.5),
    ]
    let data: [ParameterDomain] = [.positive("B", 1...1e8), .positive("beta", 0.05...1.5)]
    return [
      Law(
        name: "width-depth", family: .pretraining, title: "loss from width, depth and tokens: a power law of each",
        formula: try Formula("E + W/w^a + H/d^b + B/D^beta"), variables: [width, depth, tokens],
        parameters: shape + data,
        notes: [
          "On the authors' 220 points of constant learning rate the floor E goes to 0 with a slow power of the depth, "
            + "while size and tokens alone leave it at 2.14: it does not predict the best loss.",
          "The widths and depths that give an affordable size depend on the architecture: the law alone would make "
            + "both as large as possible.",
        ],
        citation: citation),
      Law(
        name: "width-depth-params", family: .pretraining,
        title: "loss from width, depth, size and tokens: a power law of each",
        formula: try Formula("E + W/w^a + H/d^b + A/N^alpha + B/D^beta"),
        variables: [width, depth, Variable("N", column: "params"), tokens],
        parameters: shape + [.positive("A", 1...1e8), .positive("alpha", 0.05...1.5)] + data,
        notes: [
          "Size follows from width and depth (for one shape of block, as their product with the width again), so runs "
            + "hardly separate its term from theirs: check the identifiability before interpreting any exponent."
        ],
        citation: citation),
    ]
  }

  private static let citation = "McLeish et al. 2025, Gemstones: A Model Suite for Multi-Faceted Scaling Laws"
}
