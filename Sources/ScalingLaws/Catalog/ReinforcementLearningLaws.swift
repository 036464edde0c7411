import Fitting
import Formulas

/// Rybkin et al. 2025 (arXiv 2502.04327), value-based deep reinforcement learning: data, batch and learning rate from the
/// updates-to-data ratio sigma, the gradient steps taken for every step of the environment.
extension Law {
  static func reinforcementLearningLaws() throws -> [Law] {
    [
      try stepsToPerformance(),
      try hyperparameter("rl-batch", "the best batch size", of: "batch_size", scale: "B_0", 32...4096),
      try hyperparameter(
        "rl-learning-rate", "the best learning rate", of: "learning_rate", scale: "eta_0", 1e-5...1e-2),
    ]
  }

  private static let citation = "Rybkin et al. 2025, Value-Based Deep RL Scales Predictably"

  /// `D_J(sigma) = D_min (1 + (sigma/s0)^(-a))`, the steps of the environment until a performance J.
  private static func stepsToPerformance() throws -> Law {
    Law(
      name: "rl-data", family: .downstream, title: "environment steps to a performance from the updates-to-data ratio",
      formula: try Formula("D_min*(1 + (sigma/s0)^(-a))"), target: "env_steps",
      variables: [Variable("sigma", column: "updates_to_data", span: 0.1...64)],
      parameters: [.positive("D_min", 1e4...1e8), .positive("s0", 0.05...50), .positive("a", 0.1...3)],
      objective: Objective(.leastSquares, residual: .linear),
      presets: [
        Preset(
          name: "rybkin2025", values: [2.17e5, 2.29, 0.70],
          note: "Rybkin et al. 2025, OpenAI gym at J = 800, batch and learning rate as fitted"),
        Preset(
          name: "rybkin2025-constant", values: [4.04e5, 0.95, 1.41],
          note: "Rybkin et al. 2025, OpenAI gym at J = 800, one batch and learning rate for all sigma"),
      ],
      notes: [
        "Compute is 10 N B(sigma) sigma D_J(sigma) FLOP for a network of N parameters, so sigma trades data for compute; "
          + "'windtunnel rl-plan' finds the cheapest.",
        "The authors average several environments after dividing each by its median, and multiply the fit by the median of "
          + "the medians.",
      ],
      citation: citation)
  }

  /// `B = B_0 sigma^(-alpha)`, `eta = eta_0 sigma^(-alpha)`.
  private static func hyperparameter(
    _ name: String, _ what: String, of target: String, scale: String, _ starts: ClosedRange<Double>
  ) throws -> Law {
    Law(
      name: name, family: .downstream, title: "\(what) from the updates-to-data ratio",
      formula: try Formula("\(scale)*sigma^(-alpha)"), target: target,
      variables: [Variable("sigma", column: "updates_to_data", span: 0.1...64)],
      parameters: [.positive(scale, starts), .real("alpha", 0.05...1)],
      objective: Objective(.leastSquares, residual: .log),
      notes: ["The authors share alpha over environments: fit each and compare, or fix it with --fix alpha=…"],
      citation: citation)
  }
}
