import Documents
import Tables

extension HardwareCatalog {
  /// The clusters of a hardware file: a number of an accelerator, with the links between nodes and between groups of
  /// them.
  ///
  /// ```yaml
  /// clusters:
  ///   alpha:
  ///     accelerator: H100
  ///     count: 1024
  ///     network: 400 Gb/s
  ///     group: {nodes: 32, network: 100 Gb/s}
  ///     usd_per_hour: 2.10
  ///     price_basis: our contract of 2026
  ///     pue: 1.2
  /// ```
  static func clusters(_ list: YAMLSection, among known: HardwareCatalog) throws(DocumentError) -> [NamedCluster] {
    var found: [NamedCluster] = []
    for name in list.names {
      guard let entry = try list.section(name, example: "{accelerator: H100, count: 512}") else { continue }
      guard !plain(name).isEmpty, name.first?.isLetter == true, !name.contains("+") else {
        throw list.fault(name, "a cluster's name must begin with a letter and must not contain +")
      }
      if (try? known.named(name)) != nil || found.contains(where: { plain($0.name) == plain(name) }) {
        throw list.fault(name, "it reads the same as another accelerator or cluster; give it another name")
      }
      found.append(NamedCluster(name: name, cluster: try cluster(entry, among: known)))
    }
    return found
  }

  private static func cluster(_ entry: YAMLSection, among known: HardwareCatalog) throws(DocumentError) -> Cluster {
    try entry.checkKeys([
      "accelerator", "count", "devices_per_node", "network", "group", "usd_per_hour", "price_basis", "pue",
    ])
    guard let name = try entry.text("accelerator"), let count = try entry.count("count") else {
      throw DocumentError(
        "\(entry.path): \(entry.subject) needs 'accelerator' and 'count', as in {accelerator: H100, count: 512}")
    }
    var cluster: Cluster
    do { cluster = try Cluster(known.named(name), count: count) } catch { throw entry.fault("accelerator", "\(error)") }
    if let devices = try entry.count("devices_per_node") { cluster.devicesPerNode = devices }
    if let rate = try entry.quantity("network", parseByteRate) { cluster.networkBytesPerSecond = rate }
    if let group = try entry.section("group", example: "{nodes: 32, network: 100 Gb/s}") {
      try group.checkKeys(["nodes", "network"])
      guard let nodes = try group.count("nodes"), let rate = try group.quantity("network", parseByteRate) else {
        throw entry.fault(
          "group",
          "it needs 'nodes', the number under one switch, and 'network', the bandwidth of an accelerator beyond it"
        )
      }
      (cluster.nodesPerGroup, cluster.groupBytesPerSecond) = (nodes, rate)
    }
    if let price = try price(entry) { cluster.price = price }
    if let pue = try entry.quantity("pue", parseNumber) {
      guard pue >= 1 else {
        throw entry.fault("pue", "the power of a site over that of its computers must be 1 or more")
      }
      cluster.powerUsageEffectiveness = pue
    }
    return cluster
  }
}
