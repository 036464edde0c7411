import Documents
import Foundation
import Report
import ScalingLaws
import Tables

/// The tables of choices of a model.
struct SelectView {
  let document: SelectionDocument
  /// The number of models shown for each ranking.
  private var top: Int { document.top ?? 10 }
  let terminal: Terminal

  var text: String {
    // Scores of many budgets are printed as one table, which includes the choices.
    let sections =
      scored && document.selections.count > 1
      ? [choices, scores("PearCorr", \.pearson), scores("RelAcc", \.relativeAccuracy)]
      : document.selections.map(section)
    return (sections + [words]).joined(separator: "\n")
  }

  private var scored: Bool { document.selections.contains { $0.methods.contains { $0.score != nil } } }

  private var width: Int { max(terminal.columns, 120) }

  private var levelText: String { "\(NumberText.percent(document.level)) interval" }

  private func section(_ selection: ModelSelection) -> String {
    let examples = NumberText.count(selection.target)
    let chosen = selection.chosen
    let name = document.by.map { selection.group[$0] ?? "" }.joined(separator: ", ")
    let truth = chosen.trueLoss.map { "; its true loss is \(NumberText.rounded($0, 4))" } ?? ""
    let spent = selection.spent
    let lines = [
      terminal.styled("\(name.isEmpty ? "" : "\(name): ")fine-tune \(chosen.model)", .bold),
      "\(valueText(chosen, selection.method)) (\(selection.method.basis))\(truth)",
      "observed \(spent.models) models in \(spent.runs) runs on up to \(NumberText.count(selection.observedUpTo)) "
        + "examples: \(NumberText.count(spent.examples)) in total, \(NumberText.percent(spent.share)) of fine-tuning "
        + "every model on "
        + examples,
    ]
    return lines.map { $0 + "\n" }.joined() + "\n" + ranking(selection) + "\n" + methods(selection)
  }

  private func valueText(_ model: ModelSelection.RankedModel, _ method: SelectionMethod) -> String {
    method == .modelSize
      ? formatParams(model.value)
      : "loss \(NumberText.rounded(model.value, 4))"
        + (model.interval.map { ", \(levelText) \(ends($0))" } ?? "")
  }

  private func ends(_ interval: [Double]?) -> String {
    interval.map { "\(NumberText.rounded($0[0], 4)) … \(NumberText.rounded($0[1], 4))" } ?? "–"
  }

  /// The models ranked by the method that chose, with the estimates of the others.
  private func ranking(_ selection: ModelSelection) -> String {
    guard let ranking = selection.ranking(by: selection.method) else { return "" }
    let others = SelectionMethod.allCases.filter { $0 != selection.method }
    let isScored = ranking.score != nil
    var table = TextTable(
      [.init("rank", .right), .init("model"), .init(selection.method.rawValue, .decimal), .init(levelText)]
        + others.map { .init($0.rawValue, .decimal) } + (isScored ? [.init("true loss", .decimal)] : []),
      terminal: terminal)
    for (place, model) in ranking.ranking.prefix(top).enumerated() {
      table.add(
        [String(place + 1), model.model, cell(model.value, selection.method), ends(model.interval)]
          + others.map { other in
            let found = selection.ranking(by: other)?.ranking.first { $0.model == model.model }
            return found.map { cell($0.value, other) } ?? "–"
          } + (isScored ? [model.trueLoss.map { NumberText.rounded($0, 4) } ?? "–"] : []))
    }
    let rest = ranking.ranking.count - top
    return table.render(width: width)
      + (rest > 0 ? terminal.styled("and \(rest) more; --top shows them", .dim) + "\n" : "")
  }

  private func cell(_ value: Double, _ method: SelectionMethod) -> String {
    method == .modelSize ? formatCount(value) : NumberText.rounded(value, 4)
  }

  /// The choice of each method.
  private func methods(_ selection: ModelSelection) -> String {
    var table = TextTable(
      [.init("method"), .init("chooses"), .init("based on"), .init("value", .decimal), .init(levelText)]
        + (scored ? [.init("true loss", .decimal), .init("PearCorr", .decimal), .init("RelAcc", .decimal)] : []),
      terminal: terminal)
    for ranking in selection.methods {
      let first = ranking.ranking.first
      table.add(
        [
          ranking.method.rawValue, first?.model ?? "–", ranking.method.basis,
          first.map { cell($0.value, ranking.method) } ?? "–", ends(first?.interval),
        ]
          + (scored
            ? [
              first?.trueLoss.map { NumberText.rounded($0, 4) } ?? "–", percent(ranking.score?.pearson),
              percent(ranking.score?.relativeAccuracy),
            ] : []))
    }
    return table.render(width: width) + unranked(selection)
  }

  private func unranked(_ selection: ModelSelection) -> String {
    selection.methods.compactMap { ranking in
      guard let (model, reason) = ranking.unranked.min(by: { $0.key < $1.key }) else { return nil }
      let count = ranking.unranked.count
      return wrapped(
        "\(ranking.method.rawValue) cannot rank \(count) model\(count == 1 ? "" : "s"), such as \(model): \(reason)",
        label: terminal.styled("note", .dim), labelWidth: 4, width: terminal.columns) + "\n"
    }.joined()
  }

  private func percent(_ value: Double?) -> String { value.map { NumberText.fixed($0, 1) } ?? "–" }

  private var choices: String {
    var table = TextTable(
      groupColumns + [
        .init("chosen by \(document.selections[0].method.rawValue)"), .init("value", .decimal), .init(levelText),
        .init("true loss", .decimal), .init("spent", .decimal),
      ], terminal: terminal)
    for selection in document.selections {
      table.add(
        groupCells(selection) + [
          selection.chosen.model, cell(selection.chosen.value, selection.method), ends(selection.chosen.interval),
          selection.chosen.trueLoss.map { NumberText.rounded($0, 4) } ?? "–",
          NumberText.percent(selection.spent.share),
        ])
    }
    return table.render(width: width)
  }

  private func scores(_ name: String, _ value: (SelectionScore) -> Double?) -> String {
    var table = TextTable(
      groupColumns + SelectionMethod.allCases.map { .init($0.rawValue, .decimal) }, title: name, terminal: terminal)
    for selection in document.selections {
      table.add(groupCells(selection) + selection.methods.map { percent($0.score.flatMap(value)) })
    }
    return table.render(width: width)
  }

  private var groupColumns: [TextTable.Column] { document.by.map { .init($0) } + [.init("ratio", .right)] }

  private func groupCells(_ selection: ModelSelection) -> [String] {
    let inverse = 1 / selection.ratio
    let isWhole = abs(inverse - inverse.rounded()) < 1e-6 * inverse
    return document.by.map { selection.group[$0] ?? "" }
      + [isWhole ? "1/\(NumberText.rounded(inverse.rounded(), 6))" : NumberText.rounded(selection.ratio)]
  }

  private var words: String {
    let intervals = document.intervals.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(
      separator: "; ")
    var lines = document.runs.notes
    if scored {
      lines.append(
        "PearCorr is the correlation of a method's values with the true losses, times 100; RelAcc is "
          + "(worst − chosen)/(worst − best), times 100")
    }
    lines.append("intervals are for one run at the target: \(intervals)")
    return lines.map {
      wrapped($0, label: terminal.styled("note", .dim), labelWidth: 4, width: terminal.columns) + "\n"
    }.joined()
  }
}

extension SelectionDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { SelectView(document: self, terminal: terminal).text }
}
