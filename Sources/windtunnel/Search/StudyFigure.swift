import Documents
import Report
import Search
import Studies

/// The plots of a study: its history, the importance of parameters, every parameter against the
/// result, and all of them together; with several metrics the Pareto front, and with a fidelity
/// the curves of its trials.
struct StudyFigure {
  private struct Row {
    let number: Int
    let point: [Double]
    let value: Double
    let isFeasible: Bool
  }

  private let document: StudyDocument
  private let study: Study
  private let goal: Goal
  private let importance: ParameterImportance?
  private let rows: [Row]

  private static let columns = 3

  init(_ document: StudyDocument, _ study: Study) {
    self.document = document
    self.study = study
    let goal = document.goals[0]
    self.goal = goal
    importance = document.goals.count == 1 ? ParameterImportance(study) : nil
    rows = study.trials.compactMap { trial in
      trial.loss.map {
        Row(
          number: trial.number, point: trial.point, value: goal.direction.value(ofLoss: $0),
          isFeasible: trial.isFeasible)
      }
    }
  }

  var grid: PlotGrid {
    var plots = [document.goals.count > 1 ? front : history]
    if let importance { plots.append(bars(importance)) }
    if study.fidelity != nil { plots.append(curves) }
    if study.space.parameters.count > 1 { plots.append(together) }
    plots += study.space.parameters.indices.map(slice)
    let rows = stride(from: 0, to: plots.count, by: Self.columns).map {
      Array(plots[$0..<min($0 + Self.columns, plots.count)])
    }
    return PlotGrid(title: "\(document.name): \(document.algorithm), \(study.trials.count) trials", rows: rows)
  }

  private var history: Plot {
    let improvements = document.improvements
    var layers = points(rows) { Double($0.number) }
    if let last = rows.map(\.number).max(), let final = improvements.last {
      // A step at every improvement.
      var (x, y): ([Double], [Double]) = ([], [])
      for improvement in improvements {
        if let before = y.last { (x, y) = (x + [Double(improvement.trial)], y + [before]) }
        (x, y) = (x + [Double(improvement.trial)], y + [improvement.value])
      }
      layers.append(
        .line(.init(x: x + [Double(last)], y: y + [final.value], ink: .index(1), label: "best so far")))
    }
    return Plot(title: "History", x: .init("trial"), y: .init(goal.metric), layers: layers)
  }

  private func bars(_ importance: ParameterImportance) -> Plot {
    let order = importance.shares.indices.sorted { importance.shares[$0] < importance.shares[$1] }
    let layers: [Plot.Layer] = order.enumerated().flatMap { place, index in
      let share = importance.shares[index]
      let text = "\(study.space.parameters[index].name) \(NumberText.percent(share, 2))"
      return [
        Plot.Layer.spans(.init(start: [0], end: [share], y: [Double(place + 1)], ink: .index(0))),
        .annotation(.init(x: share, y: Double(place + 1), text: text, ink: .gray)),
      ]
    }
    return Plot(
      title: "What matters", subtitle: "share of the variance explained alone (fANOVA, \(importance.trials) trials)",
      x: .init("share", range: 0...1.2), y: .init("", range: 0.4...(Double(order.count) + 0.6)), layers: layers)
  }

  private var front: Plot {
    let goals = document.goals
    func values(_ losses: [[Double]], _ goal: Int) -> [Double] {
      losses.map { goals[goal].direction.value(ofLoss: $0[goal]) }
    }
    let all = study.trials.map(\.losses).filter { !$0.isEmpty }
    let best = study.front.members.map(\.losses)
    return Plot(
      title: "Compromises", x: .init(goals[1].metric), y: .init(goals[0].metric),
      layers: [
        .points(.init(x: values(all, 1), y: values(all, 0), ink: .gray, radii: [3], label: "trials")),
        .points(.init(x: values(best, 1), y: values(best, 0), ink: .index(1), label: "best compromises")),
      ])
  }

  private var curves: Plot {
    let layers = study.trials.filter { !$0.reports.isEmpty }.map { trial in
      let isBest = trial.number == document.best?.trial
      return Plot.Layer.line(
        .init(
          x: trial.reports.map(\.fidelity), y: trial.reports.map { goal.direction.value(ofLoss: $0.loss) },
          ink: isBest ? .index(1) : .gray, width: isBest ? 2.5 : 1, label: isBest ? "the best trial" : ""))
    }
    return Plot(
      title: "How far trials came", x: .init(document.fidelity ?? "", .log10), y: .init(goal.metric), layers: layers)
  }

  private var together: Plot {
    let parameters = study.space.parameters
    // The best are drawn last, so that they are seen.
    let shown = rows.filter(\.isFeasible).sorted {
      goal.direction.loss(ofValue: $0.value) > goal.direction.loss(ofValue: $1.value)
    }
    let layers = shown.map { row in
      let places = zip(parameters, row.point).map { $1 < 0 ? Double.nan : $1 / Double(max(1, ($0.levels ?? 2) - 1)) }
      return Plot.Layer.line(
        .init(x: places.indices.map { Double($0 + 1) }, y: places, ink: .value(row.value), width: 1.2))
    }
    let names = parameters.enumerated().map { "\($0 + 1) \($1.name)" }.joined(separator: ", ")
    var plot = Plot(
      title: "Together", subtitle: names, x: .init("parameter", range: 0.9...(Double(parameters.count) + 0.1)),
      y: .init("place in its range", range: 0...1), layers: layers)
    plot.colorBar = .init(goal.metric)
    return plot
  }

  private func slice(_ index: Int) -> Plot {
    let parameter = study.space.parameters[index]
    let there = rows.filter { $0.point[index] >= 0 }
    func number(_ row: Row) -> Double {
      if case .number(let number) = study.space.value(of: row.point, at: index) { number } else { row.point[index] }
    }
    var isLogarithmic = false
    if case .float(_, log: true) = parameter.domain { isLogarithmic = true }
    if case .int(_, log: true) = parameter.domain { isLogarithmic = true }
    var levels = ""
    if let count = parameter.levels, case .text = parameter.value(atLevel: 0) {
      levels = (0..<min(count, 8)).map { "\($0) \(parameter.value(atLevel: $0))" }.joined(separator: ", ")
    }
    return Plot(
      title: parameter.name, subtitle: levels, x: .init("", isLogarithmic ? .log10 : .linear), y: .init(goal.metric),
      layers: points(there, number))
  }

  /// Trials against something, those that exceed measured constraints as crosses.
  private func points(_ rows: [Row], _ x: (Row) -> Double) -> [Plot.Layer] {
    let (kept, out) = (rows.filter(\.isFeasible), rows.filter { !$0.isFeasible })
    var layers = [Plot.Layer.points(.init(x: kept.map(x), y: kept.map(\.value), ink: .index(0), radii: [3]))]
    if !out.isEmpty {
      layers.append(
        .points(
          .init(
            x: out.map(x), y: out.map(\.value), ink: .gray, radii: [3], marker: .cross, label: "exceed a constraint")))
    }
    return layers
  }
}
