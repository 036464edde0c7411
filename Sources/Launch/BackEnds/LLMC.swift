import Foundation
import TrainingCost

/// llm.c (Karpathy): `train_gpt2cu` with flags of one or two letters, started by `mpirun` for several devices.
public struct LLMC: BackEnd {
  public let name = "llm.c"

  public init() {}

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let (training, schedule) = (job.training, job.schedule)
    var unsupported = Unsupported()
    refuseShape(of: job, &unsupported)
    refuseLayout(of: job, &unsupported)
    refuseOptimizer(of: job, &unsupported)
    unsupported.refuse(
      job.data.train.count != 1 || job.data.validation.count > 1,
      "llm.c trains on the .bin files of one pattern and evaluates on those of another; name one of each under data")
    unsupported.refuse(
      job.checkpointDirectory(in: directory).utf8.count >= 400,
      "llm.c takes no path of 400 bytes for its checkpoints; name a shorter directory under checkpoints")

    // Its constant schedule has no warm-up; a linear one that ends at the peak has.
    let (kind, final): (String, Double) =
      switch schedule.kind {
      case .cosine: ("cosine", schedule.finalShare)
      case .linear: ("linear", schedule.finalShare)
      case .constant: ("linear", 1)
      case .wsd: ("wsd", schedule.finalShare)
      }
    let steps = training.steps
    let hasValidation = !job.data.validation.isEmpty
    let values: [(String, String)] =
      [
        ("e", Self.descriptor(of: job.model) ?? "d12"), ("i", job.data.train.first ?? ""),
        ("j", job.data.validation.first ?? job.data.train.first ?? ""),
        ("o", job.checkpointDirectory(in: directory)), ("n", "\(job.checkpointInterval)"),
        ("y", "1"), ("b", "\(job.layout.microBatch)"), ("t", "\(training.sequence)"),
        ("d", "\(training.tokensPerStep)"), ("x", "\(steps)"), ("l", plain(job.optimizer.learningRate)),
        ("u", "\(schedule.warmupSteps)"), ("k", kind), ("q", plain(final)), ("c", plain(job.optimizer.weightDecay)),
        ("z", job.layout.sharding == .none ? "0" : "1"), ("r", job.layout.recomputation == .none ? "0" : "1"),
        ("v", "\(hasValidation ? job.evaluationInterval : steps)"),
        ("m", "\(hasValidation ? job.evaluationBatches(of: job.layout.data * job.layout.microBatch) : 0)"),
        ("s", "0"), ("h", "0"),
      ] + job.settings.map { ($0.name, $0.value) }
    let devices = job.resources.devices
    return TrainerCall(
      (devices > 1 ? ["mpirun", "-np", "\(devices)"] : []) + (job.trainer.program ?? ["./train_gpt2cu"])
        + values.flatMap { ["-\($0.0)", $0.1] },
      processes: .one,
      metrics: .patterns([
        "step": #"^step +(\d+)/"#, "train_loss": #"\| loss (-?nan|inf|[\d.]+)"#, "loss": #"^val loss (inf|[\d.]+)"#,
        "learning_rate": #"\| lr ([\d.e+-]+)"#, "milliseconds_per_step": #"\| ([\d.]+) ms"#,
        "tokens_per_second": #"\| (\d+) tok/s"#,
      ]), names: ["seconds_per_step": MetricName("milliseconds_per_step", factor: 0.001)],
      unsupported: unsupported.sentences, notes: notes(of: job))
  }

  /// The models that it builds from a word: those of GPT-2 by depth, and of GPT-3 by width, with positions of their own.
  private static let builtIn: [(descriptor: String, layers: Int, hidden: Int, heads: Int, positions: Int)] = [
    ("d6", 6, 384, 6, 1024), ("d12", 12, 768, 12, 1024), ("d24", 24, 1024, 16, 1024), ("d36", 36, 1280, 20, 1024),
    ("d48", 48, 1600, 25, 1024), ("d60", 60, 1920, 30, 1024), ("d72", 72, 2880, 30, 1024), ("d84", 84, 3456, 36, 1024),
    ("gpt3:c384", 6, 384, 6, 2048), ("gpt3:c768", 12, 768, 12, 2048), ("gpt3:c1024", 24, 1024, 16, 2048),
    ("gpt3:c1536", 24, 1536, 16, 2048), ("gpt3:c2048", 24, 2048, 16, 2048), ("gpt3:c2560", 32, 2560, 32, 2048),
    ("gpt3:c4096", 32, 4096, 32, 2048), ("gpt3:c12288", 96, 12288, 96, 2048),
  ]

  public func model(nearest size: Double, embedding: Bool, vocabulary: Int?) -> TransformerShape? {
    let models = Self.builtIn.map { built in
      TransformerShape(
        layers: built.layers, hidden: built.hidden, feedForward: 4 * built.hidden, heads: built.heads,
        vocabulary: vocabulary ?? Self.vocabulary, isGated: false, tiesEmbeddings: true, biases: .all, norm: .layer,
        learnedPositions: built.positions)
    }
    func misfit(_ model: TransformerShape) -> Double {
      abs(log(Double(embedding ? model.parameters.total : model.parameters.nonEmbedding) / size))
    }
    return models.min { misfit($0) < misfit($1) }
  }

  private static let vocabulary = 50304

  private static func descriptor(of model: TransformerShape) -> String? {
    builtIn.first {
      ($0.layers, $0.hidden, $0.heads, $0.positions)
        == (model.layers, model.hidden, model.heads, model.learnedPositions)
    }?.descriptor
  }

  private func refuseShape(of job: JobSpec, _ unsupported: inout Unsupported) {
    let model = job.model
    unsupported.refuse(
      model,
      beyond: [
        .plainMLP, .tiedEmbeddings, .learnedPositions, .allBiases, .attentionBiases, .feedForwardBiases,
        .queryKeyValueBiases, .layerNorm, .layerNormWithoutBias, .nonParametricNorm,
      ], of: "llm.c")
    unsupported.refuse(model.isGated, "llm.c's MLPs are plain; set gated to false")
    unsupported.refuse(!model.tiesEmbeddings, "llm.c's output projection is its embedding; set tied_embeddings to true")
    unsupported.refuse(
      model.biases != .all || model.norm != .layer,
      "llm.c's linear maps and norms all have biases; set biases to all and norm to layer")
    unsupported.refuse(
      model.feedForward != 4 * model.hidden,
      "llm.c's MLPs are 4 times as wide as the model; set feed_forward to \(4 * model.hidden)")
    // A file of weights has its shape in its header.
    guard !job.hasSetting("e") else { return }
    unsupported.refuse(
      Self.descriptor(of: model) == nil,
      "llm.c makes the sizes of GPT-2 and GPT-3 alone (layers x width: "
        + Self.builtIn.map { "\($0.layers) x \($0.hidden)" }.joined(separator: ", ")
        + "), with 1024 and 2048 learned positions; plan one of these, or write a file of random weights and name it in "
        + "the setting e")
    unsupported.refuse(
      model.vocabulary != Self.vocabulary,
      "llm.c's vocabulary is GPT-2's, \(Self.vocabulary) rows with padding; set vocabulary to \(Self.vocabulary)")
  }

  private func refuseLayout(of job: JobSpec, _ unsupported: inout Unsupported) {
    let layout = job.layout
    unsupported.refuseAllButData(layout, trainer: "llm.c")
    unsupported.refuseUnevenBatch(job)
    unsupported.refuseOtherDevices(job)
    unsupported.refuseShortPositions(job)
    unsupported.refuse(
      job.resources.gpusPerNode == 0, "train_gpt2cu needs a GPU; take one, or another trainer for processors")
    unsupported.refuse(
      layout.sharding == .gradients || layout.sharding == .parameters,
      "llm.c shards no more than the optimizer's state; set zero to 1")
    unsupported.refuse(layout.shardGroup != nil, "llm.c shards over all devices; leave the shard group out")
    unsupported.refuse(
      layout.recomputation == .full, "llm.c does not recompute whole layers; set recompute to none or selective")
    unsupported.refuse(layout.offload > 0, "llm.c keeps activations on the device; set offload to 0")
  }

  private func refuseOptimizer(of job: JobSpec, _ unsupported: inout Unsupported) {
    unsupported.refuse(
      job.training.precision == .fp8 || job.training.precision == .fp4,
      "llm.c is built for bf16, fp16 or fp32, not \(job.training.precision.rawValue)")
    unsupported.refuse(
      (job.optimizer.beta1, job.optimizer.beta2) != (0.9, 0.95) || job.optimizer.clip != 1,
      "llm.c's AdamW has beta1 0.9 and beta2 0.95 and clips at 1; set them so")
    unsupported.refuse(job.training.seed != 0, "llm.c's seeds are fixed in its source; set seed to 0")
    unsupported.refuse(
      job.schedule.kind == .wsd,
      "llm.c's stable rate falls with one minus a square root over the last fifth, not in a line; set kind to linear and, if "
        + "its own fall will do, the setting k to wsd")
  }

  private func notes(of job: JobSpec) -> [String] {
    var notes: [String] = []
    switch job.training.precision {
    case .bf16:
      notes.append("llm.c computes in the precision that it was built with, bf16 unless PRECISION said otherwise.")
    case .fp16, .fp32:
      notes.append("Build llm.c with PRECISION=\(job.training.precision.rawValue.uppercased()): no flag chooses it.")
    case .fp8, .fp4: break
    }
    if job.training.attention != .unfused {
      notes.append("Build llm.c with USE_CUDNN=1 for \(job.training.attention.rawValue) attention: no flag chooses it.")
    }
    if job.data.tokenizer != nil { notes.append("llm.c reads tokens, and the tokenizer only for samples of text.") }
    if job.data.validation.isEmpty { notes.append("Without validation data llm.c measures no held-out loss.") }
    if job.layout.recomputation == .selective {
      notes.append("llm.c recomputes activation functions, not the attention.")
    }
    if job.layout.sharding == .optimizer, job.layout.data > 1 {
      notes.append("llm.c does not shard where devices do not divide the number of parameters.")
    }
    if job.resources.nodes > 1 { notes.append("mpirun must know the nodes, as it does inside an allocation of Slurm.") }
    return notes
  }
}

extension TrainerRegistry {
  static let llmC: any BackEnd = LLMC()
}
