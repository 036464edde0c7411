import Documents
import Foundation
import Launch
import Report
import RunStore

extension Deviation {
  /// A warning of it, what it is likely to come from, and what can be done, each a line.
  ///
  /// - Parameter isStopped: whether the job is ended for it.
  func lines(of job: JobRecord, in directory: String, isStopped: Bool) -> [String] {
    let stop =
      job.state.isEnded
      ? "" : isStopped ? "it is stopped; " : "stop it by 'windtunnel jobs cancel \(directory) \(job.name)'; "
    let sentences =
      ["\(summary): \(comparison)"] + causes.map { "likely: \($0.sentence)" } + [
        "\(stop)to plan again, fit to what was measured: 'windtunnel jobs collect \(directory) --curves'"
      ]
    return sentences.map { "warning: job \(job.name): \($0)" }
  }

  private var comparison: String {
    guard side != .diverged else { return "\(short(expected.loss)) was expected there" }
    return "\(short(loss)) where \(range(expected)) was expected; so far off it ends at \(short(endLoss)), not "
      + range(expectedEnd)
  }

  private func range(_ point: ExpectedCurve.Point) -> String {
    "\(short(point.loss)) [\(short(point.low)), \(short(point.high))]"
  }
}

private func short(_ value: Double) -> String { NumberText.rounded(value, 4) }

extension Deviation.Cause {
  /// The deviation and where to look, in a sentence.
  fileprivate var sentence: String {
    switch self {
    case .otherRate(let step, let given, let meant):
      "the trainer's learning rate at step \(NumberText.count(step, 6)) is \(short(given)) where the schedule has \(short(meant)): look at "
        + "its peak, warm-up and number of steps"
    case .otherBatch(let tokens, let meant):
      "a step has \(NumberText.count(tokens, 6)) tokens where the job has \(NumberText.count(meant, 6)): look at the batch, the sequence and the number "
        + "of devices"
    case .diverged:
      "training became unstable: lower the peak learning rate or lengthen the warm-up, clip gradients, look at the data of "
        + "those steps, and go on from a checkpoint before them"
    case .bitsForNats(let factor): "all losses are \(short(factor)) times the expected: bits where nats were expected"
    case .natsForBits(let factor): "all losses are \(short(factor)) times the expected: nats where bits were expected"
    case .jump(let step, let from, let to):
      "the loss jumped at step \(NumberText.count(step, 6)) from \(short(from)) to \(short(to)): an unstable step; lower the peak learning "
        + "rate, clip gradients, look at the data there, or go on from a checkpoint before it"
    case .otherData:
      "the distance has been the same from the first: the data, the tokenizer or the model are other than those of the runs "
        + "behind the curve, or losses are averaged otherwise"
    case .stalled(let since, let expectedFall):
      "the loss has not fallen as it should since step \(NumberText.count(since, 6)), by \(short(expectedFall)): is the learning rate far "
        + "too high or almost 0, does the same data come again and again, are weights frozen?"
    case .fallsBehind:
      "it falls behind the longer it trains: the learning rate is too high or too low for this model, data is poorer than that "
        + "of the runs behind the curve, or gradients are noisier or clipped more than theirs"
    case .leak:
      "lower losses than expected are seldom good luck: is held-out text among the training data, does text repeat, or do "
        + "masked tokens count?"
    }
  }
}
