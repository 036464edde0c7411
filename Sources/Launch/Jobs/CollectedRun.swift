import Foundation
import RunStore
import Tables

/// The measurements of a job, as its trainer wrote them.
public struct CollectedRun: Sendable {
  public let spec: JobSpec
  public let state: JobRecord.State
  /// Everything that was written, by rising step; of steps that were run again after a failure, the last.
  public let points: [Point]
  /// Wall time of the last attempt.
  public let seconds: Double?
  public struct Point: Sendable, Hashable {
    public let step: Double
    public let tokens: Double
    /// By our names of metrics.
    public let metrics: [String: Double]
  }

  /// The held-out loss in nats per token at the end, or, of a trainer that measured none, the training loss there.
  public var loss: Double? { last("loss") ?? last("train_loss") }

  /// 6 · params · tokens, in FLOP.
  public var flops: Double { 6 * Double(spec.model.parameters.total) * tokens }

  /// Trained so far.
  public var tokens: Double { points.last?.tokens ?? 0 }

  /// A job's measurements in a store, where ``JobWatch`` writes them.
  ///
  /// - Throws: `DocumentError` where its description cannot be read; `StoreError`.
  public init(_ job: JobRecord, in store: JobStore) throws {
    spec = try JobSpec(document: job.description, path: "\(job.directory)/job.json")
    state = job.state
    seconds = job.began.flatMap { began in job.ended.map { $0 - began } }
    var found: [Double: [String: Double]] = [:]
    for one in try store.measurements(of: job.name) { found[one.step, default: [:]][one.metric] = one.value }
    let perStep = Double(spec.training.tokensPerStep)
    points = found.sorted { $0.key < $1.key }.map { step, metrics in
      Point(step: step, tokens: metrics["tokens"] ?? step * perStep, metrics: metrics)
    }
  }

  /// The last finite value of a metric; nil where there is none.
  public func last(_ name: String) -> Double? { points.last { $0.metrics[name]?.isFinite == true }?.metrics[name] }
}

extension [CollectedRun] {
  /// A run table with a row for each run that came to its end, as `windtunnel fit` reads it.
  public var runTable: String {
    var lines = [
      "run,params,params_non_embedding,tokens,flops,loss,layers,hidden,heads,learning_rate,batch_tokens,steps,seed,seconds"
    ]
    for run in self where run.state == .succeeded {
      let (model, training) = (run.spec.model, run.spec.training)
      let cells: [String] = [
        run.spec.name, "\(model.parameters.total)", "\(model.parameters.nonEmbedding)", plain(run.tokens),
        plain(run.flops), run.loss.map(plain) ?? "", "\(model.layers)", "\(model.hidden)", "\(model.heads)",
        plain(run.spec.optimizer.learningRate), "\(training.tokensPerStep)", "\(training.steps)", "\(training.seed)",
        run.seconds.map(plain) ?? "",
      ]
      lines.append(cells.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Loss curves: a row for each point that has a loss, every metric whose name ends in `loss`, with the trainer's learning
  /// rate, or where it told none the schedule's.
  public var curveTable: String {
    let usual = ["loss", "train_loss"]
    let names = Set(flatMap { $0.points.flatMap(\.metrics.keys) }).filter { $0.hasSuffix("loss") }
    let losses = usual + names.subtracting(usual).sorted()
    var lines = [(["run", "params", "step", "tokens", "flops"] + losses + ["learning_rate"]).map(csvField)]
    for run in self {
      let params = run.spec.model.parameters.total
      for point in run.points where losses.contains(where: { point.metrics[$0] != nil }) {
        let rate = point.metrics["learning_rate"] ?? run.spec.learningRate(at: point.step)
        lines.append(
          [run.spec.name, "\(params)", plain(point.step), plain(point.tokens)]
            + [plain(6 * Double(params) * point.tokens)]
            + (losses.map { point.metrics[$0] } + [rate]).map { value in
              value.flatMap { $0.isFinite ? plain($0) : nil } ?? ""
            })
      }
    }
    return lines.map { $0.joined(separator: ",") + "\n" }.joined()
  }
}
