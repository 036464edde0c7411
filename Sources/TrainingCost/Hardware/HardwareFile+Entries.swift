import Documents
import Tables

/// An accelerator in a hardware file. What it does not state is that of the one that it is `like`.
struct AcceleratorEntry: DocumentPart, DocumentChecked {
  static let documentExample = "{like: H100, memory: 96 GB}"

  var like: String?
  var aliases: [String]?
  /// By precision; those that are not stated are taken over.
  var peaks: [Precision: WrittenFLOPRate]?
  var memory: WrittenBytes?
  var memoryBandwidth: WrittenByteRate?
  var link: LinkEntry?
  var network: NetworkEntry?
  var devicesPerNode: Int?
  var power: WrittenPower?
  var attainable: [Precision: WrittenFLOPRate]?
  var attainableSource: String?
  var usdPerHour: WrittenUSD?
  var priceBasis: String?
  var citation: String?

  init(_ accelerator: Accelerator) {
    aliases = accelerator.aliases
    peaks = accelerator.peaks.mapValues { WrittenFLOPRate($0) }
    memory = WrittenBytes(accelerator.memoryBytes)
    memoryBandwidth = WrittenByteRate(accelerator.memoryBandwidth)
    link = LinkEntry(
      name: accelerator.link.name, bandwidth: .init(accelerator.link.bytesPerSecond),
      domain: accelerator.link.domainSize)
    network = NetworkEntry(
      name: accelerator.network.name, bandwidth: .init(accelerator.network.bytesPerSecond))
    devicesPerNode = accelerator.devicesPerNode
    power = accelerator.watts.map { WrittenPower($0) }
    attainable = accelerator.attainable?.mapValues { WrittenFLOPRate($0) }
    attainableSource = accelerator.attainableSource
    usdPerHour = accelerator.listPrice.map { WrittenUSD($0.usdPerHour) }
    priceBasis = accelerator.listPrice?.basis
    citation = accelerator.citation
  }

  func check() throws(DocumentFault) {
    try checkCount(devicesPerNode, "devices_per_node")
    try checkPrice(usdPerHour, priceBasis)
  }

  /// - Parameter path: of the file, which is the source of what names none.
  func accelerator(
    _ name: String, among known: HardwareCatalog, of path: String
  ) throws(DocumentFault) -> Accelerator {
    var base: Accelerator?
    if let like {
      do { base = try known.named(like) } catch { throw DocumentFault("like", "\(error)") }
    }
    func needed<Value>(_ key: String, _ value: Value?, _ example: String) throws(DocumentFault) -> Value {
      if let value { return value }
      throw DocumentFault(key, "it is missing; write '\(key): \(example)', or 'like: H100' to take it over")
    }
    let link = try needed("link", link?.link(over: base?.link) ?? base?.link, LinkEntry.documentExample)
    return Accelerator(
      name: name, aliases: aliases ?? [],
      peaks: try needed("peaks", rates("peaks", peaks, over: base?.peaks), "{bf16: 989 TFLOP/s}"),
      memoryBytes: try needed("memory", memory?.value ?? base?.memoryBytes, "80 GB"),
      memoryBandwidth: try needed(
        "memory_bandwidth", memoryBandwidth?.value ?? base?.memoryBandwidth, "3.35 TB/s"),
      link: link,
      network: try needed(
        "network", network?.network(over: base?.network) ?? base?.network, NetworkEntry.documentExample),
      devicesPerNode: devicesPerNode ?? base?.devicesPerNode ?? link.domainSize,
      watts: power?.value ?? base?.watts, attainable: try rates("attainable", attainable, over: base?.attainable),
      attainableSource: attainableSource ?? (attainable == nil ? base?.attainableSource : path),
      citation: citation ?? base.map { "\(path), like \($0.name): \($0.citation)" } ?? path,
      listPrice: price(usdPerHour, priceBasis, of: path) ?? base?.listPrice)
  }

  private func rates(
    _ key: String, _ own: [Precision: WrittenFLOPRate]?, over base: [Precision: Double]?
  ) throws(DocumentFault) -> [Precision: Double]? {
    guard let own else { return base }
    let rates = (base ?? [:]).merging(own.mapValues(\.value)) { $1 }
    guard !rates.isEmpty else { throw DocumentFault(key, "it should state a rate, as {bf16: 989 TFLOP/s}") }
    return rates
  }
}

/// The link between the accelerators of a node.
struct LinkEntry: DocumentPart, DocumentChecked {
  static let documentExample = "{name: NVLink 4, bandwidth: 450 GB/s, domain: 8}"

  var name: String?
  var bandwidth: WrittenByteRate?
  var domain: Int?

