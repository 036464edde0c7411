import TrainingCost

/// The trainer that comes with this project, `Experiments/reference-trainer/train.py`: byte-level transformers on one core.
public struct ReferenceTrainer: BackEnd {
  public let name = "reference"

  public init() {}

  public func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    let (model, training) = (job.model, job.training)
    var unsupported = Unsupported()
    unsupported.refuse(
      model != Self.shape(layers: model.layers, width: model.hidden, heads: model.heads),
      "the reference trainer's models have plain MLPs of 4 widths, \(Self.vocabulary) bytes as their vocabulary, "
        + "tied embeddings and no biases; write the model as {layers: \(model.layers), hidden: \(model.hidden), "
        + "heads: \(model.heads)}")
    unsupported.refuse(
      job.layout.devices > 1 || job.layout.offload > 0, "the reference trainer runs on one core; leave the layout out")
    unsupported.refuse(training.attention, beyond: [.flash], of: "the reference trainer")
    unsupported.refuse(
      job.schedule.kind != .cosine || job.schedule.finalShare != 0.1,
      "the reference trainer's schedule is a cosine to a tenth; set kind to cosine and final to 0.1")
    unsupported.refuse(training.precision != .fp32, "the reference trainer computes in fp32; set precision to fp32")
    unsupported.refuse(
      (job.optimizer.beta1, job.optimizer.beta2) != (0.9, 0.99) || job.optimizer.clip != 1,
      "the reference trainer's AdamW has beta1 0.9, beta2 0.99 and clips at 1")
    unsupported.refuse(!job.data.train.isEmpty, "the reference trainer has a text of its own; leave data out")
    var notes: [String] = []
    if job.layout.microBatch < training.batch {
      notes.append(
        "the reference trainer takes a step's batch at once, not in micro-batches of \(job.layout.microBatch).")
    }
    if job.layout.recomputation != .none { notes.append("the reference trainer does not recompute activations.") }
    let checkpoint = "\(job.checkpointDirectory(in: directory))/run.ckpt"
    let values: [(String, String)] =
      [
        ("layers", "\(model.layers)"), ("width", "\(model.hidden)"), ("heads", "\(model.heads)"),
        ("tokens", plain(training.tokens)), ("lr", plain(job.optimizer.learningRate)), ("batch", "\(training.batch)"),
        ("seed", "\(training.seed)"), ("length", "\(training.sequence)"),
        ("warmup", plain(Double(job.schedule.warmupSteps) / Double(training.steps))),
        ("weight-decay", plain(job.optimizer.weightDecay)), ("out", "\(directory)/result.json"),
        ("checkpoint", checkpoint),
      ] + (job.checkpoints.every.map { [("checkpoint-every", "\($0)")] } ?? [])
      + job.settings.map { ($0.name, $0.value) }
    return TrainerCall(
      [job.trainer.python] + (job.trainer.program ?? ["Experiments/reference-trainer/train.py"])
        + values.flatMap { ["--\($0.0)", $0.1] },
      processes: .one, metrics: .jsonLines, unsupported: unsupported.sentences, notes: notes)
  }

  static let vocabulary = 256
  static let sequence = 128
  static let batch = 4

  /// The only models that it makes.
  static func shape(layers: Int, width: Int, heads: Int) -> TransformerShape {
    PlainShape(layers: layers, width: width, heads: heads, vocabulary: vocabulary).model
  }

  /// The one nearest to a size.
  public static func model(nearest size: Double, embedding: Bool) -> TransformerShape {
    PlainShape(nearest: size, embedding: embedding, vocabulary: vocabulary).model
  }

  public func model(nearest size: Double, embedding: Bool, vocabulary: Int?) -> TransformerShape? {
    Self.model(nearest: size, embedding: embedding)
  }
}

extension TrainerRegistry {
  static let reference: any BackEnd = ReferenceTrainer()
}
