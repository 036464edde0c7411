import Fitting
import Formulas

/// Lin et al. 2024 (arXiv 2402.02314): the loss of a pretrained model on a task over the examples that it was tuned on.
extension Law {
  static func fineTuning() throws -> [Law] { [try rectified(), try fineTuningPower(), try twoSources()] }

  private static let citation =
    "Lin et al. 2024, Selecting Large Language Model to Fine-tune via Rectified Scaling Law"
  private static let examples = Variable("D", column: "examples", span: 200...2e6)
  private static let zeroShot =
    "a run without tuning (0 examples) is no point of the curve: leave it out with --where 'examples > 0' or --drop-invalid"

  /// The rectified law, `L(D) = B/(D_l + D^beta) + E`: what pretraining has taught of the task counts as `D_l`, in units
  /// of `D^beta`, and bends the curve where there are few examples.
  ///
  /// With a further exponent over the whole fixed at 1, as in the authors' own fits.
  ///
  /// D_l stays at or above 0. Curves that fall faster than a power law at first lie closer to a law with D_l below 0, but
  /// that is no count of examples, and such a law is infinite at |D_l|^(1/beta) examples. With an exponent over the whole,
  /// (…)^alpha, most public curves have no optimum that a search comes to rest at: alpha runs off.
  private static func rectified() throws -> Law {
    Law(
      name: "rectified", family: .fineTuning,
      title: "loss from fine-tuning examples, with what pretraining has learned of the task",
      formula: try Formula("B/(D_l + D^beta) + E"), variables: [examples],
      parameters: [
        .positive("B", 1...1e4), .positive("D_l", 0.5...500), .positive("beta", 0.05...1), .positive("E", 0.1...3),
      ],
      objective: Objective(.leastSquares, residual: .log),
      notes: [
        zeroShot,
        "D_l counts in units of D^beta: the curve bends at D_l^(1/beta) examples. D_l at 0 is the plain power law: the "
          + "runs show no bend",
        "curves that still fall steeply at their end leave E free, and it runs to 0: it is no forecast of the best loss",
        "the authors' 90 curves have a mean log RMSD of 0.00769 at the optimum (0.00797 in their fits), none above B/D^beta + "
          + "E; their own power law has a further exponent, (B/D^beta + E)^alpha, and with it lies closer on 7 curves that fall "
          + "faster than a power law at first, by at most 0.001 (0.00718 against 0.00817)",
        "a few small sizes do not determine it: on up to 1/512 of the full size the log RMSD of its forecasts is 0.42 (flan) and "
          + "0.29 (gigaword), and with the loss without tuning at 0 examples, as 'windtunnel select' has it there, 0.23 and "
          + "0.13; the straight end of the curve, which that follows unless told otherwise, leads closer",
      ], citation: citation)
  }

  /// The power law that the authors compare theirs with, without its further exponent: `L(D) = B/D^beta + E`.
  private static func fineTuningPower() throws -> Law {
    Law(
      name: "finetuning-power", family: .fineTuning,
      title: "loss from fine-tuning examples: irreducible loss plus a power law",
      formula: try Formula("B/D^beta + E"), variables: [examples],
      parameters: [.positive("B", 1...1e4), .positive("beta", 0.05...1), .positive("E", 0.1...3)],
      objective: Objective(.leastSquares, residual: .log),
      notes: [zeroShot, "it has no bend at few examples; 'rectified' with D_l = 0 is this law"],
      citation: citation)
  }

  /// Annotated examples and examples that a teacher labels, in one count: a distilled one is worth r annotated ones, and
  /// less and less where gamma is below 1.
  private static func twoSources() throws -> Law {
    Law(
      name: "annotate-distill", family: .fineTuning,
      title: "loss from annotated and distilled examples, which stand in for each other",
      formula: try Formula("B/(D_l + (a + r*s^gamma)^beta) + E"),
      variables: [
        Variable("a", column: "annotated", span: 100...1e5), Variable("s", column: "distilled", span: 100...1e6),
      ],
      parameters: [
        .positive("B", 1...1e4), .positive("D_l", 0.5...500), .positive("r", 1e-3...2), .positive("gamma", 0.3...1),
        .positive("beta", 0.05...1), .positive("E", 0.1...3),
      ],
      objective: Objective(.leastSquares, residual: .log),
      notes: [
        "'windtunnel split' divides a budget between the two by their prices. With gamma at 1 (--fix gamma=1) one of them is "
          + "always the cheaper, and takes all but what its limit leaves.",
        "The question is Kang et al.'s (Distill or Annotate? 2023); the form is ours: Lin et al.'s rectified law with a rate "
          + "of exchange. They find distilling to be almost always the cheaper for compact models.",
        "Runs of annotated and of distilled examples alone leave r and gamma tied to D_l: give some of both.",
      ], citation: "our own, after Lin et al. 2024 and Kang et al. 2023")
  }
}
