import Documents
import Foundation
import Tables
import TrainingCost

extension EntriesReading {
  /// `model: llama-3-8b`, `{params: 1.2B}`, `{params_non_embedding: 1.1B}`, or its numbers one by one; else a plan's, of which
  /// `{vocabulary: 50304}` may say that.
  func model(trainer: JobSpec.Trainer, plan: PlannedRun?) throws -> TransformerShape {
    switch value.model {
    case nil:
      guard let plan else {
        throw fault("model", "it is missing; write \(TransformerShape.documentExample), or name a plan")
      }
      return try plan.shape(vocabulary: nil, for: trainer, among: trainers)
    case .named(let name)?:
      do { return try TransformerShape.named(name) } catch { throw fault("model", "\(error)") }
    case .shape(let part)?:
      if let plan, part.node.entries?.map(\.name) == ["vocabulary"] {
        return try plan.shape(
          vocabulary: try part.value("vocabulary", as: Int.self), for: trainer, among: trainers)
      }
      for (column, key) in JobSpec.sizeKeys where part.says(key) {
        let size = try part.value(key, as: WrittenParams.self)?.value ?? 0
        guard Set((part.node.entries ?? []).map(\.name)).isSubset(of: [key, "vocabulary"]) else {
          throw part.fault(key, "beside a size a model says only its vocabulary")
        }
        return try .proposed(
          params: size, column: column, vocabulary: try part.value("vocabulary", as: Int.self), for: trainer,
          among: trainers)
      }
      return try shape(part, trainer: trainer)
    }
  }

  private func shape(_ part: Partial<TransformerShape>, trainer: JobSpec.Trainer) throws -> TransformerShape {
    func count(_ name: String) throws -> Int {
      guard let value = try part.value(name, as: Int.self) else {
        throw fault("model", "'\(name)' is missing; write \(TransformerShape.documentExample)")
      }
      guard (1...1_000_000_000).contains(value) else {
        throw part.fault(name, "it should be a whole number from 1 to 1000000000")
      }
      return value
    }
    let (layers, hidden, heads) = (try count("layers"), try count("hidden"), try count("heads"))
    if trainer.name == ReferenceTrainer().name {
      return ReferenceTrainer.shape(layers: layers, width: hidden, heads: heads)
    }
    let isGated = try part.value("gated", as: Bool.self) ?? true
    // As wide as keeps the parameters of an MLP of 4 widths, in whole tiles.
    let usual = isGated ? Int((Double(hidden) * 8 / 3 / 256).rounded(.up)) * 256 : 4 * hidden
    return try part.resolved(
      over: TransformerShape(
        layers: layers, hidden: hidden, feedForward: usual, heads: heads, vocabulary: try count("vocabulary"),
        isGated: isGated))
  }
}

extension TransformerShape: DocumentChecked {
  public func check() throws(DocumentFault) {
    do { try validate() } catch { throw DocumentFault(nil, error.description) }
  }

  /// The best shape near a size, for a trainer.
  ///
  /// - Parameter column: in which a run table holds such sizes.
  static func proposed(
    params: Double, column: String, vocabulary: Int?, for trainer: JobSpec.Trainer,
    among trainers: TrainerRegistry
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
}