  func check() throws(DocumentFault) { try checkCount(domain, "domain") }

  func link(over base: Accelerator.Link?) throws(DocumentFault) -> Accelerator.Link {
    guard let bandwidth = bandwidth?.value ?? base?.bytesPerSecond else {
      throw DocumentFault("link", "'bandwidth' is missing: what one accelerator sends, as 450 GB/s")
    }
    guard let domain = domain ?? base?.domainSize else {
      throw DocumentFault("link", "'domain' is missing: how many accelerators it joins, as 8")
    }
    return Accelerator.Link(name: name ?? base?.name ?? "link", bytesPerSecond: bandwidth, domainSize: domain)
  }
}

/// The network between nodes.
struct NetworkEntry: DocumentPart {
  static let documentExample = "{name: InfiniBand, bandwidth: 400 Gb/s}"

  var name: String?
  var bandwidth: WrittenByteRate?

  func network(over base: Accelerator.Network?) throws(DocumentFault) -> Accelerator.Network {
    guard let bandwidth = bandwidth?.value ?? base?.bytesPerSecond else {
      throw DocumentFault(
        "network", "'bandwidth' is missing: an accelerator's share of its node's cards, as 400 Gb/s")
    }
    return Accelerator.Network(name: name ?? base?.name ?? "network", bytesPerSecond: bandwidth)
  }
}

/// A cluster in a hardware file: an accelerator, how many there are, and the links between nodes and between groups of
/// them.
struct ClusterEntry: DocumentPart, DocumentChecked {
  static let documentExample = "{accelerator: H100, count: 512}"

  var accelerator: String
  var count: Int
  var devicesPerNode: Int?
  var network: WrittenByteRate?
  var group: Group?
  var usdPerHour: WrittenUSD?
  var priceBasis: String?
  var pue: Double?

  /// The nodes under one switch, and what an accelerator sends beyond it.
  struct Group: DocumentPart, DocumentChecked {
    static let documentExample =
      "{nodes: 32, network: 100 Gb/s}: the nodes under one switch, and what an accelerator sends beyond it"

    var nodes: Int
    var network: WrittenByteRate

    func check() throws(DocumentFault) { try checkCount(nodes, "nodes") }
  }

  init(_ cluster: Cluster) {
    accelerator = cluster.accelerator.name
    count = cluster.count
    devicesPerNode = cluster.devicesPerNode
    network = WrittenByteRate(cluster.networkBytesPerSecond)
    if let nodes = cluster.nodesPerGroup, let rate = cluster.groupBytesPerSecond {
      group = Group(nodes: nodes, network: WrittenByteRate(rate))
    }
    usdPerHour = cluster.price.map { WrittenUSD($0.usdPerHour) }
    priceBasis = cluster.price?.basis
    pue = cluster.powerUsageEffectiveness
  }

  func check() throws(DocumentFault) {
    try checkCount(count, "count")
    try checkCount(devicesPerNode, "devices_per_node")
    try checkPrice(usdPerHour, priceBasis)
    guard pue ?? 1 >= 1 else {
      throw DocumentFault("pue", "the power of a site over that of its computers is 1 or more")
    }
  }

  func cluster(among known: HardwareCatalog, of path: String) throws(DocumentFault) -> Cluster {
    var cluster: Cluster
    do { cluster = try Cluster(known.named(accelerator), count: count) } catch {
      throw DocumentFault("accelerator", "\(error)")
    }
    cluster.devicesPerNode = devicesPerNode ?? cluster.devicesPerNode
    cluster.networkBytesPerSecond = network?.value ?? cluster.networkBytesPerSecond
    cluster.nodesPerGroup = group?.nodes
    cluster.groupBytesPerSecond = group?.network.value
    cluster.price = price(usdPerHour, priceBasis, of: path) ?? cluster.price
    cluster.powerUsageEffectiveness = pue ?? cluster.powerUsageEffectiveness
    return cluster
  }
}

private func checkCount(_ count: Int?, _ name: String) throws(DocumentFault) {
  guard (1...1_000_000_000).contains(count ?? 1) else {
    throw DocumentFault(name, "it should be a whole number from 1 to 1000000000")
  }
}

private func checkPrice(_ usd: WrittenUSD?, _ basis: String?) throws(DocumentFault) {
  if usd == nil, basis != nil { throw DocumentFault("price_basis", "it needs 'usd_per_hour' beside it") }
}

private func price(_ usd: WrittenUSD?, _ basis: String?, of path: String) -> ComputePrice? {
  usd.map { ComputePrice(listed: $0.value, basis: basis ?? "as stated in \(path)") }
}
