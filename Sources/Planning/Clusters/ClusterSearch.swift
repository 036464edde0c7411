import Foundation
import ScalingLaws
import Tables
import TrainingCost

/// Computes the results of models of different sizes on one cluster.
struct ClusterSearch {
  let request: ClusterRequest
  let rule: ComputeRule
  let surface: LossSurface
  let counting: ShapeOptions.Counting
  let maxTokens: Double
  /// The given number of training tokens.
  private let minTokens: Double
  private let criticalBatch: CriticalBatch

  init(_ law: PlannableLaw, _ request: ClusterRequest, _ constraints: PlanConstraints) throws(PlanError) {
    self.request = request
    rule = law.rule
    surface = LossSurface(law, parameters: [law.fitted.parameters])
    let column = law.size.map { law.fitted.law.variables[$0].column }
    switch column {
    case "params_non_embedding": counting = .nonEmbedding
    case "active_params": counting = .active
    default: counting = request.shapes.counting
    }
    maxTokens = constraints.fixedTokens ?? constraints.maxTokens ?? .infinity
    minTokens = constraints.fixedTokens ?? 0
    do { criticalBatch = try CriticalBatch() } catch { throw PlanError("\(error)") }
  }

  /// A model near a size in its fastest layout, trained to the goal; nil if no layout fits, or no number of tokens
  /// reaches the goal.
  func run(near params: Double) throws(PlanError) -> ClusterRun? {
    try run(shape(near: params))
  }

  /// The proposed shape of a size.
  func shape(near params: Double) throws(PlanError) -> TransformerShape {
    var options = request.shapes
    options.counting = counting
    options.proposals = 1
    do {
      if let shape = try proposeShapes(params: params, options: options).first?.shape { return shape }
    } catch {
      throw PlanError(error.description)
    }
    throw PlanError("no shape is near \(formatParams(params))")
  }

  /// The same for a model's shape.
  func run(_ shape: TransformerShape) throws(PlanError) -> ClusterRun? {
    guard Double(shape.parameters.total) <= request.weights?.maxParams ?? .infinity else { return nil }
    do { return try computed(shape) } catch { throw PlanError(error.description) }
  }

  /// The batch follows from the tokens and, if a time is given, the tokens from the batch: they are first estimated at
  /// an MFU of 0.4.
  private func computed(_ shape: TransformerShape) throws(CostError) -> ClusterRun? {
    let cluster = request.cluster
    let share = request.goodput?.share ?? 1
    let counted = Double(counting.size(shape.parameters))
    let flops = shape.trainingFLOPs(.products, sequence: request.sequence)
    let peak = try cluster.accelerator.peak(request.precision) * Double(cluster.count)
    guard var tokens = tokens(ofSize: counted, perSecond: 0.4 * peak / flops) else { return nil }
    var found: ClusterRun?
    for _ in 0..<2 {
      let (batch, sentence) = batch(trainingTokens: tokens)
      let workload = TrainingWorkload(
        shape: shape, sequence: request.sequence, globalBatch: batch, precision: request.precision,
        attention: request.attention)
      let model = try StepModel(workload, on: cluster, efficiency: request.calibration?.efficiency)
      var layouts = request.layouts
      layouts.keep = 1
      guard let best = LayoutSearch(model, layouts).best.first else { return nil }
      let rate = workload.tokensPerStep / best.time.total
      guard let reached = self.tokens(ofSize: counted, perSecond: rate * share) else { return nil }
      tokens = reached
      found = ClusterRun(
        shape: shape, params: counted, tokens: tokens, loss: surface.loss(params: counted, tokens: tokens),
        workload: workload, layout: best, tokensPerSecond: rate,
        utilization: model.utilization(stepSeconds: best.time.total), seconds: tokens / rate / share,
        batchSentence: sentence)
    }
    return found.flatMap { $0.tokens < minTokens * (1 - 1e-9) ? nil : $0 }
  }

  /// The tokens that bring a size to the goal; nil if no number of them does, or there are fewer.
  private func tokens(ofSize params: Double, perSecond rate: Double) -> Double? {
    switch request.goal {
    case .seconds(let seconds): min(maxTokens, rate * seconds)
    case .flops(let flops): min(maxTokens, rule.other(params, flops: flops))
    case .loss(let loss): surface.tokens(ofSize: params, to: loss, atMost: min(maxTokens, 1e18))
    }
  }

  /// The sequences of a step, in whole parts that replicas can share, and their limit.
  private func batch(trainingTokens: Double) -> (sequences: Int, sentence: String) {
    let critical = criticalBatch.tokens(trainingTokens: trainingTokens)
    let wanted = request.batchTokens ?? critical
    let sequences = max(1, Int(min(1e9, wanted / Double(request.sequence))))
    let devices = request.cluster.count
    let unit = (1...max(1, min(devices, sequences / 8))).last { devices % $0 == 0 } ?? 1
    let rounded = sequences / unit * unit
    let tokens = formatTokens(Double(rounded * request.sequence))
    let limit = "the critical batch size at \(formatTokens(critical)) (\(CriticalBatch.citation))"
    guard let given = request.batchTokens else { return (rounded, "Batches have \(tokens), limited by \(limit).") }
    let beyond = given > 1.2 * critical ? ", which is beyond \(limit): a smaller batch would need fewer tokens" : ""
    return (rounded, "Batches have \(tokens), as given\(beyond).")
  }
}
