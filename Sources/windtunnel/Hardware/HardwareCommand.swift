import ArgumentParser
import Documents
import Foundation
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
    let document = AcceleratorsDocument(accelerators, clusters)
    let json = try document.json()
    let text =
      switch format {
      case .json: json
      case .yaml: try HardwareFile(accelerators, clusters).yaml()
      case .table: AcceleratorsView(document).text
      }
    if let output { try DocumentFile.write(format == .yaml ? text : json, to: output) }
    if output == "-" || output == "/dev/stdout" { return }
    try DocumentFile.write(text, to: "-")
  }
}
