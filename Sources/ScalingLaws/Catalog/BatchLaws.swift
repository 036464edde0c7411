import Fitting
import Formulas

/// The trade-off of steps for examples by batch size, and the growth of the critical batch size.
extension Law {
  static func batch() throws -> [Law] {
    [
      try stepsToTarget(), try criticalBatchOfLoss(),
      try criticalBatch(
        "critical-batch-n", of: "size", formula: "c*(N/1e6)^p", variables: [Variable("N", column: "params")],
        presets: [
          Preset(
            name: "zhang2024", values: [93.20, 0.468],
            note:
              "Zhang et al. 2024, 85M to 1.2B at 20 tokens per parameter; sequences of 512 tokens; N does not count "
              + "embeddings"
          )
        ],
        notes: [
          "The published coefficient is for the batch at which steps are 1.2 times those of ideal scaling from 256 "
            + "sequences; E_min/S_min of the same runs has another coefficient and another exponent.",
          "It is fitted to five sizes; the four from 85M to 604M alone give 86.93 and 0.482.",
          "Size and tokens grew together in those runs; with fixed tokens, the authors find that the critical batch "
            + "hardly depends on size.",
        ]),
      try criticalBatch(
        "critical-batch-d", of: "tokens", formula: "c*(D/1e9)^p", variables: [Variable("D", column: "tokens")],
        notes: [
          "The critical batch uses one definition throughout, in the unit of its column; another definition has "
            + "another coefficient and another exponent.",
          "Power Lines (Bergsma et al. 2025), as quoted by others, finds that it grows as D^0.46, whatever the size.",
        ]),
      try criticalBatch(
        "critical-batch-nd", of: "size and tokens", formula: "c*(N/1e6)^p*(D/1e9)^q",
        variables: [Variable("N", column: "params"), Variable("D", column: "tokens")],
        notes: ["Runs at one ratio of tokens to size leave p and q undetermined: only their sum is determined."]),
    ]
  }

  /// `S = S_min (1 + B_crit/B)`: the steps to one loss at each batch size.
  ///
  /// - Parameter column: the column of batch sizes, in whose unit B_crit is given.
  static func stepsToTarget(batch column: String = "batch_sequences") throws -> Law {
    Law(
      name: "steps-to-target", family: .batch, title: "steps to a loss from the batch size",
      formula: try Formula("S_min*(1 + B_crit/B)"), target: "steps",
      variables: [Variable("B", column: column, span: 16...65_536)],
      parameters: [.positive("S_min", 10...1e7), .positive("B_crit", 1...1e9)],
      objective: Objective(.leastSquares, residual: .log),
      presets: [
        // S_min is the paper's a, B_crit its b/a.
        Preset(
          name: "zhang2024-85m", values: [1293.83, 2.834e6 / 1293.83],
          note: "Zhang et al. 2024, 85M to a loss of 3.42; sequences of 512 tokens")
      ],
      notes: [
        "All runs must reach the same loss, each with the learning rate that is best at its batch size.",
        "B_crit is in the unit of the batch column; S_min B_crit examples are the fewest that reach the loss.",
        "'windtunnel batch' fits this law to every group of a table and derives the critical batch sizes.",
      ],
      citation:
        "McCandlish et al. 2018 (arXiv 1812.06162); fitted on logarithms as by Zhang et al. 2024 (arXiv 2410.21676)")
  }

  /// `B_crit(L) = B_star/L^(1/alpha_B)`, in tokens, L in nats per token.
  private static func criticalBatchOfLoss() throws -> Law {
    Law(
      name: "critical-batch-loss", family: .batch, title: "critical batch size from the loss, whatever the size",
      formula: try Formula("B_star/L^(1/alpha_B)"), target: "critical_batch_tokens",
      variables: [Variable("L", column: "loss", span: 2...8)],
      parameters: [.positive("B_star", 1e2...1e14), .positive("alpha_B", 0.02...2)],
      objective: Objective(.leastSquares, residual: .log),
      presets: [Preset(name: "kaplan2020", values: [2e8, 0.21], note: "Kaplan et al. 2020; WebText2, tokens")],
      notes: ["The critical batch is E_min/S_min, or the simple noise scale in its place."],
      citation: "Kaplan et al. 2020, Scaling Laws for Neural Language Models, eq. 1.4")
  }

  private static func criticalBatch(
    _ name: String, of what: String, formula: String, variables: [Variable], presets: [Preset] = [], notes: [String]
  ) throws -> Law {
    let exponents = variables.count == 1 ? ["p"] : ["p", "q"]
    return Law(
      name: name, family: .batch, title: "critical batch size from \(what): a power law",
      formula: try Formula(formula), target: "critical_batch_sequences", variables: variables,
      parameters: [.positive("c", 1e-2...1e8)] + exponents.map { .real($0, -1...2) },
      objective: Objective(.leastSquares, residual: .log), presets: presets, notes: notes,
      citation: "Zhang et al. 2024, How Does Critical Batch Size Scale in Pre-training? (arXiv 2410.21676)")
  }
}
