import Fitting

extension [CollectedRun] {
  /// The share of a run before which its losses are those of a beginning, which no law of schedules foretells.
  public static var beginning: Double { 0.1 }

  /// The losses along runs, with the learning rates by which they came about, as the multi-power laws are fitted to them: a row
  /// without a loss only says the rate.
  ///
  /// - Parameter metric: which loss.
  public func scheduleTable(of metric: String) -> String {
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
  public func ratio(of metric: String) -> Double? {
    let ratios = compactMap { run -> Double? in
      guard let own = run.last(metric), let loss = run.loss else { return nil }
      return own / loss
    }
    return ratios.isEmpty ? nil : quantile(ratios.sorted(), 0.5)
  }
}
