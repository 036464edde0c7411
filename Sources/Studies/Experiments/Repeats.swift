import Fitting
import RunStore
import Search

/// An evaluation that runs every trial several times, each with its own seed, and takes the means
/// of the values, for noisy objectives.
///
/// Times and costs are added up, and the standard deviation of a metric NAME is kept as `NAME_sd`.
/// The first run that fails ends the trial.
func repeated(_ evaluate: @escaping Evaluation, times: Int, goals: [Goal]) -> Evaluation {
  { job, report in
    var values: [[Double]] = []
    var records: [TrialRecord] = []
    for repetition in 0..<times {
      var random = SplitMix64(seed: job.seed, stream: repetition)
      let result = try await evaluate(
        TrialJob(
          number: job.number, values: job.values, fidelity: job.fidelity, from: job.from, attempt: job.attempt,
          seed: repetition == 0 ? job.seed : random.next() >> 33, repetition: repetition), report)
      records.append(result.record)
      guard case .finished(let found) = result.end else { return TrialResult(result.end, mean(records)) }
      values.append(found)
    }
    var record = mean(records)
    for (index, goal) in goals.enumerated() {
      let all = values.map { $0[index] }
      record.metrics["\(goal.metric)_sd"] = standardDeviation(all)
    }
    let means = goals.indices.map { index in Fitting.mean(values.map { $0[index] }) }
    return TrialResult(.finished(values: means), record)
  }
}

/// The record of several runs of a trial: the sums of times and costs, and the means of metrics.
private func mean(_ records: [TrialRecord]) -> TrialRecord {
  let count = Double(records.count)
  var mean = TrialRecord(seconds: records.reduce(0) { $0 + $1.seconds })
  let costs = records.compactMap(\.cost)
  mean.cost = costs.isEmpty ? nil : costs.reduce(0, +)
  let names = Set(records.flatMap { Array($0.metrics.keys) })
  for name in names where records.allSatisfy({ $0.metrics[name] != nil }) {
    mean.metrics[name] = records.reduce(0) { $0 + ($1.metrics[name] ?? 0) } / count
  }
  let excesses = records.compactMap(\.excess)
  if excesses.count == records.count, !excesses.isEmpty { mean.excess = excesses.reduce(0, +) / count }
  return mean
}
