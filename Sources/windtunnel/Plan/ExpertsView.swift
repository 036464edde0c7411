import Documents
import Foundation
import Planning
import Report
import Tables

/// The tables of a plan that compares numbers of experts, or uses of a dense checkpoint.
struct ExpertsView {
  let plan: Plan
  let terminal: Terminal

  /// The choice of experts, one row for each number; empty if there was none to make.
  var mixture: String {
    guard let choice = plan.mixture, choice.architecture != nil else { return "" }
    let hasShares = choice.rows.contains { $0.share != nil }
    // A budget is the same for all rows unless tokens and memory leave some of it unused.
    let compute = choice.rows.map { formatFLOPs($0.flops) }
    let hasCompute = Set(compute).count > 1
    var table = TextTable(
      [
        .init("experts", .right), .init("active size", .right), .init("all parameters", .right),
        .init("tokens", .right),
        .init("loss", .decimal), .init("interval"), .init("memory", .right), .init("limited by"),
      ] + (hasCompute ? [.init("compute", .right)] : []) + (hasShares ? [.init("best in", .right)] : []),
      title: "By number of experts", terminal: terminal)
    for (row, flops) in zip(choice.rows, compute) {
      table.add(
        [
          (row.experts == choice.experts ? "→ " : "") + (row.experts == 1 ? "1 (dense)" : "\(Int(row.experts))"),
          formatParams(row.activeParams.value), formatParams(row.totalParams), formatTokens(row.tokens.value),
          NumberText.rounded(row.loss.value, 5), interval(row.loss), formatBytes(row.memory), row.binding.rawValue,
        ] + (hasCompute ? [flops] : []) + (hasShares ? [row.share.map { NumberText.percent($0) } ?? "–"] : []))
    }
    return table.render(width: max(terminal.columns, 110))
  }

  /// The options for a checkpoint and a further budget, one row for each option.
  var upcycling: String {
    guard let choice = plan.upcycling else { return "" }
    let hasShares = choice.rows.contains { $0.share != nil }
    var table = TextTable(
      [
        .init("option"), .init("active size", .right), .init("all parameters", .right), .init("further tokens", .right),
        .init("loss", .decimal), .init("interval"), .init("memory", .right),
      ] + (hasShares ? [.init("best in", .right)] : []),
      title: "From a dense \(formatParams(choice.denseParams)) of \(formatTokens(choice.denseTokens))",
      terminal: terminal)
    for row in choice.rows {
      table.add(
        [
          (row.option == choice.best ? "→ " : "") + row.option.rawValue, formatParams(row.activeParams),
          formatParams(row.totalParams), formatTokens(row.tokens), NumberText.rounded(row.loss.value, 5),
          interval(row.loss), formatBytes(row.memory) + (row.fits ? "" : " (too much)"),
        ] + (hasShares ? [row.share.map { NumberText.percent($0) } ?? "–"] : []))
    }
    var text = table.render(width: max(terminal.columns, 110))
    guard !choice.crossovers.isEmpty else { return text }
    var crossings = TextTable(
      [.init("further budget"), .init("interval"), .init("best below"), .init("best above"), .init("tokens", .right)],
      title: "Where the best option changes", terminal: terminal)
    for crossing in choice.crossovers {
      let range = crossing.flops.interval.map { "\(formatFLOPs($0.lowerBound)) … \(formatFLOPs($0.upperBound))" } ?? "–"
      crossings.add([
        formatFLOPs(crossing.flops.value), range, crossing.below.rawValue, crossing.above.rawValue,
        formatTokens(crossing.tokens),
      ])
    }
    text += "\n" + crossings.render(width: max(terminal.columns, 110))
    return text
  }

  private func interval(_ quantity: Quantity) -> String {
    quantity.interval.map {
      "\(NumberText.rounded($0.lowerBound, 4)) … \(NumberText.rounded($0.upperBound, 4))"
    } ?? "–"
  }

}
