import Fitting
import Formulas

/// Laws of sparse models, in which a token passes through some of many experts.
extension Law {
  static func mixtureOfExperts() throws -> [Law] {
    [try clarkRouted(), try jointMoE(), try fineGrainedMoE(), try sparsityMoE()]
  }

  /// Clark et al. 2022, equation 8: the number of experts E after its effects at few and at many,
  /// `1/Ê = 1/(E − 1 + (1/E_start − 1/E_max)⁻¹) + 1/E_max`, so that Ê = E_start at E = 1 and Ê → E_max.
  private static let effectiveExperts = "(1/(1/(E - 1 + 1/(1/E_start - 1/E_max)) + 1/E_max))"

  /// E_start stays below E_max, beyond which Ê has no meaning.
  private static let expertRange: [ParameterDomain] = [
    ParameterDomain("E_start", lower: 0.5, upper: 20, startRange: 1...4, startsLogarithmic: true),
    ParameterDomain("E_max", lower: 20, startRange: 100...1000, startsLogarithmic: true),
  ]

  /// Clark et al. 2022 (arXiv 2202.01169), equation 1: `log L = a log N + b log Ê + c log N log Ê + d`, base 10, all
  /// models trained on 130B tokens.
  private static func clarkRouted() throws -> Law {
    func preset(_ router: String, _ values: [Double]) -> Preset {
      Preset(
        name: "clark2022-\(router.lowercased())", values: values,
        note:
          "Clark et al. 2022, table 3, \(router) routing, as quoted by others; N counts the dense model, at 130B tokens"
      )
    }
    return Law(
      name: "clark-routed", family: .mixtureOfExperts,
      title: "loss of a routed model from the size of its dense model and the number of experts",
      formula: try Formula(
        "10^(a*log10(N) + b*log10(\(effectiveExperts)) + c*log10(N)*log10(\(effectiveExperts)) + d)"),
      variables: [Variable("N", column: "dense_params"), Variable("E", column: "experts", span: 1...512)],
      parameters: [
        .real("a", -0.2...0), .real("b", -0.4...0), .real("c", 0...0.03), .real("d", 0.5...2),
      ] + expertRange,
      objective: Objective(.leastSquares, residual: .log),
      presets: [
        preset("S-BASE", [-0.082, -0.108, 0.009, 1.104, 1.847, 314.478]),
        preset("RL-R", [-0.083, -0.126, 0.012, 1.111, 1.880, 469.982]),
        preset("Hash", [-0.087, -0.136, 0.012, 1.157, 4.175, 477.741]),
      ],
      notes: [
        "The authors fit one router at a time: routing in every other layer, one expert per token (k = 1), with dense "
          + "models as E = 1; choose those rows with --where. Their mean square of log10 L is this least squares "
          + "divided by a constant.",
        "E_start and E_max are weakly determined: on the public S-BASE runs their 90 % intervals span a factor of two "
          + "and of six, and b with c, a with d are strongly correlated.",
        "Routing stops helping at N_cutoff = 10^(-b/c): 937B for S-BASE, 85B for RL-R, 83B for Hash as published, "
          + "which the printed digits of b and c give only roughly. It changes by factors from one choice of runs to "
          + "another.",
        "The dense model of equal loss, the effective parameter count, has log10 N̄ = (a n + b e + c n e - b e1)/(a + "
          + "c e1) with n = log10 N, e = log10 Ê and e1 = log10 E_start; 'windtunnel predict' computes it.",
      ],
      citation: "Clark et al. 2022, Unified Scaling Laws for Routed Language Models, eq. 1 and 8")
  }

  /// Ludziejewski et al. 2025 (arXiv 2502.05172), equation 6: for any E the loss is Chinchilla's in active size and
  /// tokens, with factors and exponents that follow Ê of Clark et al.
  private static func jointMoE() throws -> Law {
    Law(
      name: "joint-moe", family: .mixtureOfExperts,
      title: "loss from active size, tokens and the number of experts, dense models included",
      formula: try Formula(
        "a*\(effectiveExperts)^delta*N^(alpha + gamma*log(\(effectiveExperts)))"
          + " + b*\(effectiveExperts)^omega*D^(beta + zeta*log(\(effectiveExperts))) + c"),
      variables: [
        Variable("N", column: "active_params"), Variable("D", column: "tokens"),
        Variable("E", column: "experts", span: 1...32),
      ],
      parameters: [
        .positive("a", 1...1000), .real("alpha", -0.4 ... -0.1), .real("delta", -0.5...0), .real("gamma", 0...0.03),
        .positive("b", 1...1000), .real("beta", -0.4 ... -0.1), .real("omega", 0...1), .real("zeta", -0.05...0),
      ] + expertRange + [.positive("c", 0.5...2)],
      objective: Objective(.huber(delta: 0.01), residual: .log),
      presets: [
        Preset(
          name: "ludziejewski2025",
          values: [35.91, -0.1889, -0.2285, 0.0098, 35.98, -0.1775, 0.5529, -0.0259, 2.0732, 290.4521, 1.3637],
          note:
            "Ludziejewski et al. 2025, table 3; N counts active parameters, embeddings included, with one expert per "
            + "token, on FineWeb-Edu; runs up to 5B parameters, 32 experts and 80B tokens")
      ],
      notes: [
        "The authors give runs of high loss less weight and also choose by the error on held-out runs, so their "
          + "numbers are not an optimum of this objective alone.",
        "a, alpha, delta and gamma move together, as do b, beta, omega and zeta: many sets of them give nearly the "
          + "same surface.",
        "In their runs every expert is as large as the feed-forward layer of the dense model and a token passes "
          + "through one.",
      ],
      citation: "Ludziejewski et al. 2025, Joint MoE Scaling Laws: Mixture of Experts Can Be Memory Efficient, eq. 6")
  }

