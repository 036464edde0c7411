import Fitting
import Formulas
import Foundation

extension Law {
  /// Muennighoff et al. 2023 (arXiv 2305.16264), equations 5 to 7: the decreasing value of repeated tokens, and of
  /// parameters beyond those that the distinct tokens can use.
  ///
  /// `U` distinct tokens, of which `U_D = min(U, D)` are seen, are seen `1 + R` times, `R = D/U_D − 1`, and are worth
  /// `D' = U_D + U_D R_D (1 − exp(−R/R_D))` of them; parameters likewise, beyond the size `U_N` that is optimal for
  /// `U_D` tokens: `U_N = min(N, (alpha A U_D^beta / (beta B))^(1/alpha))`. Then `L = E + A/N'^alpha + B/D'^beta`.
  static func dataConstrained() throws -> Law {
    let seen = "min(U, D)"
    let usable = "min(N, (alpha*A*\(seen)^beta/(beta*B))^(1/alpha))"
    // expm1: with 1 − exp(−x) few repetitions are lost in rounding, and a false minimum appears.
    let params = "\(usable)*(1 - R_N*expm1((1 - N/\(usable))/R_N))"
    let tokens = "\(seen)*(1 - R_D*expm1((1 - D/\(seen))/R_D))"
    return Law(
      name: "data-constrained", family: .data,
      title: "loss with repeated tokens: distinct and repeated tokens, and the size they can use",
      formula: try Formula("E + A/(\(params))^alpha + B/(\(tokens))^beta"),
      variables: [
        Variable("N", column: "params"), Variable("D", column: "tokens"), Variable("U", column: "unique_tokens"),
      ],
      parameters: [
        .positive("E", 0.1...5), .positive("A", 1...1e8), .positive("B", 1...1e8), .positive("alpha", 0.05...1.5),
        .positive("beta", 0.05...1.5), .positive("R_D", 0.5...200), .positive("R_N", 0.5...200),
      ],
      presets: [
        Preset(
          name: "muennighoff2023",
          values: [exp(0.6254804), exp(6.255414), exp(7.3049974), 0.3526596, 0.3526596, 15.387756, 5.309743],
          note: "Muennighoff et al. 2023, from the authors' notebook, fitted to 182 runs on C4; N counts embeddings")
      ],
      notes: [
        "The published R_D and R_N were fitted with the other five parameters fixed at those of runs without "
          + "repetition: --fix E=… --fix A=… --fix B=… --fix alpha=… --fix beta=… does the same.",
        "R_D and R_N lie in a long, flat and uneven valley: on the published 182 runs the summed Huber objective is "
          + "0.015826 at the published pair (15.4, 5.31), 0.015808 at (52.2, 2.20) and 0.015805 at (95.4, 1.71). These "
          + "runs do not distinguish them, and their predicted losses for these runs differ by a percent, a fraction "
          + "of the residuals; far beyond, in epochs or in size, they diverge.",
        "Plan with the distinct tokens that you have: windtunnel plan --preset muennighoff2023 --budget … --set U=25B.",
      ],
      citation: "Muennighoff et al. 2023, Scaling Data-Constrained Language Models, eq. 5 to 7")
  }
}
