import Documents
import Foundation
import Planning
import Report
import Tables

/// The tables and sentences of a plan.
struct PlanView {
  let plan: PlanDocument
  let terminal: Terminal

  var text: String {
    [
      answer, cluster?.run ?? "", cluster?.serving ?? "", cluster?.experts ?? "", cluster?.sizes ?? "", experts.mixture,
      experts.upcycling, valley, sweep,
      PlanFigure(plan).valley?.terminal(width: min(terminal.columns, 76), height: 12, color: terminal.usesColor) ?? "",
      words,
    ]
    .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var cluster: PlanClusterView? {
    plan.cluster.map { PlanClusterView(section: $0, terminal: terminal) }
  }

  private var experts: ExpertsView { ExpertsView(plan: plan, terminal: terminal) }

  private var answer: String {
    let level = "\(NumberText.percent(plan.intervalLevel)) interval"
    var table = TextTable([.init("plan"), .init(""), .init(level)], terminal: terminal)
    func row(_ name: String, _ quantity: DocumentQuantity?, _ text: (Double) -> String) {
      guard let quantity, let value = quantity.value else { return }
      let ends = quantity.interval.flatMap { $0.count == 2 ? ($0[0], $0[1]) : nil }
      let interval = ends.map { "\(text($0.0)) … \(text($0.1))" } ?? "–"
      let narrow = ends.map { $0.1 - $0.0 <= 1e-9 * $0.1 } ?? false
      table.add([name, text(value), narrow ? "" : interval])
    }
    let hasExperts = plan.mixture?.activeExperts != nil || plan.upcycling != nil
    if let upcycling = plan.upcycling { table.add(["option", upcycling.best.name]) }
    if let choice = plan.mixture, hasExperts {
      table.add(["experts", choice.experts == 1 ? "1 (dense)" : "\(Int(choice.experts))"])
    }
    row(hasExperts ? "active size" : "size", plan.params) { formatParams($0) }
    if let mixture = plan.mixture, let memory = mixture.memory {
      if hasExperts, let total = mixture.totalParams { table.add(["all parameters", formatParams(total)]) }
      table.add(["memory", formatBytes(memory)])
    }
    row("tokens", plan.tokens) { formatTokens($0) }
    row("tokens per parameter", plan.tokensPerParam) { NumberText.rounded($0) }
    row("epochs of distinct tokens", plan.epochs) { NumberText.rounded($0, 4) }
    row("training compute", plan.flops) { formatFLOPs($0) }
    row("loss", DocumentQuantity(value: plan.loss.value, interval: plan.loss.interval)) { NumberText.rounded($0, 5) }
    if let one = plan.loss.predictionInterval, one.count == 2 {
      table.add(["loss of one run", "", "\(NumberText.rounded(one[0], 5)) … \(NumberText.rounded(one[1], 5))"])
    }
    if let exponents = plan.exponents {
      row("size grows as C^", exponents.size) { NumberText.rounded($0, 4) }
      row("tokens grow as C^", exponents.tokens) { NumberText.rounded($0, 4) }
    }
    if let cost = plan.cost, (cost.gpuHours ?? 0) >= 0.1 {
      table.addRule()
      if let hours = cost.gpuHours { table.add(["\(cost.accelerator) time", formatGPUHours(hours)]) }
      if let usd = cost.usd { table.add(["money", formatUSD(usd)]) }
      if let days = cost.days { table.add(["time", formatDuration(days * 86400)]) }
    }
    return table.render(width: max(terminal.columns, 80))
  }

  private var valley: String {
    guard let valley = plan.valley, let first = valley.rows.first, let size = first.params else { return "" }
    let optimum = size / first.factor
    var table = TextTable(
      [
        .init("a model of"), .init("size", .right), .init("tokens", .right), .init("loss", .decimal),
        .init("worse by", .decimal), .init("compute to make up", .right),
      ],
      title: "Missing the optimum at the same compute: \(formatParams(optimum))"
        + (isOptimum(optimum) ? "" : ", without the plan's constraints"), terminal: terminal)
    for row in valley.rows {
      let factor =
        row.factor < 1 ? "1/\(NumberText.rounded(1 / row.factor)) of" : "\(NumberText.rounded(row.factor)) ×"
      table.add([
        "\(factor) the size", formatParams(row.params ?? .nan), formatTokens(row.tokens ?? .nan),
        NumberText.rounded(row.loss ?? .nan, 5), NumberText.rounded(row.excess ?? .nan, 2),
        row.extraCompute.map { "+\(NumberText.percent($0, 2))" } ?? "cannot",
      ])
    }
    return table.render(width: max(terminal.columns, 80))
  }

  private func isOptimum(_ size: Double) -> Bool { abs((plan.params?.value ?? size) / size - 1) < 1e-3 }

  private var sweep: String {
    guard let rows = plan.sweep else { return "" }
    let hasExperts = rows.contains { $0.experts != nil }
    let hasTime = rows.contains { $0.seconds != nil }
    var table = TextTable(
      [.init("budget")] + (hasExperts ? [.init("experts", .right)] : []) + [
        .init("size", .right), .init("interval"), .init("tokens", .right), .init("per param", .decimal),
        .init("loss", .decimal), .init("interval"),
      ] + (hasTime ? [.init("time", .right), .init("MFU", .right)] : []),
      title: "Over budgets" + (hasTime ? ", whatever their time" : ""), terminal: terminal)
    for row in rows {
      func interval(_ quantity: DocumentQuantity?, _ text: (Double) -> String) -> String {
        quantity?.interval.flatMap { $0.count == 2 ? "\(text($0[0])) … \(text($0[1]))" : nil } ?? "–"
      }
      let experts = hasExperts ? [row.experts.map { "\(Int($0))" } ?? "–"] : []
      let time =
        hasTime
        ? [
          row.seconds.map { formatDuration($0) } ?? "–", row.mfu.map { NumberText.percent($0) } ?? "–",
        ] : []
      table.add(
        [formatFLOPs(row.budget)] + experts + [
          row.params?.value.map { formatParams($0) } ?? "–",
          interval(row.params) { formatParams($0) },
          row.tokens?.value.map { formatTokens($0) } ?? "–",
          row.tokensPerParam?.value.map { NumberText.rounded($0) } ?? "–",
          row.loss.value.map { NumberText.rounded($0, 4) } ?? "–", interval(row.loss) { NumberText.rounded($0, 4) },
        ] + time)
    }
    return table.render(width: max(terminal.columns, 100))
  }

  private var words: String {
    // The price of compute is assumed too; for a budget of money or time it has already been reported.
    let priced = plan.assumptions.count <= 1 && (plan.cost?.gpuHours ?? 0) >= 0.1
    let costing = priced ? plan.cost?.assumptions ?? [] : []
    let reasons = (plan.assumptions + plan.reasons + (plan.cluster?.sentences ?? []) + costing).map {
      wrapped($0, label: terminal.styled("because", .dim), labelWidth: 7, width: terminal.columns)
    }
    let warnings = plan.warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns)
    }
    return (reasons + warnings).joined(separator: "\n") + "\n"
  }
}
