import Fitting
import Formulas

/// Laws from the loss of a model to its uses: tasks, sampling and retrieval at inference, reinforcement learning.
extension Law {
  static func taskLaws() throws -> [Law] {
    [try taskLoss(), try taskAccuracy(), try taskError(), try bitsPerCharacter()]
  }

  private static let ladder = "Bhagia et al. 2024, Establishing Task Scaling Laws via Compute-Efficient Model Ladders"

  /// Bhagia et al. 2024 (arXiv 2412.04403), step 1: bits per byte of a task's correct answers, from size and tokens.
  private static func taskLoss() throws -> Law {
    Law(
      name: "task-loss", family: .downstream,
      title: "a task's bits per byte from size and tokens: step 1 of two to its accuracy",
      formula: try Formula("E + A/N^alpha + B/D^beta"), target: "task_bpb",
      variables: [Variable("N", column: "params"), Variable("D", column: "tokens")],
      parameters: [
        .positive("E", 0.05...2), .positive("A", 1...1e6), .positive("B", 1...1e6), .real("alpha", 0.05...1),
        .real("beta", 0.05...1),
      ],
      tradeOff: TradeOff(
        a: try Formula("A"), alpha: try Formula("alpha"), b: try Formula("B"), beta: try Formula("beta")),
      notes: [
        "The authors fit the last checkpoint of each run of the ladder, and predict the accuracy with 'task-accuracy': "
          + "'windtunnel predict STEP1.json --then STEP2.json' does both.",
        "Sixteen runs of a ladder hardly determine five parameters: A with alpha and B with beta are strongly "
          + "correlated.",
      ],
      citation: "\(ladder), step 1")
  }

  /// Bhagia et al. 2024, step 2: a sigmoid from bits per byte to accuracy, by least squares of the accuracy itself.
  private static func taskAccuracy() throws -> Law {
    Law(
      name: "task-accuracy", family: .downstream,
      title: "a task's accuracy from its bits per byte: step 2, a falling sigmoid",
      formula: try Formula("a/(1 + exp(-k*(x - x0))) + b"), target: "task_accuracy",
      variables: [Variable("x", column: "task_bpb", span: 0.4...2.5)],
      parameters: [
        ParameterDomain("a", lower: -1, upper: 0, startRange: -0.95 ... -0.1), .positive("x0", 0.3...2),
        .positive("k", 1...20), ParameterDomain("b", lower: 0, upper: 1, startRange: 0.3...0.98),
      ],
      objective: Objective(.leastSquares, residual: .linear),
      notes: [
        "b is the accuracy of a perfect model and b + a that of chance. Runs far from perfect leave b undetermined, so "
          + "the authors add a point to them, an accuracy of 1 at 0 bits per byte: --add-point "
          + "task_bpb=0,task_accuracy=1. With it their predictions for 13B parameters are reproduced to four digits; "
          + "without it some differ by almost 0.1.",
        "If b is 1, its bound, the sigmoid would rise above 1: such a b comes from the bound and not from the runs.",
      ],
      citation: "\(ladder), step 2")
  }

  /// Gadre et al. 2024 (arXiv 2403.08540): the error averaged over tasks, from the loss.
  private static func taskError() throws -> Law {
    Law(
      name: "task-error", family: .downstream, title: "error averaged over tasks, from the validation loss",
      formula: try Formula("epsilon - k*exp(-gamma*L)"), target: "error",
      variables: [Variable("L", column: "loss", span: 1.5...6)],
      parameters: [.positive("epsilon", 0.5...1), .positive("k", 0.2...10), .positive("gamma", 0.2...3)],
      objective: Objective(.leastSquares, residual: .linear),
      presets: [
        Preset(
          name: "gadre2024", values: [0.857, 2.2065, 0.7146],
          note: "Gadre et al. 2024, mean top-1 error of 17 tasks from the C4 loss of models trained on RedPajama")
      ],
      notes: [
        "It holds for the mean over tasks on which models of the size are better than chance; it describes single "
          + "tasks badly.",
        "epsilon is the error at chance: large models alone leave it undetermined.",
      ],
      citation: "Gadre et al. 2024, Language Models Scale Reliably with Over-Training and on Downstream Tasks")
  }

  /// The law of bits per character that fall linearly with the logarithm of compute, however it is split.
  private static func bitsPerCharacter() throws -> Law {
    Law(
      name: "compute-only", family: .downstream,
      title: "bits per character from compute alone, whatever its split over size and tokens",
      formula: try Formula("a - b*log10(C)"), target: "bits_per_character",
      variables: [Variable("C", column: "flops", span: 1e19...1e25)],
      parameters: [.positive("a", 0.5...5), .positive("b", 0.005...0.1)],
      objective: Objective(.leastSquares, residual: .linear),
      notes: [
        "A line has no floor: it must fail near the entropy of text.",
        "There is no preset: the coefficients in the paper itself are not known to us.",
      ],
      citation: "More Compute Is What You Need (2024)")
  }

  /// The best size for a compute, as found for protein language models.
  static func frontierLaws() throws -> [Law] {
    [
      Law(
        name: "optimal-size", family: .downstream, title: "the compute-optimal size as a power of compute",
        formula: try Formula("c*C^p"), target: "params", variables: [Variable("C", column: "flops", span: 1e17...1e23)],
        parameters: [.positive("c", 1e-8...1e3), .real("p", 0.2...0.9)],
        objective: Objective(.leastSquares, residual: .log),
        presets: [
          Preset(
            name: "cheng2024-clm", values: [0.0030879, 0.5574533],
            note: "Cheng et al. 2024, causal protein models; compute without embeddings"),
          Preset(
            name: "cheng2024-mlm", values: [1.3646e-7, 0.759802],
            note: "Cheng et al. 2024, masked protein models; compute without embeddings"),
        ],
        notes: [
          "Fit it to the optima of an envelope (fit --approach 1) or of isoFLOP curves. Residuals of the size itself "
            + "(--residual linear) give the largest budgets the most weight and another exponent: the envelope of the "
            + "released causal curves has 0.567 by logarithms and 0.715 by sizes, where the authors print 0.557.",
          "In Cheng et al. tokens grow as C^0.426 (causal) and C^0.256 (masked). In Serrano et al. 2024, as quoted by "
            + "others, size grows as C^0.27 and tokens as C^0.71.",
        ],
        citation: "Cheng et al. 2024, Training Compute-Optimal Protein Language Models")
    ]
  }
}
