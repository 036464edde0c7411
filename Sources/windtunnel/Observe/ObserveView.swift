import Documents
import Foundation
import Report
import ScalingLaws

/// Capabilities from benchmark scores, as text.
struct ObserveView {
  let document: ObservationDocument
  /// The number of components shown with their loadings.
  private var capabilities: Int { document.capabilities ?? min(3, document.components.count) }
  let terminal: Terminal

  private static let mostModels = 12

  var text: String {
    [heading, components, loadings, families, task, predictions, warnings].filter { !$0.isEmpty }.joined(
      separator: "\n")
  }

  private var level: String { "\(NumberText.percent(document.bootstrap.level)) interval" }

  private func percent(_ value: Double) -> String { NumberText.fixed(value * 100, 1) + " %" }

  private func interval(_ ends: [Double]?) -> String {
    ends.map { "\(percent($0[0])) … \(percent($0[1]))" } ?? "–"
  }

  private var heading: String {
    let left = document.runs.exclusions.map { "\($0.lines.count) left out: \($0.reason)" }
    let filled = document.imputed == 0 ? "" : ", \(document.imputed) of \(document.cells) scores filled in"
    return
      ([
        terminal.styled("\(document.models) models", .bold)
          + " of \(document.runs.file), \(document.benchmarks.count) benchmarks"
          + filled
      ] + left + document.runs.notes).joined(separator: "\n") + "\n"
  }

  private var components: String {
    var table = TextTable(
      [
        .init("component"), .init("variance", .decimal), .init(level), .init("together", .decimal), .init(level),
      ], terminal: terminal)
    for (index, component) in document.components.enumerated() {
      table.add([
        "PC\(index + 1)", percent(component.share.value), interval(component.share.interval),
        percent(component.cumulative.value), interval(component.cumulative.interval),
      ])
    }
    return table.render(width: terminal.columns)
  }

  private var loadings: String {
    let shown = document.components.prefix(capabilities)
    var table = TextTable(
      [.init("benchmark")] + shown.indices.map { .init("PC\($0 + 1)", .decimal) }, title: "Loadings",
      terminal: terminal)
    for (index, benchmark) in document.benchmarks.enumerated() {
      table.add([benchmark] + shown.map { NumberText.fixed($0.loadings[index], 3) })
    }
    return table.render(width: terminal.columns)
  }

  private var families: String {
    guard !document.families.isEmpty else { return "" }
    var table = TextTable(
      [
        .init("family"), .init("models", .right), .init("PC1 for 10 × compute", .decimal), .init(level),
        .init("R²", .decimal),
      ],
      title: "PC1 against log10 of training compute", terminal: terminal)
    for family in document.families {
      let ends = family.slopeInterval.map { "\(NumberText.fixed($0[0], 3)) … \(NumberText.fixed($0[1], 3))" } ?? "–"
      table.add([
        family.family, String(family.models), NumberText.fixed(family.slope, 3), ends,
        NumberText.fixed(family.rSquared, 3),
      ])
    }
    return table.render(width: terminal.columns)
  }

  private var task: String {
    guard let task = document.task else { return "" }
    var table = TextTable(
      [.init("predicted from"), .init("error below", .decimal), .init("above", .decimal), .init(level)],
      title:
        "\(task.task) of \(task.heldOut) models above \(NumberText.count(task.cutoff)) FLOP, from \(task.fitted) up to "
        + "it",
      terminal: terminal)
    let ways = [
      (capabilities == 1 ? "PC1" : "PC1 to PC\(capabilities)", task.fromCapabilities),
      ("compute alone", task.fromCompute),
    ]
    for (name, accuracy) in ways {
      table.add([
        name, percent(accuracy.fittedError), percent(accuracy.heldOutError.value),
        interval(accuracy.heldOutError.interval),
      ])
    }
    var words = ["errors are means of |prediction − score|; the task is not one of the benchmarks"]
    if task.leftOut > 0 {
      words.append("\(task.leftOut) models without its score or without compute are in neither part")
    }
    return table.render(width: terminal.columns) + words.map { terminal.styled($0, .dim) + "\n" }.joined()
  }

  private var predictions: String {
    guard let task = document.task else { return "" }
    var table = TextTable(
      [
        .init("model", wraps: true), .init("FLOP", .decimal), .init("score", .decimal), .init("predicted", .decimal),
        .init(level),
      ], terminal: terminal)
    for model in task.predictions.prefix(Self.mostModels) {
      table.add([
        model.model, NumberText.count(model.flops), percent(model.score), percent(model.predicted),
        interval(model.interval),
      ])
    }
    let more = task.predictions.count - Self.mostModels
    let words = more > 0 ? "\(more) more models of less compute; --format json has all\n" : ""
    return table.render(width: terminal.columns) + (words.isEmpty ? "" : terminal.styled(words, .dim))
  }

  private var warnings: String {
    document.warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns) + "\n"
    }.joined()
  }
}

extension ObservationDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { ObserveView(document: self, terminal: terminal).text }
}
