import Documents
import TrainingCost

/// Accelerators and clusters as a document, `windtunnel.accelerators/1`: FLOP/s, bytes, bytes a second, watts and USD an
/// hour.
struct AcceleratorsDocument: Document {
  static let schema = "windtunnel.accelerators/1"
  static let kind = "list of accelerators"
  static let remedy = "write one by 'windtunnel hardware --output'"

  var accelerators: [Accelerator]
  var clusters: [Group]

  struct Group: Codable, DocumentChecked {
    var name: String
    var accelerator: String
    var count: Int
    var devicesPerNode: Int
    var networkBytesPerSecond: Double
    var nodesPerGroup: Int?
    var groupBytesPerSecond: Double?
    var powerUsageEffectiveness: Double
    var usdPerHour: Double?
    var priceBasis: String?

    var nodes: Int { (count + devicesPerNode - 1) / devicesPerNode }

    func check() throws(DocumentFault) {
      for (name, number) in [("count", count), ("devices_per_node", devicesPerNode)]
      where !(1...1_000_000_000).contains(number) {
        throw DocumentFault(name, "it should be a whole number from 1 to 1000000000")
      }
    }
  }

  init(_ accelerators: [Accelerator], _ clusters: [HardwareCatalog.NamedCluster]) {
    self.accelerators = accelerators
    self.clusters = clusters.map {
      Group(
        name: $0.name, accelerator: $0.cluster.accelerator.name, count: $0.cluster.count,
        devicesPerNode: $0.cluster.devicesPerNode, networkBytesPerSecond: $0.cluster.networkBytesPerSecond,
        nodesPerGroup: $0.cluster.nodesPerGroup, groupBytesPerSecond: $0.cluster.groupBytesPerSecond,
        powerUsageEffectiveness: $0.cluster.powerUsageEffectiveness, usdPerHour: $0.cluster.price?.usdPerHour,
        priceBasis: $0.cluster.price?.basis)
    }
  }
}
