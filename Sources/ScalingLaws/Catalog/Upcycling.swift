import Fitting
import Formulas

/// Liew et al. 2025 (arXiv 2502.03009): a dense checkpoint trained further, a mixture of experts from scratch, and one
/// that begins as copies of the dense checkpoint's layers, all of one dense size.
extension Law {
  static func upcycling() throws -> [Law] {
    [try furtherDense(), try expertsFromScratch(), try upcycled()]
  }

  private static let presetName = "liew2025"
  private static let source = "Liew et al. 2025, table 2, as quoted by others"
  private static let citation = "Liew et al. 2025, Scaling Laws for Upcycling Mixture-of-Experts Language Models"
  private static let sharedFloor =
    "The authors fit one E for the three laws of this paper; to do the same, give it with --fix E=0.165."

  /// Active parameters for each of the dense model if a token passes through two experts: blocks with attention of
  /// 4 d² and experts of 9 d² are assumed, without embeddings.
  private static func twoExperts() throws -> Formula { try Formula("(4 + 2*9)/(4 + 9)") }

  /// `L = A D^-alpha + B N^-beta + E` of dense models.
  private static func furtherDense() throws -> Law {
    try fromScratch(
      "upcycling-dense", title: "loss of a dense model, to compare with mixtures of experts made from it",
      size: "params",
      activeRatio: nil, values: [8.83, 0.088, 12.3, 0.116, 0.165], counts: "N counts the dense model")
  }

  /// `L = A D^-alpha + B N^-beta + E` of mixtures of experts, N of the dense model with one expert's layers.
  private static func expertsFromScratch() throws -> Law {
    try fromScratch(
      "upcycling-scratch", title: "loss of a mixture of experts from scratch, by the size of its dense model",
      size: "dense_params", activeRatio: try twoExperts(), values: [32.0, 0.161, 7.05, 0.080, 0.165],
      counts: "N counts the dense model, of 8 experts with 2 per token")
  }

  private static func fromScratch(
    _ name: String, title: String, size: String, activeRatio: Formula?, values: [Double], counts: String
  ) throws -> Law {
    Law(
      name: name, family: .mixtureOfExperts, title: title, formula: try Formula("A/D^alpha + B/N^beta + E"),
      variables: [Variable("D", column: "tokens"), Variable("N", column: size)],
      parameters: [
        .positive("A", 1...1e6), .real("alpha", 0.02...1), .positive("B", 1...1e6), .real("beta", 0.02...1),
        .positive("E", 0.05...3),
      ],
      tradeOff: TradeOff(
        a: try Formula("B"), alpha: try Formula("beta"), b: try Formula("A"), beta: try Formula("alpha")),
      activeRatio: activeRatio, presets: [Preset(name: presetName, values: values, note: "\(source); \(counts)")],
      notes: [sharedFloor],
      citation: citation)
  }

  /// `L = A D1^-alpha1 D2^(-alpha2 + alpha3 ln D1) + B N^-beta + E`: the longer the checkpoint was trained, the smaller
  /// the effect of further tokens.
  private static func upcycled() throws -> Law {
    Law(
      name: "upcycling", family: .mixtureOfExperts,
      title: "loss of a mixture of experts upcycled from a dense checkpoint",
      formula: try Formula("A*D1^(-alpha1)*D2^(-alpha2 + alpha3*log(D1)) + B/N^beta + E"),
      variables: [
        Variable("D1", column: "dense_tokens"), Variable("D2", column: "tokens"),
        Variable("N", column: "dense_params"),
      ],
      parameters: [
        .positive("A", 1...1e4), .real("alpha1", 0.01...0.3), .real("alpha2", 0.01...0.5),
        .real("alpha3", -0.005...0.005), .positive("B", 1...1e4), .real("beta", 0.05...0.5), .positive("E", 0.05...2),
      ],
      activeRatio: try twoExperts(),
      presets: [
        Preset(
          name: presetName, values: [16.3, 0.043, 0.085, 7.98e-4, 8.53, 0.112, 0.165],
          note: "\(source); N counts the dense model, of 8 experts with 2 per token")
      ],
      notes: [
        sharedFloor,
        "The base of the logarithm of D1 is assumed to be e, which the table as quoted does not say; it gives "
          + "plausible losses.",
        "'windtunnel plan --upcycle-from' compares this law with the other two.",
      ],
      citation: citation)
  }
}
