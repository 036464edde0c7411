import Fitting
import Formulas

extension Law {
  /// Tao et al. 2024 (arXiv 2407.13623), approach 3: `L_u = −E + A1/N_nv^beta + A2/(V d)^alpha2 + B/D^beta`, D tokens
  /// from H characters by the number of tokens per character, `f(V) = 0.00639222 log²V − 0.15811069 log V +
  /// 1.20470122`.
  ///
  /// `L_u` is the loss minus that of a unigram model of the same vocabulary, so that vocabularies are comparable; it is
  /// below 0. `N_nv` are the parameters outside the vocabulary (in millions in the formula), `V d` those of the
  /// vocabulary (likewise), H is in billions. As in the authors' program, V in f is in thousands.
  static func vocabulary() throws -> Law {
    let tokensPerCharacter = "0.00639222*log(V/1000)^2 - 0.15811069*log(V/1000) + 1.20470122"
    return Law(
      name: "vocabulary", family: .data,
      title: "unigram-normalized loss from size, vocabulary and characters",
      formula: try Formula("A1/(N/1M)^beta + A2/(V*d/1M)^alpha2 + B/(H/1B*(\(tokensPerCharacter)))^beta - E"),
      target: "loss_unigram_normalised",
      variables: [
        Variable("N", column: "params_non_embedding", span: 3e7...3e9),
        Variable("V", column: "vocab_size", span: 4e3...1e5), Variable("d", column: "embed_dim", span: 512...4096),
        Variable("H", column: "num_characters", span: 1e9...1e12),
      ],
      parameters: [
        .positive("A1", 0.1...100), .positive("A2", 0.01...100), .positive("B", 0.1...100), .positive("E", 0.5...20),
        .positive("alpha2", 0.1...1), .positive("beta", 0.1...1),
      ],
      objective: Objective(.huber(delta: 1e-3), residual: .linear),
      presets: [
        Preset(
          name: "tao2024", values: [1.8314, 0.19584, 2.1241, 5.5328, 0.67074, 0.44661],
          note: "Tao et al. 2024, from the authors' repository, fitted to 1054 runs of at least 2.18e17 FLOP")
      ],
      notes: [
        "The loss is that of a token minus that of a unigram model of the same vocabulary; per-token losses of "
          + "different vocabularies are not comparable.",
        "A2 and alpha2, and A1, B and E, trade off along a flat valley: on the published runs a refit gives 0.1907 and "
          + "0.664 for A2 and alpha2 at a sum that is 6e-6 of itself lower than at the published values.",
        "The authors' program uses the logarithm of the vocabulary in thousands for the tokens per character; with "
          + "the vocabulary itself the published parameters do not describe the runs (R² 0.04 instead of 0.97).",
      ],
      citation: "Tao et al. 2024, Scaling Laws with Vocabulary: Larger Models Deserve Larger Vocabularies, approach 3")
  }
}
