import Fitting
import Formulas

/// Lin et al. 2024 (arXiv 2402.02314): the loss of a pretrained model on a task over the number of fine-tuning
/// examples.
extension Law {
  static func fineTuning() throws -> [Law] { [try rectified(), try fineTuningPower(), try twoSources()] }

  private static let citation =
    "Lin et al. 2024, Selecting Large Language Model to Fine-tune via Rectified Scaling Law"
  private static let examples = Variable("D", column: "examples", span: 200...2e6)
  private static let zeroShot =
    "a run without tuning (0 examples) is not a point of the curve: leave it out with --where 'examples > 0' or "
    + "--drop-invalid"

  /// The rectified law, `L(D) = B/(D_l + D^beta) + E`: the knowledge of the task from pretraining counts as `D_l`, in
  /// units of `D^beta`, and bends the curve where there are few examples.
  ///
  /// A further exponent over the whole is fixed at 1, as in the authors' own fits.
  ///
  /// D_l stays at or above 0. Curves that fall faster than a power law at first are closer to a law with D_l below 0,
  /// but that is not a count of examples, and such a law is infinite at |D_l|^(1/beta) examples. With an exponent over
  /// the whole, (…)^alpha, most public curves have no optimum at which a search converges: alpha diverges.
  private static func rectified() throws -> Law {
    Law(
      name: "rectified", family: .fineTuning,
      title: "loss from fine-tuning examples, with the knowledge of the task from pretraining",
      formula: try Formula("B/(D_l + D^beta) + E"), variables: [examples],
      parameters: [
        .positive("B", 1...1e4), .positive("D_l", 0.5...500), .positive("beta", 0.05...1), .positive("E", 0.1...3),
      ],
      objective: Objective(.leastSquares, residual: .log),
      notes: [
        zeroShot,
        "D_l counts in units of D^beta: the curve bends at D_l^(1/beta) examples. D_l at 0 is the plain power law: the "
          + "runs show no bend",
        "curves that still fall steeply at their end leave E undetermined, and it goes to 0: it does not predict the "
          + "best loss",
        "the authors' 90 curves have a mean log RMSD of 0.00769 at the optimum (0.00797 in their fits), none above "
          + "B/D^beta + E; their own power law has a further exponent, (B/D^beta + E)^alpha, and with it is closer on "
          + "7 curves that fall faster than a power law at first, by at most 0.001 (0.00718 compared with 0.00817)",
        "a few small sizes do not determine it: on up to 1/512 of the full size the log RMSD of its forecasts is 0.42 "
          + "(flan) and 0.29 (gigaword), and with the loss without tuning at 0 examples, as in 'windtunnel select', "
          + "0.23 and 0.13; the straight end of the curve, the default there, is closer",
      ], citation: citation)
  }

  /// The power law that the authors compare with theirs, without its further exponent: `L(D) = B/D^beta + E`.
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

  /// Annotated examples and examples labeled by a teacher, in one count: a distilled one is worth r annotated ones, and
  /// decreasingly so if gamma is below 1.
  private static func twoSources() throws -> Law {
    Law(
      name: "annotate-distill", family: .fineTuning,
      title: "loss from annotated and distilled examples, which can replace each other",
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
        "'windtunnel split' divides a budget between the two by their prices. With gamma at 1 (--fix gamma=1) one of "
          + "them is always the cheaper, and takes the whole budget up to its limit.",
        "The question is Kang et al.'s (Distill or Annotate? 2023); the form is ours: Lin et al.'s rectified law with "
          + "an exchange rate. They find that distilling is almost always cheaper for compact models.",
        "Runs of annotated or of distilled examples alone leave r and gamma correlated with D_l: include some of both.",
      ], citation: "our own, after Lin et al. 2024 and Kang et al. 2023")
  }
}
