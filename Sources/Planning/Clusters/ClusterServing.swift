import Documents
import Foundation
import Tables
import TrainingCost

/// The accelerator time that sizes take to train to one loss on a cluster and then to serve.
public struct ClusterServing: Sendable {
  /// Tokens to be served, prompts and answers together.
  public let tokens: Double
  /// The loss that each size is trained to.
  public let loss: Double
  /// The sizes that reach it, the smallest first.
  public let rows: [Row]
  /// The assumptions of serving, and the result of the choice, one sentence each.
  public let sentences: [String]

  public struct Row: Sendable {
    public let run: ClusterRun
    public let trainingHours: Double
    public let servingHours: Double
    /// The number of accelerators that share a copy of the model.
    public let tensor: Int
    /// The number of sequences answered in parallel.
    public let batch: Int

    public var hours: Double { trainingHours + servingHours }
  }

  /// The relative excess over the lowest loss that is allowed for a model that is cheaper to serve.
  public static let tolerance = 0.005
  /// Tokens of a prompt and of an answer.
  static let prompt = 1024
  static let answer = 256
}

extension ClusterSearch {
  /// The sizes that come within the tolerance of the lowest loss, each trained only to it, with the cost of serving
  /// them.
  func serving(_ tokens: Double, of sizes: [ClusterRun]) throws(PlanError) -> ClusterServing {
    let least = sizes.map(\.loss).min() ?? .infinity
    var (loss, nearness) = (
      least * (1 + ClusterServing.tolerance),
      "Within \(NumberText.percent(ClusterServing.tolerance)) of the lowest loss"
    )
    if case .loss(let target) = request.goal { (loss, nearness) = (target, "At this loss") }
    if let served = request.servedLoss { (loss, nearness) = (served, "At one loss for all numbers of experts") }
    var rows: [ClusterServing.Row] = []
    for run in sizes where run.loss <= loss {
      guard let serving = try cheapestServing(of: run.shape) else { continue }
      let needed = surface.tokens(ofSize: run.params, to: loss, atMost: run.tokens)
      let shorter = run.trained(on: needed ?? run.tokens, loss: loss)
      let hours = shorter.seconds * Double(request.cluster.count) / 3600
      rows.append(
        .init(
          run: shorter, trainingHours: hours, servingHours: tokens * serving.secondsPerToken / 3600,
          tensor: serving.tensor, batch: serving.batch))
    }
    guard let best = rows.min(by: { $0.hours < $1.hours }) else {
      throw PlanError("none of the sizes that can be trained fits on one node for serving")
    }
    let name = request.cluster.accelerator.name
    let fastest = rows.min { $0.trainingHours < $1.trainingHours } ?? best
    return ClusterServing(
      tokens: tokens, loss: loss, rows: rows,
      sentences: [
        "Serving is estimated by a roofline for prompts of \(ClusterServing.prompt) tokens and answers of "
          + "\(ClusterServing.answer), in the largest batch that memory holds, on \(name) in 16 bits.",
        "\(nearness), \(formatParams(best.run.params)) are cheapest to train and to serve \(formatTokens(tokens)): "
          + "\(formatGPUHours(best.trainingHours)) and "
          + "\(formatGPUHours(best.servingHours)), compared with \(formatGPUHours(fastest.trainingHours)) and "
          + "\(formatGPUHours(fastest.servingHours)) for the cheapest to train, \(formatParams(fastest.run.params)).",
      ])
  }

  /// Accelerator seconds per token, prompts and answers together; nil if no degree up to a node fits.
  private func cheapestServing(
    of shape: TransformerShape
  ) throws(PlanError) -> (secondsPerToken: Double, tensor: Int, batch: Int)? {
    let (prompt, answer) = (ClusterServing.prompt, ClusterServing.answer)
    let workload = ServingWorkload(shape: shape, promptTokens: prompt, generatedTokens: answer)
    var best: (secondsPerToken: Double, tensor: Int, batch: Int)?
    for tensor in [1, 2, 4, 8] where shape.heads % tensor == 0 {
      guard
        let model = try? ServingModel(
          workload, on: request.cluster.accelerator, tensor: tensor, efficiency: request.calibration?.efficiency),
        let cost = try? model.cheapest()
      else { continue }
      let seconds = cost.prompt.total + Double(answer) * cost.step.total / Double(cost.batch)
      let perToken = seconds * Double(tensor) / Double(prompt + answer)
      if perToken < best?.secondsPerToken ?? .infinity { best = (perToken, tensor, cost.batch) }
    }
    return best
  }
}

extension ClusterRun {
  /// The same run, ended after fewer tokens.
  func trained(on tokens: Double, loss: Double) -> ClusterRun {
    ClusterRun(
      shape: shape, params: params, tokens: tokens, loss: loss, workload: workload, layout: layout,
      tokensPerSecond: tokensPerSecond, utilization: utilization, seconds: seconds * tokens / self.tokens,
      batchSentence: batchSentence)
  }
}
