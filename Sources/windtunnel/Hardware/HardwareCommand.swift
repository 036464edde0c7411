import ArgumentParser
import Documents
import Foundation
import Report
import Tables
import TrainingCost

struct HardwareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hardware",
    abstract: "List accelerators with their rates, memory, links, power and price, or show one in full.",
    discussion: """
      With --file your own accelerators come first, and your own clusters, whose names --cluster then accepts; \
      --format yaml writes such a file as a start. A cluster is written as

        clusters:
          alpha: {accelerator: H100, count: 1024, network: 400 Gb/s,
                  group: {nodes: 32, network: 100 Gb/s}, usd_per_hour: 2.1}

      Examples:
        windtunnel hardware
        windtunnel hardware H100
        windtunnel hardware H100 B200 MI300X
        windtunnel hardware H100 --format yaml > lab.yaml
        windtunnel hardware --file lab.yaml
        windtunnel cost --params 7B --hardware lab.yaml --cluster 256xalpha
      """)

  @Argument(help: "Accelerators, or your own clusters, to show; a single one is shown in full.")
  var names: [String] = []

  @Option(help: ArgumentHelp("Your own accelerators and clusters in YAML.", valueName: "file"))
  var file: String?

  @Option(help: "How to print the result: table, json or yaml.")
  var format = Format.table

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Also write the result to this file, as JSON unless --format is yaml.", valueName: "file"))
  var output: String?

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json, yaml
  }

  func run() throws {
    if let output { try checkWritable(output) }
    let hardware = try file.map { path throws(DocumentError) in try HardwareCatalog(path: path) } ?? .builtIn
    let clusters = names.isEmpty ? hardware.clusters : names.compactMap(hardware.ownCluster)
    let others = names.filter { hardware.ownCluster($0) == nil }
    var accelerators = try names.isEmpty ? hardware.accelerators : others.map { try hardware.named($0) }
    if format == .yaml {
      // The accelerators of clusters belong to their file.
      for cluster in clusters.map(\.cluster) where !accelerators.contains(cluster.accelerator) {
        accelerators.append(cluster.accelerator)
      }
    }
    let json = indentedJSON(try encodedJSON(AcceleratorsDocument(accelerators, clusters)))
    let text =
      switch format {
      case .json: json
      case .yaml: HardwareCatalog.yaml(accelerators, clusters)
      case .table:
        (others.count == 1 ? accelerators.map(details).joined() : accelerators.isEmpty ? "" : overview(accelerators))
          + overview(clusters)
      }
    if let output { try DocumentFile.write(format == .yaml ? text : json, to: output) }
    if output == "-" || output == "/dev/stdout" { return }
    try DocumentFile.write(text, to: "-")
  }

  private func overview(_ accelerators: [Accelerator]) -> String {
    let terminal = Terminal.standardOutput
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
        rate(accelerator.network.bytesPerSecond), accelerator.watts.map { "\(Int($0)) W" } ?? "–",
        accelerator.listPrice.map { formatUSD($0.usdPerHour) } ?? "–",
        accelerator.listPrice?.basis.replacing("'s list price of", with: ",") ?? "",
      ])
    }
    return table.render(width: max(terminal.columns, 120))
      + "bf16 (fp16 if there is none) and fp8: dense peaks in TFLOP/s; links and networks: one accelerator, one "
      + "direction.\n'windtunnel hardware NAME' shows one in full, with its sources.\n"
  }

  private func overview(_ clusters: [HardwareCatalog.NamedCluster]) -> String {
    guard !clusters.isEmpty else { return "" }
    let terminal = Terminal.standardOutput
    var table = TextTable(
      [
        .init("cluster"), .init("accelerators", .right), .init("nodes", .right), .init("between nodes", .right),
        .init("between groups of nodes", .right), .init("PUE", .right), .init("per hour", .right),
        .init("price of", wraps: true),
      ], terminal: terminal)
    for named in clusters {
      let cluster = named.cluster
      let groups = cluster.nodesPerGroup.flatMap { nodes in cluster.groupBytesPerSecond.map { (nodes, $0) } }
      table.add([
        named.name, "\(cluster.count) \(cluster.accelerator.name)", "\(cluster.nodes) of \(cluster.devicesPerNode)",
        rate(cluster.networkBytesPerSecond), groups.map { "\(rate($0.1)), of \($0.0)" } ?? "–",
        NumberText.rounded(cluster.powerUsageEffectiveness), cluster.price.map { formatUSD($0.usdPerHour) } ?? "–",
        cluster.price?.basis ?? "",
      ])
    }
    return "\n" + table.render(width: max(terminal.columns, 120))
  }

  private func details(_ accelerator: Accelerator) -> String {
    let terminal = Terminal.standardOutput
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
      "\(accelerator.link.name), \(rate(accelerator.link.bytesPerSecond)) each way, joins "
        + "\(accelerator.link.domainSize)",
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

/// Accelerators as JSON, `windtunnel.accelerators/1`: FLOP/s, bytes, bytes per second, watts and USD per hour.
struct AcceleratorsDocument: Encodable {
  let schema = "windtunnel.accelerators/1"
  let accelerators: [Entry]
  let clusters: [Group]

  struct Group: Encodable {
    let name: String
    let accelerator: String
    let count: Int
    let devicesPerNode: Int
    let networkBytesPerSecond: Double
    let nodesPerGroup: Int?
    let groupBytesPerSecond: Double?
    let powerUsageEffectiveness: Double
    let usdPerHour: Double?
    let priceBasis: String?
  }

  struct Entry: Encodable {
    let name: String
    let aliases: [String]
    let peakFlopsPerSecond: [String: Double]
    let attainableFlopsPerSecond: [String: Double]?
    let attainableSource: String?
    let memoryBytes: Double
    let memoryBytesPerSecond: Double
    let link: String
    let linkBytesPerSecond: Double
    let linkDomain: Int
    let network: String
    let networkBytesPerSecond: Double
    let devicesPerNode: Int
    let watts: Double?
    let usdPerHour: Double?
    let priceBasis: String?
    let citation: String
  }

  init(_ accelerators: [Accelerator], _ clusters: [HardwareCatalog.NamedCluster]) {
    self.clusters = clusters.map {
      Group(
        name: $0.name, accelerator: $0.cluster.accelerator.name, count: $0.cluster.count,
        devicesPerNode: $0.cluster.devicesPerNode, networkBytesPerSecond: $0.cluster.networkBytesPerSecond,
        nodesPerGroup: $0.cluster.nodesPerGroup, groupBytesPerSecond: $0.cluster.groupBytesPerSecond,
        powerUsageEffectiveness: $0.cluster.powerUsageEffectiveness, usdPerHour: $0.cluster.price?.usdPerHour,
        priceBasis: $0.cluster.price?.basis)
    }
    func named(_ rates: [Precision: Double]) -> [String: Double] {
      Dictionary(rates.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    self.accelerators = accelerators.map {
      Entry(
        name: $0.name, aliases: $0.aliases, peakFlopsPerSecond: named($0.peaks),
        attainableFlopsPerSecond: $0.attainable.map(named), attainableSource: $0.attainableSource,
        memoryBytes: $0.memoryBytes, memoryBytesPerSecond: $0.memoryBandwidth, link: $0.link.name,
        linkBytesPerSecond: $0.link.bytesPerSecond, linkDomain: $0.link.domainSize, network: $0.network.name,
        networkBytesPerSecond: $0.network.bytesPerSecond, devicesPerNode: $0.devicesPerNode, watts: $0.watts,
        usdPerHour: $0.listPrice?.usdPerHour, priceBasis: $0.listPrice?.basis, citation: $0.citation)
    }
  }
}
