import Fitting
import Formulas

/// Laws of the best learning rate and batch size: fit them to a table of optima, one row for each size and token count.
extension Law {
  static func batchAndLearningRate() throws -> [Law] {
    let stepLaw = "Li et al. 2025, Predictable Scale: Part I, Optimal Hyperparameter Scaling Law (StepLaw)"
    let deepSeek = "DeepSeek LLM 2024 (arXiv 2401.02954)"
    let stepLawNote = "StepLaw 2025; N does not count embeddings"
    let deepSeekNote = "DeepSeek LLM 2024, as quoted by others; C counts non-embedding FLOP with attention"
    return [
      try optimum(
        "steplaw-lr", of: "learning rate", from: "size and tokens", "c*N^a*D^b", target: "learning_rate",
        variables: [Variable("N", column: "params_non_embedding"), Variable("D", column: "tokens")],
        preset: Preset(name: "steplaw2025", values: [1.79, -0.713, 0.307], note: stepLawNote),
        notes: [
          "The released dense table does not give these constants by the procedure described: the best smoothed loss "
            + "of each of its 17 (N, D), regressed on logarithms, gives c 30.1, a -0.823, b 0.288."
        ], citation: stepLaw),
      try optimum(
        "steplaw-batch", of: "batch size", from: "tokens", "c*D^b", target: "batch_tokens",
        variables: [Variable("D", column: "tokens")],
        preset: Preset(name: "steplaw2025", values: [0.58, 0.571], note: stepLawNote),
        notes: [
          "The released dense table does not give these constants by the procedure described: the best smoothed loss "
            + "of each of its 17 (N, D), regressed on logarithms, gives c 3.42, b 0.498."
        ], citation: stepLaw),
      try optimum(
        "deepseek-lr", of: "learning rate", from: "compute", "c*C^a", target: "learning_rate",
        variables: [Variable("C", column: "flops")],
        preset: Preset(name: "deepseek2024", values: [0.3118, -0.1250], note: deepSeekNote), notes: [],
        citation: deepSeek),
      try optimum(
        "deepseek-batch", of: "batch size", from: "compute", "c*C^a", target: "batch_tokens",
        variables: [Variable("C", column: "flops")],
        preset: Preset(name: "deepseek2024", values: [0.2920, 0.3271], note: deepSeekNote), notes: [],
        citation: deepSeek),
    ]
  }

  private static func optimum(
    _ name: String, of what: String, from causes: String, _ formula: String, target: String, variables: [Variable],
    preset: Preset, notes: [String], citation: String
  ) throws -> Law {
    let exponents = try Formula(formula).names.filter { $0 == "a" || $0 == "b" }
    return Law(
      name: name, family: .batch, title: "best \(what) from \(causes)", formula: try Formula(formula), target: target,
      variables: variables, parameters: [.positive("c", 1e-9...1e9)] + exponents.map { .real($0, -1.5...1.5) },
      objective: Objective(.leastSquares, residual: .log), presets: [preset], notes: notes, citation: citation)
  }
}
