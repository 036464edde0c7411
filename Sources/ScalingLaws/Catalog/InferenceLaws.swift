import Fitting
import Formulas

/// The gains from more compute, context or retrieval at inference.
extension Law {
  static func inferenceLaws() throws -> [Law] {
    [try coverage(), try retrievalAllocation(), try retrievalDatastore(), try density()]
  }

  /// Brown et al. 2024 (arXiv 2407.21787): the share of problems that one of k samples solves,
  /// `c = exp(a k^b)`.
  private static func coverage() throws -> Law {
    Law(
      name: "coverage", family: .downstream, title: "problems solved by at least one of k samples",
      formula: try Formula("exp(a*k^b)"), target: "coverage",
      variables: [Variable("k", column: "samples", span: 1...1e4)],
      parameters: [
        ParameterDomain("a", upper: 0, startRange: -5 ... -0.1),
        ParameterDomain("b", upper: 0, startRange: -1 ... -0.05),
      ],
      objective: Objective(.leastSquares, residual: .linear),
      notes: [
        "exp(a) is the coverage of a single sample. Estimate coverage at k from n samples without bias, as 1 minus the "
          + "chance that k of the n are all wrong.",
        "The law holds for the mean over problems of mixed difficulty; on one problem failures fall exponentially.",
      ],
      citation: "Brown et al. 2024, Large Language Monkeys")
  }

  /// Yue et al. 2024 (arXiv 2410.04343): `logit P = (a + b ∘ i)^T log θ + c`, θ the documents, shots and
  /// iterations, i the information of a document and of a shot for the model; by ordinary least squares after the
  /// logit.
  private static func retrievalAllocation() throws -> Law {
    Law(
      name: "rag-allocation", family: .downstream,
      title: "long-context retrieval: the score's logit from documents, shots and iterations",
      formula: try Formula(
        "(a_doc + b_doc*i_doc)*log(documents) + (a_shot + b_shot*i_shot)*log(shots) + a_iter*log(iterations) + c"),
      target: "score_logit",
      variables: [
        Variable("documents", column: "documents", span: 1...1000), Variable("i_doc", column: "i_doc", span: 0.05...1),
        Variable("shots", column: "shots", span: 1...256), Variable("i_shot", column: "i_shot", span: 0.05...1),
        Variable("iterations", column: "iterations", span: 1...8),
      ],
      parameters: [
        .real("a_doc", 0...0.4), .real("b_doc", 0...0.4), .real("a_shot", 0...0.4), .real("b_shot", 0...0.4),
        .real("a_iter", 0...0.4), .real("c", 0...1),
      ],
      objective: Objective(.leastSquares, residual: .linear),
      notes: [
        "score_logit is log(P/(1 - P)) of a score P between 0 and 1. i_doc and i_shot are the gain of one document and "
          + "of one shot over none on the task. On one task they are constant, so b cannot be separated from a: fix "
          + "b_doc and b_shot at 0.",
        "The authors report R² 0.903 and a mean squared error of 0.085 over their tasks.",
      ],
      citation: "Yue et al. 2024, Inference Scaling for Long-Context Retrieval Augmented Generation")
  }

  /// Shao et al. 2024 (arXiv 2407.12854): the loss falls linearly with the logarithm of the datastore.
  private static func retrievalDatastore() throws -> Law {
    Law(
      name: "retrieval-datastore", family: .downstream,
      title: "loss of a model with retrieval from its datastore's size",
      formula: try Formula("a - b*log10(S)"),
      variables: [Variable("S", column: "datastore_tokens", span: 1e9...1e12)],
      parameters: [.positive("a", 1...10), .positive("b", 0.005...0.2)],
      objective: Objective(.leastSquares, residual: .linear),
      notes: ["A line over the sizes that were tried: it has no floor."],
      citation: "Shao et al. 2024, Scaling Retrieval-Based Language Models with a Trillion-Token Datastore")
  }

  /// Xiao et al. 2024 (arXiv 2412.04315): the best models' capacity density grows exponentially, `ln density = A t +
  /// B`.
  private static func density() throws -> Law {
    Law(
      name: "densing", family: .downstream, title: "capacity density of the best models over time",
      formula: try Formula("exp(A*t + B)"), target: "density",
      variables: [Variable("t", column: "days", span: 10...1000)],
      parameters: [.real("A", 1e-3...0.02), .real("B", -5 ... -1)],
      objective: Objective(.leastSquares, residual: .log),
      notes: [
        "Density is a model's effective size over its size; its effective size is the size of a reference model with "
          + "the same score: 'windtunnel density' computes it and fits this trend to the densest models. t counts days "
          + "from a date of your choice, which determines B.",
        "The doubling time is log(2)/A. Xiao et al. report A = 0.007 per day, as quoted by others: 99 days, 3.3 "
          + "months.",
      ],
      citation: "Xiao et al. 2024, Densing Law of LLMs")
  }
}
