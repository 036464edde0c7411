import Documents
import Foundation
import Planning
import Report
import Tables

/// The tables of a plan that compares numbers of experts, or uses of a dense checkpoint.
struct ExpertsView {
  let plan: PlanDocument
  let terminal: Terminal

  /// The choice of experts, one row for each number; empty if there was none to make.
  var mixture: String {
    guard let choice = plan.mixture, choice.activeExperts != nil else { return "" }
    let hasShares = choice.alternatives.contains { $0.share != nil }
    // A budget is the same for all rows unless tokens and memory leave some of it unused.
    let compute = choice.alternatives.map { formatFLOPs($0.flops ?? .nan) }
    let hasCompute = Set(compute).count > 1
    var table = TextTable(
      [
        .init("experts", .right), .init("active size", .right), .init("all parameters", .right),
        .init("tokens", .right),
        .init("loss", .decimal), .init("interval"), .init("memory", .right), .init("limited by"),
      ] + (hasCompute ? [.init("compute", .right)] : []) + (hasShares ? [.init("best in", .right)] : []),
      title: "By number of experts", terminal: terminal)
    for (row, flops) in zip(choice.alternatives, compute) {
      table.add(
        [
          (row.experts == choice.experts ? "→ " : "") + (row.experts == 1 ? "1 (dense)" : "\(Int(row.experts))"),
          formatParams(row.activeParams.value ?? .nan), formatParams(row.totalParams ?? .nan),
          formatTokens(row.tokens.value ?? .nan),
          NumberText.rounded(row.loss.value ?? .nan, 5), interval(row.loss), formatBytes(row.memory ?? .nan), row.binds,
        ] + (hasCompute ? [flops] : []) + (hasShares ? [row.share.map { NumberText.percent($0) } ?? "–"] : []))
    }
    return table.render(width: max(terminal.columns, 110))
  }

  /// The options for a checkpoint and a further budget, one row for each option.
  var upcycling: String {
    guard let choice = plan.upcycling else { return "" }
    let hasShares = choice.options.contains { $0.share != nil }
    var table = TextTable(
      [
        .init("option"), .init("active size", .right), .init("all parameters", .right), .init("further tokens", .right),
        .init("loss", .decimal), .init("interval"), .init("memory", .right),
      ] + (hasShares ? [.init("best in", .right)] : []),
      title: "From a dense \(formatParams(choice.denseParams)) of \(formatTokens(choice.denseTokens))",
      terminal: terminal)
    for row in choice.options {
      table.add(
        [
          (row.option == choice.best ? "→ " : "") + row.option.name, formatParams(row.activeParams ?? .nan),
          formatParams(row.totalParams ?? .nan), formatTokens(row.tokens ?? .nan),
          NumberText.rounded(row.loss.value ?? .nan, 5),
          interval(row.loss), formatBytes(row.memory ?? .nan) + (row.fits ? "" : " (too much)"),
        ] + (hasShares ? [row.share.map { NumberText.percent($0) } ?? "–"] : []))
    }
    var text = table.render(width: max(terminal.columns, 110))
    guard !choice.crossovers.isEmpty else { return text }
    var crossings = TextTable(
      [.init("further budget"), .init("interval"), .init("best below"), .init("best above"), .init("tokens", .right)],
      title: "Where the best option changes", terminal: terminal)
    for crossing in choice.crossovers {
      let range = crossing.flops.interval.map { "\(formatFLOPs($0[0])) … \(formatFLOPs($0[1]))" } ?? "–"
      crossings.add([
        formatFLOPs(crossing.flops.value ?? .nan), range, crossing.below.name, crossing.above.name,
        formatTokens(crossing.tokens ?? .nan),
      ])
    }
    text += "\n" + crossings.render(width: max(terminal.columns, 110))
    return text
  }

  private func interval(_ quantity: DocumentQuantity) -> String {
    guard let ends = quantity.interval, ends.count == 2 else { return "–" }
    return "\(NumberText.rounded(ends[0], 4)) … \(NumberText.rounded(ends[1], 4))"
  }

}
