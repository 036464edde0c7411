import Documents
import Planning
import Report
import Tables

/// The part of a plan about its cluster.
struct PlanClusterView {
  let section: PlanDocument.ClusterSection
  let terminal: Terminal

  /// The model, its layout, and its cost.
  var run: String {
    let best = section.best
    var table = TextTable([.init("run"), .init("", wraps: true)], terminal: terminal)
    if let row = section.experts?.first(where: { $0.run == best }) {
      let count = row.experts == 1 ? "1 (dense)" : "\(row.experts)"
      table.add(["experts", "\(count), \(formatParams(row.totalParams)) in total, of which the plan's size is active"])
    }
    let shape = best.workload.shape
    table.add([
      "shape",
      "\(shape.layers) layers of \(shape.hidden), \(shape.heads) heads (\(shape.keyValueHeads) of keys), MLPs of "
        + "\(shape.feedForward), vocabulary \(shape.vocabulary)",
    ])
    let workload = best.workload
    table.add(["batch", "\(formatTokens(workload.tokensPerStep)) (sequences of \(workload.sequence))"])
    table.add(["layout", best.layout.summary])
    table.add([
      "step",
      "\(formatDuration(section.stepSeconds)), \(formatCount(best.tokensPerSecond)) tokens/s, MFU "
        + NumberText.percent(best.mfu),
    ])
    table.add(["memory of a device", formatBytes(section.memoryBytes)])
    let interval = section.secondsInterval.map { " (\(formatDuration($0[0])) … \(formatDuration($0[1])))" } ?? ""
    table.add(["time", "\(formatDuration(best.seconds)) on \(section.devices) \(section.accelerator)\(interval)"])
    table.add(["accelerator time", formatGPUHours(section.gpuHours)])
    table.add(["money", section.usd.map { formatUSD($0) } ?? "no price is known; give --price"])
    if let energy = section.energyKwh { table.add(["energy", "\(formatCount(energy)) kWh"]) }
    if let carbon = section.carbonKg { table.add(["carbon dioxide", "\(formatCount(carbon)) kg"]) }
    if let interval = section.sizeInterval {
      table.add(["size, over the law's draws", "\(formatParams(interval[0])) … \(formatParams(interval[1]))"])
    }
    if let interval = section.lossInterval {
      table.add([
        section.secondsInterval == nil ? "loss, with the time's error" : "loss, over the law's draws",
        "\(NumberText.rounded(interval[0], 5)) … \(NumberText.rounded(interval[1], 5))",
      ])
    }
    return table.render(width: max(terminal.columns, 80))
  }

  /// Whether sizes reach the same loss, and differ in the time.
  private var isOfTimes: Bool { section.goal == "loss" }

  /// The results for each number of experts.
  var experts: String {
    guard let rows = section.experts else { return "" }
    var table = TextTable(
      [
        .init("experts", .right), .init("active size", .right), .init("all parameters", .right),
        .init("tokens", .right),
        isOfTimes ? .init("time", .right) : .init("loss", .decimal), .init("MFU", .right), .init("layout", wraps: true),
      ],
      title: "By number of experts, each with its best size", terminal: terminal)
    for row in rows {
      table.add([
        row.experts == 1 ? "1 (dense)" : "\(row.experts)", formatParams(row.run.params), formatParams(row.totalParams),
        formatTokens(row.run.tokens),
        isOfTimes ? formatDuration(row.run.seconds) : NumberText.rounded(row.run.loss, 5),
        NumberText.percent(row.run.mfu),
        row.run.layout.summary + (row.run == section.best ? "  ←" : ""),
      ])
    }
    return table.render(width: max(terminal.columns, 80))
  }

  /// The cost of training and serving together.
  var serving: String {
    guard let serving = section.serving else { return "" }
    var table = TextTable(
      [
        .init("size", .right), .init("tokens", .right), .init("training", .right), .init("serving", .right),
        .init("together", .right), .init("served on"),
      ],
      title: "To a loss of \(NumberText.rounded(serving.loss, 5)), and \(formatTokens(serving.tokens)) served",
      terminal: terminal)
    for row in serving.rows {
      table.add([
        formatParams(row.params), formatTokens(row.tokens), formatGPUHours(row.trainingHours),
        formatGPUHours(row.servingHours), formatGPUHours(row.trainingHours + row.servingHours),
        "\(row.tensor) \(section.accelerator), \(row.batch) at once" + (row.params == section.best.params ? "  ←" : ""),
      ])
    }
    return table.render(width: max(terminal.columns, 80))
  }

  /// The results of other sizes.
  var sizes: String {
    guard section.sizes.count > 1 else { return "" }
    let sameBudget = section.goal == "time" ? "in the same time" : "for the same compute"
    var table = TextTable(
      [
        .init("size", .right), .init("tokens", .right),
        isOfTimes ? .init("time", .right) : .init("loss", .decimal), .init("MFU", .right), .init("batch", .right),
        .init("layout", wraps: true),
      ],
      title: "Sizes \(isOfTimes ? "to the same loss" : sameBudget), each in its fastest layout", terminal: terminal)
    for row in section.sizes {
      table.add([
        formatParams(row.params), formatTokens(row.tokens),
        isOfTimes ? formatDuration(row.seconds) : NumberText.rounded(row.loss, 5),
        NumberText.percent(row.mfu), formatTokens(row.workload.tokensPerStep),
        row.layout.summary + (row.params == section.best.params ? "  ←" : ""),
      ])
    }
    return table.render(width: max(terminal.columns, 80))
  }
}
