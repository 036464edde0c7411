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
