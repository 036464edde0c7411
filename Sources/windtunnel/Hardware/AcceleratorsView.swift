import Documents
import Report
import Tables
import TrainingCost

/// The table that `hardware` prints.
struct AcceleratorsView {
  private let document: AcceleratorsDocument
  private let terminal: Terminal

  init(_ document: AcceleratorsDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String {
    let list = document.accelerators
    return (list.count == 1 ? details(list[0]) : list.isEmpty ? "" : overview(list)) + overview(document.clusters)
  }

  private func overview(_ accelerators: [Accelerator]) -> String {
    var table = TextTable(
      [
        .init("accelerator"), .init("bf16", .decimal), .init("fp8", .decimal), .init("memory", .right),
        .init("bandwidth", .right), .init("link × domain", .right), .init("network", .right), .init("power", .right),
        .init("per hour", .right), .init("price of", wraps: true),
      ], terminal: terminal)
    for accelerator in accelerators {
      table.add([
        accelerator.name, teraFLOPs(accelerator.peakFLOPsPerSecond),
        accelerator.peaks[.fp8].map(teraFLOPs) ?? "–", formatBytes(accelerator.memoryBytes),
        rate(accelerator.memoryBandwidth), "\(rate(accelerator.link.bytesPerSecond)) × \(accelerator.link.domainSize)",
        rate(accelerator.network.bytesPerSecond), accelerator.watts.map { "\(NumberText.fixed($0, 0)) W" } ?? "–",
        accelerator.listPrice.map { formatUSD($0.usdPerHour) } ?? "–",
        accelerator.listPrice?.basis.replacing("'s list price of", with: ",") ?? "",
      ])
    }
    return table.render(width: max(terminal.columns, 120))
      + "bf16 (fp16 if there is none) and fp8: dense peaks in TFLOP/s; links and networks: one accelerator, one direction.\n"
      + "'windtunnel hardware NAME' shows one in full, with its sources.\n"
  }

  private func overview(_ clusters: [AcceleratorsDocument.Group]) -> String {
    guard !clusters.isEmpty else { return "" }
    var table = TextTable(
      [
        .init("cluster"), .init("accelerators", .right), .init("nodes", .right), .init("between nodes", .right),
        .init("between groups of nodes", .right), .init("PUE", .right), .init("per hour", .right),
        .init("price of", wraps: true),
      ], terminal: terminal)
    for cluster in clusters {
      let groups = cluster.nodesPerGroup.flatMap { nodes in cluster.groupBytesPerSecond.map { (nodes, $0) } }
      table.add([
        cluster.name, "\(cluster.count) \(cluster.accelerator)", "\(cluster.nodes) of \(cluster.devicesPerNode)",
        rate(cluster.networkBytesPerSecond), groups.map { "\(rate($0.1)), of \($0.0)" } ?? "–",
        NumberText.rounded(cluster.powerUsageEffectiveness), cluster.usdPerHour.map { formatUSD($0) } ?? "–",
        cluster.priceBasis ?? "",
      ])
    }
    return "\n" + table.render(width: max(terminal.columns, 120))
  }

  private func details(_ accelerator: Accelerator) -> String {
    var table = TextTable([.init(accelerator.name), .init("", wraps: true)], terminal: terminal)
    if !accelerator.aliases.isEmpty { table.add(["also called", accelerator.aliases.joined(separator: ", ")]) }
    for precision in Precision.allCases {
      guard let peak = accelerator.peaks[precision] else { continue }
      let measured = accelerator.attainable?[precision].map {
        ", \(formatFLOPRate($0, digits: 4)) measured (\(NumberText.percent($0 / peak)))"
      }
      table.add(["peak in \(precision.rawValue)", formatFLOPRate(peak) + (measured ?? "")])
    }
    table.add(["memory", "\(formatBytes(accelerator.memoryBytes)) at \(rate(accelerator.memoryBandwidth))"])
    let balance = accelerator.peakFLOPsPerSecond / accelerator.memoryBandwidth
    table.add(["FLOP per byte of memory", "\(NumberText.rounded(balance)): matrix products below it are memory-bound"])
    table.add([
      "link",
      "\(accelerator.link.name), \(rate(accelerator.link.bytesPerSecond)) each way, joins \(accelerator.link.domainSize)",
    ])
    table.add(["node", "\(accelerator.devicesPerNode) accelerators"])
    table.add([
      "network", "\(accelerator.network.name), \(rate(accelerator.network.bytesPerSecond)) each way per accelerator",
    ])
    table.add(["power", accelerator.watts.map { "\(formatCount($0, digits: 4)) W" } ?? "not known"])
    table.add([
      "price",
      accelerator.listPrice.map { "\(formatUSD($0.usdPerHour)) per hour, \($0.basis)" } ?? "no list price known",
    ])
    table.add(["figures", accelerator.citation])
    if let source = accelerator.attainableSource, accelerator.attainable != nil { table.add(["measured by", source]) }
    return table.render(width: terminal.columns)
  }

  private func teraFLOPs(_ rate: Double) -> String { NumberText.rounded(rate / 1e12) }

  private func rate(_ bytesPerSecond: Double) -> String { formatBytes(bytesPerSecond) + "/s" }
}

extension AcceleratorsDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { AcceleratorsView(self, terminal: terminal).text }
}