  /// Krajewski et al. 2024 (arXiv 2402.07871), equation 9: `L = c + (g/G^gamma + a)/N^alpha + b/D^beta`, where an
  /// expert has 1/G of the size of a feed-forward layer and a token passes through G of them.
  private static func fineGrainedMoE() throws -> Law {
    Law(
      name: "fine-grained-moe", family: .mixtureOfExperts,
      title: "loss from size, tokens and the granularity of the experts, at one expansion rate",
      formula: try Formula("c + (g/G^gamma + a)/N^alpha + b/D^beta"),
      variables: [
        Variable("N", column: "params_non_embedding"), Variable("D", column: "tokens"),
        Variable("G", column: "granularity", span: 1...64),
      ],
      parameters: [
        .positive("c", 0.1...2), .positive("g", 0.1...1000), .positive("gamma", 0.1...2), .positive("a", 1...1e4),
        .real("alpha", 0.05...0.8), .positive("b", 1...1e4), .real("beta", 0.05...0.8),
      ],
      objective: Objective(.huber(delta: 0.1), residual: .log),
      // Attention of 4 d² and an expert layer of 8 d² per token, of 64 such layers (section 6.1).
      activeRatio: try Formula("12/(8*64 + 4)"),
      presets: [
        Preset(
          name: "krajewski2024", values: [0.47, 2.1, 0.58, 18.1, 0.115, 30.8, 0.147],
          note:
            "Krajewski et al. 2024, table 1; N counts all parameters without embeddings, of which 1 in 43 are active "
            + "at their expansion rate of 64")
      ],
      notes: [
        "N counts all parameters without embeddings, at an expansion rate of 64 (64 experts for G = 1, 64 G in "
          + "general), so plans count 12/516 of N as active. The routing, whose cost grows with G, is not counted.",
        "The authors add weight decay to Huber's charge of 0.1, under which errors of any size here are squares: their "
          + "numbers are not an optimum of this objective alone.",
      ],
      citation: "Krajewski et al. 2024, Scaling Laws for Fine-Grained Mixture of Experts, eq. 9")
  }

  /// Abnar et al. 2025 (arXiv 2501.12370), equation 6:
  /// `L = a/N^alpha + b/D^beta + c/(1 − S)^lambda + d/((1 − S)^delta N^gamma) + e`, S the share of experts that a token
  /// does not pass through.
  private static func sparsityMoE() throws -> Law {
    Law(
      name: "sparsity-moe", family: .mixtureOfExperts,
      title: "loss from size, tokens and the share of experts that are idle",
      formula: try Formula("a/N^alpha + b/D^beta + c/(1 - S)^lambda + d/((1 - S)^delta*N^gamma) + e"),
      variables: [
        Variable("N", column: "params"), Variable("D", column: "tokens"),
        Variable("S", column: "sparsity", span: 0.2...0.98),
      ],
      parameters: [
        .positive("a", 1...1e6), .real("alpha", 0.3...1), .positive("b", 1...1e6), .real("beta", 0.1...0.8),
        .positive("c", 0.01...2), .real("lambda", -0.5 ... -0.01), .positive("d", 0.1...1000), .real("delta", 0...0.5),
        .real("gamma", 0.05...0.3), .positive("e", 0.1...2),
      ],
      activeRatio: try Formula("1 - S"),
      presets: [
        Preset(
          name: "abnar2025",
          values: [16612.5, 0.5962, 5455.67, 0.3954, 0.4598, -0.1666, 17.26, 0.1603, 0.1595, 0.94],
          note: "Abnar et al. 2025, table 3, as quoted by others; N counts all parameters, active or not")
      ],
      notes: [
        "N counts all parameters, so plans count (1 - S) N as active; attention and embeddings, which are never idle, "
          + "make that a little low.",
        "Held-out runs at a sparsity of 0.98 are described much worse than the fitted ones (R² of 68 % compared with "
          + "99 %, as quoted by others): do not extrapolate in S.",
      ],
      citation:
        "Abnar et al. 2025, Parameters vs FLOPs: Scaling Laws for Optimal Sparsity for Mixture-of-Experts, eq. 6")
  }
}
