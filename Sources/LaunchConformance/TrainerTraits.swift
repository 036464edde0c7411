import Launch
import TrainingCost

/// Jobs of which most trainers take one: a GPT and a Llama on one node, and a small model on one processor.
func plainJobs(for trainer: any BackEnd) -> [JobSpec] {
  let gpt = JobSpec(
    name: "gpt", trainer: .init(trainer.name),
    model: trainer.model(nearest: 1.2e8, embedding: true, vocabulary: nil)
      ?? TransformerShape(
        layers: 12, hidden: 768, feedForward: 3072, heads: 12, vocabulary: 50304, isGated: false, tiesEmbeddings: true,
        norm: .layerWithoutBias, learnedPositions: 1024),
    training: .init(tokens: 2.5e9, sequence: 1024, batch: 480), optimizer: .init(learningRate: 6e-4),
    schedule: .init(warmupSteps: 250), layout: Layout(data: 8, microBatch: 12, sharding: .none),
    data: .init(train: ["openwebtext"], validation: ["openwebtext-val"], tokenizer: "gpt2"),
    checkpoints: .init(every: 1000, evaluateEvery: 500),
    resources: .init(gpusPerNode: 8, cpusPerNode: 64, time: 86_400))
  var llama = gpt
  llama.name = "llama"
  llama.model = TransformerShape(
    layers: 32, hidden: 4096, feedForward: 14336, heads: 32, keyValueHeads: 8, vocabulary: 128_256)
  llama.training = .init(tokens: 1e11, sequence: 8192, batch: 512, seed: 3)
  llama.layout = Layout(data: 8, microBatch: 2, sharding: .parameters)
  llama.data = .init(train: ["/data/web"], tokenizer: "/data/tokenizer")
  var small = gpt
  small.name = "small"
  small.model =
    trainer.model(nearest: 1e5, embedding: true, vocabulary: nil)
    ?? TransformerShape(
      layers: 2, hidden: 64, feedForward: 256, heads: 2, vocabulary: 256, isGated: false, tiesEmbeddings: true,
      norm: .layerWithoutBias)
  small.training = .init(tokens: 1e6, sequence: 128, batch: 8, precision: .fp32)
  small.optimizer = .init(learningRate: 1e-3, beta2: 0.99)
  small.schedule = .init(warmupSteps: 10)
  (small.layout, small.data, small.resources) = (Layout(microBatch: 8, sharding: .none), .init(), .init())
  return [gpt, llama, small]
}

/// Something that a job says, and a change of it.
struct JobTrait {
  let name: String
  let change: @Sendable (inout JobSpec) -> Void

  /// The word by which a note names the trait: `precision` of `precision fp16`, `micro-batch` of `micro_batch`.
  var word: String { String(name.prefix { $0 != " " && $0 != "." }).replacing("_", with: "-") }

  init(_ name: String, _ change: @escaping @Sendable (inout JobSpec) -> Void) {
    (self.name, self.change) = (name, change)
  }

  func changed(_ job: JobSpec) -> JobSpec {
    var job = job
    change(&job)
    return job
  }
}

/// The traits that a trainer has to keep, refuse or note.
func jobTraits(of job: JobSpec) -> [JobTrait] {
  var traits: [JobTrait] = [
    .init("layers") { $0.model.layers *= 2 }, .init("feed_forward") { $0.model.feedForward *= 2 },
    .init("hidden") { ($0.model.hidden, $0.model.headSize) = (2 * $0.model.hidden, 2 * $0.model.headSize) },
    .init("heads") { job in
      job.model.heads *= 2
      job.model.keyValueHeads *= 2
      job.model.headSize = job.model.hidden / job.model.heads
    },
    .init("vocabulary") { $0.model.vocabulary *= 2 }, .init("gated") { $0.model.isGated.toggle() },
    .init("tied_embeddings") { $0.model.tiesEmbeddings.toggle() },
    .init("tokens") { $0.training.tokens *= 2 }, .init("sequence") { $0.training.sequence /= 2 },
    .init("batch") { $0.training.batch *= 2 }, .init("seed") { $0.training.seed += 1 },
    .init("lr") { $0.optimizer.learningRate /= 2 }, .init("weight_decay") { $0.optimizer.weightDecay /= 2 },
    .init("beta1") { $0.optimizer.beta1 = 0.85 }, .init("beta2") { $0.optimizer.beta2 = 0.97 },
    .init("clip") { $0.optimizer.clip = 0.5 }, .init("warmup") { $0.schedule.warmupSteps *= 2 },
    .init("final") { $0.schedule.finalShare = 0.2 }, .init("micro_batch") { $0.layout.microBatch /= 2 },
    .init("settings") { $0.settings.append(.init("conformance", "7")) },
    .init("train data") { $0.data.train = ["/data/other"] },
    .init("checkpoints.every") { $0.checkpoints.every = 123 },
    .init("checkpoints.directory") { $0.checkpoints.directory = "/checkpoints/other" },
  ]
  for kind in JobSpec.Schedule.Kind.allCases where kind != job.schedule.kind {
    traits.append(.init("schedule \(kind)") { $0.schedule.kind = kind })
  }
  for precision in Precision.allCases where precision != job.training.precision {
    traits.append(.init("precision \(precision)") { $0.training.precision = precision })
  }
  for recomputation in Recomputation.allCases where recomputation != job.layout.recomputation {
    traits.append(.init("recompute \(recomputation)") { $0.layout.recomputation = recomputation })
  }
  if job.layout.data > 1 {
    for sharding in Layout.Sharding.allCases where sharding != job.layout.sharding {
      traits.append(.init("zero \(sharding.rawValue)") { $0.layout.sharding = sharding })
    }
  }
  let degrees: [(String, @Sendable (inout Layout) -> Void)] = [
    ("tensor", { $0.tensor = 2 }), ("pipeline", { $0.pipeline = 2 }), ("context", { $0.context = 2 }),
  ]
  for (name, widen) in degrees {
    traits.append(
      .init(name) { job in
        widen(&job.layout)
        // As many accelerators as before, or twice as many where there was one.
        if job.layout.data % 2 == 0 { job.layout.data /= 2 } else { job.resources.gpusPerNode = job.layout.devices }
      })
  }
  traits.append(
    .init("experts") { $0.model.experts = .init(count: 8, active: 2, feedForward: $0.model.feedForward / 2) })
  return traits
}
