import Documents
import Foundation
import Report
import Tables
import TrainingCost

/// The tables that `layout` prints.
struct LayoutsView {
  private let document: LayoutsDocument
  private let terminal: Terminal

  init(_ document: LayoutsDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String {
    let title = terminal.styled("\(document.model) on \(document.devices) \(document.accelerator)", .bold)
    let workload = document.workload
    var blocks = [
      "\(title), \(formatParams(document.params)), \(workload.globalBatch) sequences of \(workload.sequence) "
        + "(\(formatTokens(workload.tokensPerStep))) per step; \(document.fitting) of \(document.considered) layouts fit",
      layouts,
    ]
    if let best = document.layouts.first { blocks.append(StepView(best, terminal: terminal).text) }
    blocks.append(sentences("why", document.reasons))
    if let run = document.run { blocks.append(sentences("run", run.sentences)) }
    if let front = document.front { blocks.append(frontier(front)) }
    blocks.append(sentences("assumed", document.assumptions))
    return blocks.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private var layouts: String {
    var table = TextTable(
      [
        .init("dp", .right), .init("tp", .right), .init("pp", .right), .init("cp", .right), .init("ep", .right),
        .init("chunks", .right), .init("micro-batch", .right), .init("ZeRO", .right), .init("recompute"),
        .init("schedule"), .init("step", .right), .init("tokens/s", .right), .init("MFU", .right),
        .init("memory", .right),
      ], terminal: terminal)
    for entry in document.layouts {
      let layout = entry.layout
      table.add([
        "\(layout.data)", "\(layout.tensor)", "\(layout.pipeline)", "\(layout.context)", "\(layout.expert)",
        "\(layout.virtualStages)", "\(entry.microBatches) x \(layout.microBatch)", "\(layout.sharding.rawValue)",
        layout.recomputation.rawValue, layout.pipeline > 1 ? layout.schedule.rawValue : "–",
        formatDuration(entry.stepSeconds),
        formatCount(entry.tokensPerSecond), NumberText.percent(entry.mfu),
        formatBytes(entry.memoryBytes),
      ])
    }
    return table.render(width: terminal.columns).trimmingCharacters(in: .newlines)
  }

  private func frontier(_ points: [LayoutsDocument.FrontPoint]) -> String {
    var table = TextTable(
      [
        .init("accelerators", .right), .init("time", .right), .init("GPU-hours", .right), .init("cost", .right),
        .init("MFU", .right), .init("layout", wraps: true), .init(""),
      ], terminal: terminal)
    for point in points {
      table.add([
        "\(point.devices)", formatDuration(point.run.seconds), formatCount(point.run.gpuHours),
        point.run.usd.map { formatUSD($0) } ?? "–", NumberText.percent(point.layout.mfu),
        point.layout.summary, point.isPareto ? "" : "dominated",
      ])
    }
    return table.render(width: terminal.columns).trimmingCharacters(in: .newlines)
  }

  private func sentences(_ label: String, _ sentences: [String]) -> String {
    sentences.map {
      wrapped($0, label: terminal.styled(label, .dim), labelWidth: label.count, width: terminal.columns)
    }.joined(separator: "\n")
  }
}

/// The parts of a step's time and memory.
struct StepView {
  private let entry: LayoutsDocument.Entry
  private let terminal: Terminal

  init(_ entry: LayoutsDocument.Entry, terminal: Terminal = .standardOutput) {
    (self.entry, self.terminal) = (entry, terminal)
  }

  var text: String {
    var table = TextTable(
      [
        .init("time of a step"), .init("", .right), .init("share", .right), .init("memory of a device"),
        .init("", .right),
      ], terminal: terminal)
    for row in 0..<max(entry.seconds.count, entry.bytes.count) {
      let time = row < entry.seconds.count ? entry.seconds[row] : nil
      let memory = row < entry.bytes.count ? entry.bytes[row] : nil
      table.add([
        time?.part ?? "", time.map { formatDuration($0.value) } ?? "",
        time.map { NumberText.percent($0.value / entry.stepSeconds, 2) } ?? "", memory?.part ?? "",
        memory.map { formatBytes($0.value) } ?? "",
      ])
    }
    table.addRule()
    table.add(["total", formatDuration(entry.stepSeconds), "", "total", formatBytes(entry.memoryBytes)])
    return table.render(width: terminal.columns).trimmingCharacters(in: .newlines)
  }
}

extension LayoutsDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { LayoutsView(self, terminal: terminal).text }
}
