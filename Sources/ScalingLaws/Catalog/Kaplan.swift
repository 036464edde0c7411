import Fitting
import Formulas

/// Kaplan et al. 2020 (arXiv 2001.08361). Sizes do not count embeddings; compute is in FLOP here, in PF-days in the
/// paper.
extension Law {
  static func kaplan() throws -> [Law] {
    [
      try kaplanSize(), try kaplanTokens(), try kaplanCompute(), try kaplanSizeAndTokens(), try kaplanSizeAndSteps(),
    ]
  }

  private static let note = "Kaplan et al. 2020; N does not count embeddings"
  private static let citation = "Kaplan et al. 2020, Scaling Laws for Neural Language Models"
  /// FLOP in 10^15 FLOP/s for a day.
  private static let petaflopDay = 8.64e19

  /// Equation 1.1: `L(N) = (N_c/N)^alpha_N`, of models trained to convergence.
  private static func kaplanSize() throws -> Law {
    try kaplanPower(
      "kaplan-n", variable: "N", column: "params", of: "size", scale: 8.8e13, exponent: 0.076, equation: "1.1")
  }

  /// Equation 1.2: `L(D) = (D_c/D)^alpha_D`, of large models stopped early.
  private static func kaplanTokens() throws -> Law {
    try kaplanPower(
      "kaplan-d", variable: "D", column: "tokens", of: "tokens", scale: 5.4e13, exponent: 0.095, equation: "1.2")
  }

  /// Equation 1.3: `L(C_min) = (C_c/C_min)^alpha_C`, at the best use of the compute.
  private static func kaplanCompute() throws -> Law {
    try kaplanPower(
      "kaplan-c", variable: "C", column: "flops", of: "compute", scale: 3.1e8 * petaflopDay, exponent: 0.050,
      equation: "1.3")
  }

  private static func kaplanPower(
    _ name: String, variable: String, column: String, of what: String, scale: Double, exponent: Double,
    equation: String
  ) throws -> Law {
    Law(
      name: name, family: .pretraining, title: "loss from \(what) alone: a pure power law",
      formula: try Formula("(\(variable)_c/\(variable))^alpha_\(variable)"),
      variables: [Variable(variable, column: column)],
      parameters: [.positive("\(variable)_c", 1e3...1e32), .positive("alpha_\(variable)", 0.01...1)],
      objective: Objective(.leastSquares, residual: .log),
      presets: [Preset(name: "kaplan2020", values: [scale, exponent], note: note)],
      citation: "\(citation), eq. \(equation)")
  }

  /// Equation 1.5: `L(N, D) = [(N_c/N)^(alpha_N/alpha_D) + D_c/D]^alpha_D`.
  private static func kaplanSizeAndTokens() throws -> Law {
    Law(
      name: "kaplan-nd", family: .pretraining, title: "loss from size and tokens, with overfitting",
      formula: try Formula("((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D"),
      variables: [Variable("N", column: "params"), Variable("D", column: "tokens")],
      parameters: [
        .positive("N_c", 1e4...1e18), .positive("D_c", 1e4...1e18), .positive("alpha_N", 0.01...1),
        .positive("alpha_D", 0.01...1),
      ],
      tradeOff: TradeOff(
        a: try Formula("N_c^(alpha_N/alpha_D)"), alpha: try Formula("alpha_N/alpha_D"), b: try Formula("D_c"),
        beta: try Formula("1")),
      presets: [Preset(name: "kaplan2020", values: [6.4e13, 1.8e13, 0.076, 0.103], note: note)],
      citation: "\(citation), eq. 1.5")
  }

  /// Equation 1.6: `L(N, S_min) = (N_c/N)^alpha_N + (S_c/S_min)^alpha_S`, S_min in steps at a batch far above critical.
  private static func kaplanSizeAndSteps() throws -> Law {
    Law(
      name: "kaplan-ns", family: .pretraining, title: "loss from size and optimization steps",
      formula: try Formula("(N_c/N)^alpha_N + (S_c/S)^alpha_S"),
      variables: [Variable("N", column: "params"), Variable("S", column: "steps")],
      parameters: [
        .positive("N_c", 1e4...1e18), .positive("S_c", 1...1e8), .positive("alpha_N", 0.01...1),
        .positive("alpha_S", 0.05...2),
      ],
      presets: [Preset(name: "kaplan2020", values: [6.5e13, 2.1e3, 0.077, 0.76], note: note)],
      citation: "\(citation), eq. 1.6")
  }
}
