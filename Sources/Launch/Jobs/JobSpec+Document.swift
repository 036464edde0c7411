import Foundation
import Tables
import TrainingCost

extension JobSpec {
  /// The job as a document that ``JobFile`` reads to the same job, with every default written out, as JSON with sorted keys.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public func document() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(Document(self)), as: UTF8.self) + "\n"
  }
}

/// The entries of a job file. Names are in snake case when they are written.
private struct Document: Encodable {
  let schema = JobSpec.schema
  let name: String
  let trainer: Trainer
  let model: Model
  let training: Training
  let optimizer: Optimizer
  let schedule: Schedule
  let layout: LayoutEntries
  let data: DataEntries?
  let checkpoints: Checkpoints?
  let resources: Resources
  let retries: Int
  let after: [String]?
  let settings: Entries?
  let environment: Entries?
  let secrets: [String]?
  let provenance: Provenance?
  let expected: Expected?

  struct Trainer: Encodable {
    let name: String
    let directory: String?
    let python: String
    let program: [String]?
  }

  struct Model: Encodable {
    let layers, hidden, heads, keyValueHeads, headSize, feedForward, vocabulary: Int
    let gated, tiedEmbeddings: Bool
    let norm, biases, queryKeyNorm: String
    let learnedPositions: Int
    let experts: Experts?
  }

  struct Experts: Encodable {
    let count, active, feedForward, sharedFeedForward, denseLayers: Int
    let capacityFactor: Double?
  }

  struct Training: Encodable {
    let tokens: Double
    let sequence, batch: Int
    let precision: String
    let seed: Int
  }

  struct Optimizer: Encodable {
    let lr, weightDecay, beta1, beta2, clip: Double
  }

  struct Schedule: Encodable {
    let kind: String
    let warmup: Double
    let final, decay: Double
  }

  struct LayoutEntries: Encodable {
    let data, tensor, pipeline, context, expert, chunks, microBatch, zero: Int
    let sequenceParallel: Bool
    let recompute: String
  }

  struct DataEntries: Encodable {
    let train, validation: [String]?
    let tokenizer: String?
  }

  struct Checkpoints: Encodable {
    let every: Int?
    let directory: String?
    let evaluateEvery: Int?
  }

  struct Resources: Encodable {
    let nodes, gpus, cpus: Int
    let memory, time: String?
  }

  struct Provenance: Encodable {
    let plan, fit, law: String?
    let predictedLoss: Double?
    let predictionInterval: [Double]?
  }

  struct Expected: Encodable {
    let curve: String
    let interval: Double
    let end: Double?
    let endInterval: [Double]?
    let from: Double?
    let stop: Bool
  }

  /// Names that stay as they are, where a dictionary's would become snake case.
  struct Entries: Encodable {
    let entries: [String: String]

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(entries)
    }
  }

  init(_ job: JobSpec) {
    (name, retries) = (job.name, job.retries)
    (after, secrets) = (filled(job.after), filled(job.secrets))
    trainer = Trainer(
      name: job.trainer.name, directory: job.trainer.directory, python: job.trainer.python,
      program: job.trainer.program)
    let shape = job.model
    model = Model(
      layers: shape.layers, hidden: shape.hidden, heads: shape.heads, keyValueHeads: shape.keyValueHeads,
      headSize: shape.headSize, feedForward: shape.feedForward, vocabulary: shape.vocabulary, gated: shape.isGated,
      tiedEmbeddings: shape.tiesEmbeddings, norm: shape.norm.rawValue, biases: shape.biases.rawValue,
      queryKeyNorm: shape.queryKeyNorm.rawValue, learnedPositions: shape.learnedPositions,
      experts: shape.experts.map {
        Experts(
          count: $0.count, active: $0.active, feedForward: $0.feedForward, sharedFeedForward: $0.sharedFeedForward,
          denseLayers: $0.denseLayers, capacityFactor: $0.capacityFactor)
      })
    training = Training(
      tokens: job.training.tokens, sequence: job.training.sequence, batch: job.training.batch,
      precision: job.training.precision.rawValue, seed: job.training.seed)
    optimizer = Optimizer(
      lr: job.optimizer.learningRate, weightDecay: job.optimizer.weightDecay, beta1: job.optimizer.beta1,
      beta2: job.optimizer.beta2, clip: job.optimizer.clip ?? 0)
    schedule = Schedule(
      kind: job.schedule.kind.rawValue, warmup: Double(job.schedule.warmupSteps), final: job.schedule.finalShare,
      decay: job.schedule.decayShare)
    let degrees = job.layout
    layout = LayoutEntries(
      data: degrees.data, tensor: degrees.tensor, pipeline: degrees.pipeline, context: degrees.context,
      expert: degrees.expert, chunks: degrees.virtualStages, microBatch: degrees.microBatch,
      zero: degrees.sharding.rawValue, sequenceParallel: degrees.sequenceParallel,
      recompute: degrees.recomputation.rawValue)
    data =
      job.data == .init()
      ? nil
      : DataEntries(
        train: filled(job.data.train), validation: filled(job.data.validation), tokenizer: job.data.tokenizer)
    checkpoints =
      job.checkpoints == .init()
      ? nil
      : Checkpoints(
        every: job.checkpoints.every, directory: job.checkpoints.directory,
        evaluateEvery: job.checkpoints.evaluateEvery)
    resources = Resources(
      nodes: job.resources.nodes, gpus: job.resources.gpusPerNode, cpus: job.resources.cpusPerNode,
      memory: job.resources.memory.map { "\($0) B" }, time: job.resources.time.map { "\($0) s" })
    settings = filled(job.settings).map { settings in
      Entries(entries: Dictionary(settings.map { ($0.name, $0.value) }) { $1 })
    }
    environment = job.environment.isEmpty ? nil : Entries(entries: job.environment)
    provenance =
      job.provenance == .init()
      ? nil
      : Provenance(
        plan: job.provenance.plan, fit: job.provenance.fit, law: job.provenance.law,
        predictedLoss: job.provenance.predictedLoss,
        predictionInterval: job.provenance.predictionInterval)
    expected = job.expected.map {
      Expected(
        curve: $0.curve, interval: $0.level, end: $0.end, endInterval: $0.endInterval, from: $0.from, stop: $0.stops)
    }
  }
}

/// Nil for an empty list, which is not written.
private func filled<Element>(_ list: [Element]) -> [Element]? { list.isEmpty ? nil : list }
