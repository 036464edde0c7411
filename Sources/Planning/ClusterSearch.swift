import Foundation
import ScalingLaws
import Tables
import TrainingCost

/// Works out what models of different sizes come to on one cluster in one time.
struct ClusterSearch {
  let request: ClusterRequest
  let surface: LossSurface
  let counting: ShapeOptions.Counting
  let maxTokens: Double
  private let criticalBatch: CriticalBatch

  init(_ law: PlannableLaw, _ request: ClusterRequest, maxTokens: Double?) throws(PlanError) {
    self.request = request
    surface = LossSurface(law, parameters: [law.fitted.parameters])
    let column = law.size.map { law.fitted.law.variables[$0].column }
    switch column {
    case "params_non_embedding": counting = .nonEmbedding
    case "active_params": counting = .active
    default: counting = request.shapes.counting
    }
    self.maxTokens = maxTokens ?? .infinity
    do { criticalBatch = try CriticalBatch() } catch { throw PlanError("\(error)") }
  }

  /// A model near a size in its fastest layout, trained for the whole time; nil where no layout fits.
  func run(near params: Double) throws(PlanError) -> ClusterRun? {
    var options = request.shapes
    options.counting = counting
    options.proposals = 1
    do {
      guard let shape = try proposeShapes(params: params, options: options).first?.shape else { return nil }
      return try run(shape)
    } catch {
      throw PlanError(error.description)
    }
  }

  /// The batch follows from the tokens and the tokens from the batch: the first guess of the tokens is at an MFU of 0.4.
  private func run(_ shape: TransformerShape) throws(CostError) -> ClusterRun? {
    let cluster = request.cluster
    let share = request.goodput?.share ?? 1
    let flops = shape.trainingFLOPs(.products, sequence: request.sequence)
    let peak = try cluster.accelerator.peak(request.precision) * Double(cluster.count)
    var tokens = min(maxTokens, 0.4 * peak * request.seconds / flops)
    var found: ClusterRun?
    for _ in 0..<2 {
      let (batch, sentence) = batch(trainingTokens: tokens)
      let workload = TrainingWorkload(
        shape: shape, sequence: request.sequence, globalBatch: batch, precision: request.precision)
      let model = try StepModel(workload, on: cluster, efficiency: request.calibration?.efficiency)
      var layouts = request.layouts
      layouts.keep = 1
      guard let best = LayoutSearch(model, layouts).best.first else { return nil }
      let rate = workload.tokensPerStep / best.time.total
      tokens = min(maxTokens, rate * request.seconds * share)
      let counted = Double(counting.size(shape.parameters))
      found = ClusterRun(
        shape: shape, params: counted, tokens: tokens, loss: surface.loss(params: counted, tokens: tokens),
        workload: workload, layout: best, tokensPerSecond: rate,
        utilisation: model.utilisation(stepSeconds: best.time.total), seconds: tokens / rate / share,
        batchSentence: sentence)
    }
    return found
  }

  /// Sequences of a step, in whole parts that replicas can share, and what limits them.
  private func batch(trainingTokens: Double) -> (sequences: Int, sentence: String) {
    let critical = criticalBatch.tokens(trainingTokens: trainingTokens)
    let wanted = request.batchTokens ?? critical
    let sequences = max(1, Int(wanted / Double(request.sequence)))
    let devices = request.cluster.count
    let unit = (1...max(1, min(devices, sequences / 8))).last { devices % $0 == 0 } ?? 1
    let rounded = sequences / unit * unit
    let tokens = formatTokens(Double(rounded * request.sequence))
    let limit = "the critical batch size at \(formatTokens(critical)) (\(CriticalBatch.citation))"
    guard let given = request.batchTokens else { return (rounded, "Batches are of \(tokens), limited by \(limit).") }
    let beyond = given > 1.2 * critical ? ", which is beyond \(limit): more steps would do with fewer tokens" : ""
    return (rounded, "Batches are of \(tokens), as given\(beyond).")
  }
}
