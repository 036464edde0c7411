import Documents
import Foundation
import Report

/// The tables of a split.
struct SplitView {
  let document: SplitDocument
  let terminal: Terminal

  var text: String {
    [table, outcome, alternatives, sentences].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var level: String { "\(NumberText.percent(document.level)) interval" }

  private func interval(_ ends: [Double]?, _ text: (Double) -> String) -> String {
    ends.map { "\(text($0[0])) … \(text($0[1]))" } ?? "–"
  }

  private func money(_ value: Double) -> String { "$\(NumberText.count(value))" }

  private var table: String {
    var table = TextTable(
      [
        .init("buy"), .init("amount", .right), .init(level), .init("money", .right), .init("share", .right),
        .init("draws that buy", .right),
      ], title: "\(money(document.budgetUsd)) split for the lowest \(document.target)", terminal: terminal)
    for resource in document.resources {
      table.add([
        resource.name, NumberText.count(resource.amount.value ?? 0),
        interval(resource.amount.interval) { NumberText.count($0) },
        money(resource.usd.value ?? 0),
        NumberText.percent((resource.usd.value ?? 0) / document.budgetUsd, 2),
        resource.boughtInDraws.map { NumberText.fixed(100 * $0, 0) + " %" } ?? "–",
      ])
    }
    return table.render(width: terminal.columns)
  }

  private var outcome: String {
    let ends = interval(document.loss.interval) { NumberText.rounded($0, 4) }
    let spread = document.loss.interval == nil ? "" : " (\(level) of the mean \(ends))"
    return "predicted \(document.target) \(document.loss.value.map { NumberText.rounded($0, 5) } ?? "–")\(spread)\n"
  }

  private var alternatives: String {
    guard !document.alternatives.isEmpty else { return "" }
    var table = TextTable(
      [.init("instead")] + document.resources.map { .init($0.name, .right) } + [
        .init(document.target, .decimal), .init("worse by", .decimal),
      ], terminal: terminal)
    for other in document.alternatives {
      table.add(
        [other.split] + document.resources.map { NumberText.count(other.amounts[$0.name] ?? 0) } + [
          NumberText.rounded(other.loss, 5), NumberText.rounded(other.loss - (document.loss.value ?? other.loss), 2),
        ])
    }
    return table.render(width: terminal.columns)
  }

  private var sentences: String {
    let because = document.because + ["The law is \(document.provenance)."]
    return because.map { wrapped($0, label: "because", labelWidth: 7, width: terminal.columns) + "\n" }.joined()
      + document.warnings.map {
        wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns) + "\n"
      }.joined()
  }
}

extension SplitDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { SplitView(document: self, terminal: terminal).text }
}
