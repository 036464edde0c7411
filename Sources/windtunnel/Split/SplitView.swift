import Foundation
import Report

/// The split of a budget as a person reads it.
struct SplitView {
  let document: SplitDocument
  let terminal: Terminal

  var text: String {
    [table, outcome, alternatives, sentences].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var level: String { "\(format(document.level * 100, significant: 3)) % interval" }

  private func interval(_ ends: [Double]?, _ text: (Double) -> String) -> String {
    ends.map { "\(text($0[0])) … \(text($0[1]))" } ?? "–"
  }

  private func money(_ value: Double) -> String { "$\(compact(value))" }

  private var table: String {
    var table = TextTable(
      [
        .init("buy"), .init("amount", .right), .init(level), .init("money", .right), .init("share", .right),
        .init("draws that buy", .right),
      ], title: "\(money(document.budgetUsd)) split for the lowest \(document.target)", terminal: terminal)
    for resource in document.resources {
      table.add([
        resource.name, compact(resource.amount.value ?? 0), interval(resource.amount.interval) { compact($0) },
        money(resource.usd.value ?? 0),
        "\(format(100 * (resource.usd.value ?? 0) / document.budgetUsd, significant: 2)) %",
        resource.boughtInDraws.map { String(format: "%.0f %%", 100 * $0) } ?? "–",
      ])
    }
    return table.render(width: terminal.columns)
  }

  private var outcome: String {
    let ends = interval(document.loss.interval) { format($0, significant: 4) }
    let spread = document.loss.interval == nil ? "" : " (\(level) of the mean \(ends))"
    return "predicted \(document.target) \(document.loss.value.map { format($0, significant: 5) } ?? "–")\(spread)\n"
  }

  private var alternatives: String {
    guard !document.alternatives.isEmpty else { return "" }
    var table = TextTable(
      [.init("instead")] + document.resources.map { .init($0.name, .right) } + [
        .init(document.target, .decimal), .init("worse by", .decimal),
      ], terminal: terminal)
    for other in document.alternatives {
      table.add(
        [other.split] + document.resources.map { compact(other.amounts[$0.name] ?? 0) } + [
          format(other.loss, significant: 5), format(other.loss - (document.loss.value ?? other.loss), significant: 2),
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
