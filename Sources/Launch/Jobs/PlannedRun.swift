import Documents
import Foundation
import Planning
import Tables
import TrainingCost

/// The run of a plan.
struct PlannedRun: Sendable {
  let params: Double
  /// The column in which a run table holds such a size.
  let sizeColumn: String
  let tokens: Double
  /// Shape and layout, where it was planned for a cluster.
  let run: PlanDocument.Run?
  /// Accelerators of a node of that cluster.
  let devicesPerNode: Int?
  let provenance: JobSpec.Provenance

  /// - Throws: ``DocumentError`` for a file that is missing; ``PlanError`` for one that is no plan, or has no size or tokens.
  init(path: String) throws {
    let text = try DocumentFile.text(of: path, PlanDocument.kind, remedy: PlanDocument.remedy)
    let plan = try PlanDocument.read(text: text, from: path).value
    run = plan.cluster?.best
    devicesPerNode = plan.cluster?.devicesPerNode
    guard let params = run?.params ?? plan.params?.value, let tokens = run?.tokens ?? plan.tokens?.value else {
      throw DocumentError("\(path): this plan has no size and tokens to train")
    }
    (self.params, self.tokens) = (params, tokens)
    sizeColumn = run == nil ? plan.sizeColumn ?? Role.params.rawValue : Role.params.rawValue
    provenance = JobSpec.Provenance(
      plan: fingerprint(of: text.utf8), fit: plan.fit, law: plan.law, predictedLoss: run?.loss ?? plan.loss.value,
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
    let shape = run.workload.shape
    guard vocabulary ?? shape.vocabulary == shape.vocabulary else {
      throw PlanError(
        "the plan is for a vocabulary of \(shape.vocabulary); plan again for another, or leave it out of 'model'")
    }
    return shape
  }
}
