import Documents
import Foundation
import Planning
import Tables
import TrainingCost

/// What a plan says of the run that it is for.
struct PlannedRun: Sendable {
  let params: Double
  /// The column in which a run table holds such a size.
  let sizeColumn: String
  let tokens: Double
  /// Shape and layout, where it was planned for a cluster.
  let run: PlanDocument.Run?
  let provenance: JobSpec.Provenance

  /// - Throws: ``DocumentError`` for a file that is missing; ``PlanError`` for one that is no plan, or has no size or tokens.
  init(path: String) throws {
    let bytes = Data(
      try DocumentFile.text(of: path, "plan", remedy: "write one by 'windtunnel plan --output \(path)'").utf8)
    let plan: PlanDocument
    do { plan = try PlanDocument(json: bytes) } catch { throw DocumentError("\(path): \(error)") }
    run = plan.cluster?.best
    guard let params = run?.params ?? plan.params?.value, let tokens = run?.tokens ?? plan.tokens?.value else {
      throw DocumentError("\(path): this plan has no size and tokens to train")
    }
    (self.params, self.tokens) = (params, tokens)
    sizeColumn = run == nil ? plan.sizeColumn ?? Role.params.rawValue : Role.params.rawValue
    provenance = JobSpec.Provenance(
      plan: fingerprint(of: bytes), fit: plan.fit, law: plan.law, predictedLoss: run?.loss ?? plan.loss.value,
      predictionInterval: plan.loss.predictionInterval)
  }

  /// - Parameter vocabulary: nil for the plan's own, or the trainer's usual one.
  func shape(
    vocabulary: Int?, for trainer: JobSpec.Trainer, among trainers: TrainerRegistry
  ) throws -> TransformerShape {
    guard let run, trainer.name != ReferenceTrainer().name else {
      guard JobSpec.sizeKeys[sizeColumn] != nil else {
        throw PlanError(
          "the plan counts its size as '\(sizeColumn)', for which no shape can be found; give the job its 'model'")
      }
      return try .proposed(params: params, column: sizeColumn, vocabulary: vocabulary, for: trainer, among: trainers)
    }
    guard vocabulary ?? run.vocabulary == run.vocabulary else {
      throw PlanError(
        "the plan is for a vocabulary of \(run.vocabulary); plan again for another, or leave it out of 'model'")
    }
    var shape = TransformerShape(
      layers: run.layers, hidden: run.hidden, feedForward: run.feedForward, heads: run.heads,
      keyValueHeads: run.keyValueHeads, vocabulary: run.vocabulary)
    // The plan counts all parameters, which tells whether the embedding is counted once or twice.
    let untied = abs(Double(shape.parameters.total) - run.params)
    shape.tiesEmbeddings = true
    if untied <= abs(Double(shape.parameters.total) - run.params) { shape.tiesEmbeddings = false }
    return shape
  }
}

extension JobSpec.Provenance {
  init(_ file: YAMLSection, plan: PlannedRun?) throws(DocumentError) {
    self = plan?.provenance ?? JobSpec.Provenance()
    guard let section = try file.section("provenance", example: "{plan: SHA-256}") else { return }
    try section.checkKeys(["plan", "fit", "law", "predicted_loss", "prediction_interval"])
    self.plan = try section.text("plan") ?? self.plan
    fit = try section.text("fit") ?? fit
    law = try section.text("law") ?? law
    predictedLoss = try section.number("predicted_loss") ?? predictedLoss
    if let bounds = try section.texts("prediction_interval") { predictionInterval = bounds.compactMap(Double.init) }
  }
}
