import Documents
import Fitting
import Foundation
import Report
import ScalingLaws
import Tables

/// The tables of critical batch sizes.
struct BatchView {
  let document: BatchDocument
  let terminal: Terminal

  var text: String {
    [heading, groups, parts, scaling, frontier, picture, findingsText(document.diagnostics, terminal)]
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var level: String { NumberText.percent(document.level) }

  private var heading: String {
    let what = document.from == .steps ? "run" : "step"
    let count = document.groups.reduce(0) { $0 + $1.rows }
    let grouped =
      document.groups.count > 1
      ? ", \(document.groups.count) groups by \(document.groupedBy.joined(separator: " and "))" : ""
    let excluded = document.runs.exclusions.map { "\($0.lines.count) left out: \($0.reason)" }
    let law =
      document.from == .steps
      ? "S = S_min (1 + B_crit/B), least squares on logarithms; batch sizes in \(document.unit.rawValue)"
      : "B_simple = tr Σ/|G|² from squared norms at two batch sizes, each part averaged over steps"
    let drawn =
      document.resamples > 0
      ? "\(level) intervals of \(document.resamples) resamples of \(document.resampling), seed \(document.seed)"
      : "no resamples, so no intervals"
    return
      (["\(count) \(what)s of \(document.runs.file)\(grouped)"] + excluded + document.runs.notes + [law, drawn])
      .joined(separator: "\n") + "\n"
  }

  private var groups: String {
    var columns: [TextTable.Column] = [
      .init("group"), .init("critical batch by"), .init(document.unit.rawValue, .decimal), .init("\(level) interval"),
    ]
    if hasTokens { columns.append(.init("tokens", .right)) }
    let further = document.from == .steps ? ["S_min", "E_min"] : ["|G|²", "tr Σ", "blocks of"]
    columns += further.map { TextTable.Column($0, .right) }
    var table = TextTable(columns, terminal: terminal)
    for group in document.groups {
      for (index, critical) in group.critical.enumerated() {
        var cells = [
          index == 0 ? group.name : "", document.name(of: critical.definition),
          NumberText.rounded(critical.batch.value, 6),
          ends(critical.batch),
        ]
        if hasTokens { cells.append(critical.tokens.map { formatCount($0) } ?? "–") }
        table.add(cells + (index == 0 ? foundations(group) : []))
      }
    }
    let meanings =
      document.from == .steps
      ? "E_min/S_min: steps and examples are both twice their minimum. Overhead: steps are "
        + "\(NumberText.rounded(1 + (document.overhead ?? 0), 6)) times those of ideal scaling from "
        + "\(count(document.baseBatch ?? 0)) \(document.unit.rawValue)."
      : "B_simple predicts E_min/S_min if the optimizer is close to plain gradient descent; the other definitions need "
        + "steps to a target loss."
    return table.render(width: max(terminal.columns, 100))
      + wrapped(meanings, label: terminal.styled("note", .dim), labelWidth: 4, width: max(terminal.columns, 100)) + "\n"
  }

  /// The data behind a group's critical batches.
  private func foundations(_ group: BatchDocument.Group) -> [String] {
    if let gradient = group.gradient {
      let blocks = gradient.blockLength == 1 ? "1 step" : "\(gradient.blockLength) steps"
      return [gradient.squaredNorm, gradient.noise].map { NumberText.rounded($0.value, 4) } + [blocks]
    }
    return [group.minSteps, group.minExamples].map { $0.map { count($0.value) } ?? "–" }
  }

  private var hasTokens: Bool {
    document.unit != .tokens && document.groups.contains { $0.critical.contains { $0.tokens != nil } }
  }

  /// The noise scale over training.
  private var parts: String {
    guard document.groups.contains(where: { !($0.gradient?.parts ?? []).isEmpty }) else { return "" }
    var table = TextTable(
      [.init("group"), .init("logged steps"), .init("B_simple", .decimal), .init("\(level) interval")],
      terminal: terminal)
    for group in document.groups {
      for (index, part) in (group.gradient?.parts ?? []).enumerated() {
        table.add([
          index == 0 ? group.name : "", "\(part.firstStep) to \(part.lastStep)",
          part.batch.map { NumberText.rounded($0.value, 4) } ?? "hidden by noise", part.batch.map(ends) ?? "–",
        ])
      }
    }
    return table.render(width: max(terminal.columns, 100))
  }

  private var scaling: String {
    guard let scaling = document.scaling else { return "" }
    var table = TextTable(
      [
        .init("critical batch over \(scaling.over)"), .init("law (\(document.unit.rawValue))"),
        .init("exponent", .decimal),
        .init("scatter", .decimal), .init("\(level) interval"),
      ], terminal: terminal)
    for law in scaling.laws {
      // Per million parameters and per billion tokens, as in papers; per unit of anything else.
      let (unit, text) = BatchView.unit(scaling.over)
      table.add([
        document.name(of: law.definition),
        "\(NumberText.rounded(law.batch(at: unit), 4)) \(text)^\(NumberText.rounded(law.exponent.value))",
        NumberText.rounded(law.exponent.value, 4),
        law.exponent.standardError.map { "± \(NumberText.rounded($0, 2))" } ?? "–", ends(law.exponent),
      ])
    }
    return table.render(width: max(terminal.columns, 100))
      + terminal.styled(
        "scatter is that of the groups around the line, intervals those of the runs within the groups", .dim) + "\n"
  }

  private static func unit(_ column: String) -> (Double, String) {
    switch column {
    case "params", "params_non_embedding", "active_params": (1e6, "(\(column)/1M)")
    case "tokens": (1e9, "(tokens/1B)")
    default: (1, column)
    }
  }

  private var frontier: String {
    guard let group = document.groups.last else { return "" }
    let hasSteps = group.minSteps != nil
    let title =
      "time against compute" + (document.groups.count > 1 ? ", \(group.name)" : "")
      + (hasSteps ? " (* beyond the batches tested)" : "")
    var columns: [TextTable.Column] = [.init("batch", .right)]
    if hasSteps { columns += [.init("steps", .right), .init(examples, .right)] }
    columns += [.init("time (steps/S_min)", .decimal), .init("compute (examples/E_min)", .decimal)]
    var table = TextTable(columns, title: title, terminal: terminal)
    for point in group.frontier {
      let batch = count(point.batch) + (hasSteps ? (point.tested ? " " : "*") : "")
      let counts = [point.steps, point.examples.map { $0 * (group.sequenceLength ?? 1) }].compactMap { $0 }
      table.add(
        [batch] + counts.map { formatCount($0) }
          + [NumberText.rounded(point.relativeTime), NumberText.rounded(point.relativeCompute)])
    }
    return table.render(width: max(terminal.columns, 100))
  }

  private var examples: String {
    document.unit == .tokens || document.groups.last?.sequenceLength != nil ? "tokens" : document.unit.rawValue
  }

  private var picture: String {
    BatchFigure(document).frontier.terminal(width: min(terminal.columns, 76), height: 14, color: terminal.usesColor)
  }

  /// Whole if it is short enough to read.
  private func count(_ number: Double) -> String {
    number < 1e6 ? NumberText.fixed(number, 0) : formatCount(number)
  }

  private func ends(_ estimate: BatchDocument.Estimate) -> String {
    guard let interval = estimate.interval else { return "–" }
    return interval.map { $0.map { NumberText.rounded($0, 4) } ?? "unbounded" }.joined(separator: " … ")
  }
}

extension BatchDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { BatchView(document: self, terminal: terminal).text }
}
