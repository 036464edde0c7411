import Fitting
import Launch

extension [CollectedRun] {
  /// The share of a run at its beginning whose losses no law of schedules predicts.
  static var beginning: Double { 0.1 }

  /// The losses along runs with their learning rates, as a table that the multi-power laws are fitted to: a row without a loss
  /// only says the rate.
  ///
  /// - Parameter metric: which loss.
  func scheduleTable(of metric: String) -> String {
    var lines = ["run,params,step,learning_rate,\(metric)"]
    for run in self {
      let first = Self.beginning * Double(run.spec.training.steps)
      var losses: [Double: Double] = [:]
      for point in run.points where point.step >= first { losses[point.step] = point.metrics[metric] }
      losses = losses.filter { $0.value.isFinite && $0.value > 0 }
      let steps = Set(run.spec.scheduleSteps(parts: 32)).union(losses.keys)
      for step in steps.sorted() {
        let cells = [
          run.spec.name, "\(run.spec.model.parameters.total)", plain(step), plain(run.spec.learningRate(at: step)),
          losses[step].map(plain) ?? "",
        ]
        lines.append(cells.joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A metric at the ends of runs over their losses: the median; nil where none measured both.
  func ratio(of metric: String) -> Double? {
    let ratios = compactMap { run -> Double? in
      guard let own = run.last(metric), let loss = run.loss else { return nil }
      return own / loss
    }
    return ratios.isEmpty ? nil : quantile(ratios.sorted(), 0.5)
  }
}
