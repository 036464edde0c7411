import Documents
import Foundation
import Tables
import TrainingCost

extension TransformerShape {
  /// `model: llama-3-8b`, `{params: 1.2B}`, `{params_non_embedding: 1.1B}`, or its numbers one by one; else a plan's, of which
  /// `{vocabulary: 50304}` may say that.
  init(_ file: YAMLSection, trainer: JobSpec.Trainer, plan: PlannedRun?, trainers: TrainerRegistry) throws {
    let example = "{layers: 12, hidden: 768, heads: 12, vocabulary: 50304}"
    let isReference = trainer.name == ReferenceTrainer().name
    guard file.has("model") else {
      guard let plan else { throw file.fault("model", "it is missing; write \(example), or name a plan") }
      self = try plan.shape(vocabulary: nil, for: trainer, among: trainers)
      return
    }
    guard file.hasSection("model"), let section = try file.section("model", example: example) else {
      let name = try file.text("model") ?? ""
      do { self = try TransformerShape.named(name) } catch { throw file.fault("model", "\(error)") }
      return
    }
    if let plan, section.names == ["vocabulary"] {
      self = try plan.shape(vocabulary: try section.count("vocabulary"), for: trainer, among: trainers)
      return
    }
    for (column, key) in JobSpec.sizeKeys where section.has(key) {
      try section.checkKeys([key, "vocabulary"])
      let size = try section.quantity(key) { text throws(QuantityError) in try parseCount(text, of: .params) } ?? 0
      self = try Self.proposed(
        params: size, column: column, vocabulary: section.count("vocabulary"), for: trainer, among: trainers)
      return
    }
    try section.checkKeys([
      "params", "params_non_embedding", "layers", "hidden", "heads", "key_value_heads", "head_size", "feed_forward",
      "vocabulary", "gated",
      "tied_embeddings", "norm", "biases", "learned_positions", "query_key_norm", "experts",
    ])
    let layers = try section.needed("layers", example, try section.count("layers"))
    let hidden = try section.needed("hidden", example, try section.count("hidden"))
    let heads = try section.needed("heads", example, try section.count("heads"))
    if isReference {
      self = ReferenceTrainer.shape(layers: layers, width: hidden, heads: heads)
      return
    }
    let isGated = try section.flag("gated") ?? true
    // As wide as keeps the parameters of an MLP of 4 widths, in whole tiles.
    let usual = isGated ? Int((Double(hidden) * 8 / 3 / 256).rounded(.up)) * 256 : 4 * hidden
    self.init(
      layers: layers, hidden: hidden, feedForward: try section.count("feed_forward") ?? usual, heads: heads,
      keyValueHeads: try section.count("key_value_heads"), headSize: try section.count("head_size"),
      vocabulary: try section.needed("vocabulary", example, try section.count("vocabulary")), isGated: isGated,
      tiesEmbeddings: try section.flag("tied_embeddings") ?? false,
      biases: try section.choice("biases", Biases.self) ?? .none, norm: try section.choice("norm", Norm.self) ?? .rms,
      learnedPositions: try section.whole("learned_positions") ?? 0, experts: try Self.experts(section),
      queryKeyNorm: try section.choice("query_key_norm", QueryKeyNorm.self) ?? .none)
    do { try validate() } catch { throw file.fault("model", "\(error)") }
  }

  /// The best shape near a size, for a trainer.
  ///
  /// - Parameter column: in which a run table holds such sizes.
  static func proposed(
    params: Double, column: String, vocabulary: Int?, for trainer: JobSpec.Trainer, among trainers: TrainerRegistry
  ) throws -> TransformerShape {
    let embedding = column != Role.paramsNonEmbedding.rawValue
    let backEnd = trainers.named(trainer.name)
    if let own = backEnd?.model(nearest: params, embedding: embedding, vocabulary: vocabulary) {
      let count = Double(embedding ? own.parameters.total : own.parameters.nonEmbedding)
      guard abs(log(count / params)) < log(1.25) else {
        throw CostError(
          "no model of \(trainer.name) is near \(formatCount(params)) parameters: the nearest has \(formatCount(count))"
        )
      }
      return own
    }
    var options = ShapeOptions()
    options.counting = embedding ? .total : .nonEmbedding
    options.vocabulary = vocabulary
    guard let best = try proposeShapes(params: params, options: options).first else {
      throw CostError("no shape is near \(formatCount(params)) parameters")
    }
    return best.shape
  }

  private static func experts(_ model: YAMLSection) throws(DocumentError) -> ExpertLayers? {
    let example = "{count: 64, active: 8, feed_forward: 1024}"
    guard let section = try model.section("experts", example: example) else { return nil }
    try section.checkKeys(["count", "active", "feed_forward", "shared_feed_forward", "dense_layers", "capacity_factor"])
    return ExpertLayers(
      count: try section.needed("count", example, try section.count("count")),
      active: try section.needed("active", example, try section.count("active")),
      feedForward: try section.needed("feed_forward", example, try section.count("feed_forward")),
      sharedFeedForward: try section.whole("shared_feed_forward") ?? 0,
      denseLayers: try section.whole("dense_layers") ?? 0, capacityFactor: try section.number("capacity_factor"))
  }
}

extension Layout {
  init(
    _ file: YAMLSection, resources: JobSpec.Resources, training: JobSpec.Training, plan: PlannedRun?
  ) throws {
    let section = try file.section("layout", example: "{tensor: 2, pipeline: 2, micro_batch: 1, zero: 1}")
    try section?.checkKeys([
      "data", "tensor", "pipeline", "context", "expert", "chunks", "micro_batch", "zero", "sequence_parallel",
      "recompute",
    ])
    let run = plan?.run
    let tensor = try section?.count("tensor") ?? run?.tensor ?? 1
    let pipeline = try section?.count("pipeline") ?? run?.pipeline ?? 1
    let context = try section?.count("context") ?? run?.context ?? 1
    let data = try section?.count("data") ?? max(1, resources.devices / (tensor * pipeline * context))
    let zero = try section?.whole("zero") ?? run?.zero ?? 0
    guard let sharding = Sharding(rawValue: zero) else {
      throw (section ?? file).fault("zero", "it should be 0, 1, 2 or 3")
    }
    self.init(
      data: data, tensor: tensor, pipeline: pipeline, context: context,
      expert: try section?.count("expert") ?? run?.expert ?? 1,
      virtualStages: try section?.count("chunks") ?? run?.virtualStages ?? 1,
      microBatch: try section?.count("micro_batch") ?? run?.microBatch ?? max(1, training.batch / data),
      sharding: sharding, sequenceParallel: try section?.flag("sequence_parallel") ?? (tensor > 1),
      recomputation: try section?.choice("recompute", Recomputation.self)
        ?? run.flatMap { Recomputation(rawValue: $0.recompute) } ?? .none)
    guard devices == resources.devices else {
      throw (section ?? file).fault(
        "data",
        "the layout is for \(devices) accelerators (data x tensor x pipeline x context), the resources are "
          + "\(resources.nodes) nodes of \(resources.gpusPerNode)")
    }
    guard training.batch % (data * microBatch) == 0 else {
      throw (section ?? file).fault(
        "micro_batch",
        "\(training.batch) sequences a step do not divide among \(data) replicas with micro-batches of "
          + "\(microBatch)")
    }
  }
}
