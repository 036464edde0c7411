import Documents
import Foundation
import Planning
import Report
import Tables

/// The tables and sentences of a plan.
struct PlanView {
  let plan: Plan
  let document: PlanDocument
  let figure: PlanFigure
  let terminal: Terminal

  var text: String {
    [
      answer, cluster?.run ?? "", cluster?.serving ?? "", cluster?.experts ?? "", cluster?.sizes ?? "", experts.mixture,
      experts.upcycling, valley, sweep,
      figure.valley?.terminal(width: min(terminal.columns, 76), height: 12, color: terminal.usesColor) ?? "", words,
    ]
    .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var cluster: PlanClusterView? {
    document.cluster.map { PlanClusterView(section: $0, terminal: terminal) }
  }

  private var experts: ExpertsView { ExpertsView(plan: plan, terminal: terminal) }

  private var answer: String {
    let level = "\(NumberText.percent(plan.level)) interval"
    var table = TextTable([.init("plan"), .init(""), .init(level)], terminal: terminal)
    func row(_ name: String, _ quantity: Quantity?, _ text: (Double) -> String) {
      guard let quantity else { return }
      let interval = quantity.interval.map { "\(text($0.lowerBound)) … \(text($0.upperBound))" } ?? "–"
      let narrow = quantity.interval.map { $0.upperBound - $0.lowerBound <= 1e-9 * $0.upperBound } ?? false
      table.add([name, text(quantity.value), narrow ? "" : interval])
    }
    let hasExperts = plan.mixture?.architecture != nil || plan.upcycling != nil
    if let upcycling = plan.upcycling { table.add(["option", upcycling.best.rawValue]) }
    if let choice = plan.mixture, hasExperts {
      table.add(["experts", choice.experts == 1 ? "1 (dense)" : "\(Int(choice.experts))"])
    }
    row(hasExperts ? "active size" : "size", plan.params) { formatParams($0) }
    if let best = plan.mixture?.best {
      if hasExperts { table.add(["all parameters", formatParams(best.totalParams)]) }
      table.add(["memory", formatBytes(best.memory)])
    }
    row("tokens", plan.tokens) { formatTokens($0) }
    row("tokens per parameter", plan.tokensPerParam) { NumberText.rounded($0) }
    row("epochs of distinct tokens", plan.epochs) { NumberText.rounded($0, 4) }
    row("training compute", plan.flops) { formatFLOPs($0) }
    row("loss", plan.loss) { NumberText.rounded($0, 5) }
    if let one = plan.predictionInterval {
      table.add([
        "loss of one run", "", "\(NumberText.rounded(one.lowerBound, 5)) … \(NumberText.rounded(one.upperBound, 5))",
      ])
    }
    if let exponents = plan.exponents {
      row("size grows as C^", exponents.params) { NumberText.rounded($0, 4) }
      row("tokens grow as C^", exponents.tokens) { NumberText.rounded($0, 4) }
    }
    if let cost = document.cost, (cost.gpuHours ?? 0) >= 0.1 {
      table.addRule()
      if let hours = cost.gpuHours { table.add(["\(cost.accelerator) time", formatGPUHours(hours)]) }
      if let usd = cost.usd { table.add(["money", formatUSD(usd)]) }
      if let days = cost.days { table.add(["time", formatDuration(days * 86400)]) }
    }
    return table.render(width: max(terminal.columns, 80))
  }

  private var valley: String {
    guard let valley = plan.valley, let first = valley.rows.first else { return "" }
    let optimum = first.params / first.factor
    var table = TextTable(
      [
        .init("a model of"), .init("size", .right), .init("tokens", .right), .init("loss", .decimal),
        .init("worse by", .decimal), .init("compute to make up", .right),
      ],
      title: "Missing the optimum at the same compute: \(formatParams(optimum))"
        + (isOptimum(optimum) ? "" : ", without the plan's constraints"), terminal: terminal)
    for row in valley.rows {
      table.add([
        "\(row.factor < 1 ? "1/\(NumberText.rounded(1 / row.factor)) of" : "\(NumberText.rounded(row.factor)) ×") the "
          + "size",
        formatParams(row.params), formatTokens(row.tokens),
        NumberText.rounded(row.loss, 5), NumberText.rounded(row.excess, 2),
        row.extraCompute.map { "+\(NumberText.percent($0, 2))" } ?? "cannot",
      ])
    }
    return table.render(width: max(terminal.columns, 80))
  }

  private func isOptimum(_ size: Double) -> Bool { abs((plan.params?.value ?? size) / size - 1) < 1e-3 }

  private var sweep: String {
    guard let rows = document.sweep else { return "" }
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
    let priced = document.assumptions.count <= 1 && (document.cost?.gpuHours ?? 0) >= 0.1
    let costing = priced ? document.cost?.assumptions ?? [] : []
    let reasons = (document.assumptions + plan.reasons + (document.cluster?.sentences ?? []) + costing).map {
      wrapped($0, label: terminal.styled("because", .dim), labelWidth: 7, width: terminal.columns)
    }
    let warnings = document.warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns)
    }
    return (reasons + warnings).joined(separator: "\n") + "\n"
  }
}
