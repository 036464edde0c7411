import Documents
import Tables

/// A user's accelerators in YAML, `windtunnel.hardware/1`.
///
/// ```yaml
/// schema: windtunnel.hardware/1
/// accelerators:
///   lab:
///     like: H100
///     network: {name: RoCE, bandwidth: 200 Gb/s}
///     usd_per_hour: 1.80
///     price_basis: our contract of 2026
/// ```
///
/// and `clusters`, as ``HardwareCatalog/clusters(_:among:)`` reads them.
extension HardwareCatalog {
  public static let schema = "windtunnel.hardware/1"

  /// The built-in accelerators and those of a file, with its clusters. An entry that is `like` another overrides the
  /// values that it states.
  ///
  /// - Throws: ``DocumentError`` for a file that is missing or invalid.
  public init(path: String) throws(DocumentError) {
    let file = try YAMLSection(
      path: path, kind: "hardware file", schema: Self.schema, keys: ["schema", "accelerators", "clusters"])
    let list = try file.section("accelerators", example: "'lab: {like: H100}'", isSubject: false)
    let clusters = try file.section(
      "clusters", example: "'alpha: {accelerator: H100, count: 512}'", isSubject: false)
    guard !(list?.names ?? []).isEmpty || !(clusters?.names ?? []).isEmpty else {
      throw DocumentError(
        "\(path): it has neither 'accelerators', as in 'lab: {like: H100, memory: 96 GB}', nor 'clusters', as in "
          + "'alpha: {accelerator: H100, count: 512}'")
    }
    var own: [Accelerator] = []
    for name in list?.names ?? [] {
      guard let list, let entry = try list.section(name, example: "{like: H100, memory: 96 GB}") else { continue }
      let accelerator = try Self.accelerator(name, entry, among: HardwareCatalog(adding: own))
      if let twice = own.first(where: { Self.plain($0.name) == Self.plain(name) }) {
        throw list.fault(name, "it reads the same as '\(twice.name)'; give it another name")
      }
      own.append(accelerator)
    }
    self.init(adding: own)
    if let clusters { self.clusters = try Self.clusters(clusters, among: self) }
  }

  private static let keys = [
    "like", "aliases", "peaks", "memory", "memory_bandwidth", "link", "network", "devices_per_node", "power",
    "attainable", "attainable_source", "citation", "usd_per_hour", "price_basis",
  ]

  private static func accelerator(
    _ name: String, _ entry: YAMLSection, among known: HardwareCatalog
  ) throws(DocumentError) -> Accelerator {
    guard !plain(name).isEmpty else {
      throw DocumentError(
        "\(entry.path): an accelerator's name must contain letters or digits, not '\(excerpted(name))'")
    }
    try entry.checkKeys(keys)
    var base: Accelerator?
    if let like = try entry.text("like") {
      do { base = try known.named(like) } catch { throw entry.fault("like", "\(error)") }
    }
    func required<Value>(_ key: String, _ own: Value?, _ inherited: Value?, _ example: String) throws(DocumentError)
      -> Value
    {
      guard let value = own ?? inherited else {
        throw DocumentError(
          "\(entry.path): '\(key)' of \(entry.subject) is missing; write '\(key): \(example)', or 'like: H100' to "
            + "inherit it"
        )
      }
      return value
    }
    let link = try required("link", try link(entry, base?.link), base?.link, "{bandwidth: 450 GB/s, domain: 8}")
    return Accelerator(
      name: name, aliases: try entry.texts("aliases") ?? [],
      peaks: try required("peaks", try rates(entry, "peaks", base?.peaks), base?.peaks, "{bf16: 989 TFLOP/s}"),
      memoryBytes: try required("memory", try entry.quantity("memory", parseBytes), base?.memoryBytes, "80 GB"),
      memoryBandwidth: try required(
        "memory_bandwidth", try entry.quantity("memory_bandwidth", parseByteRate), base?.memoryBandwidth, "3.35 TB/s"),
      link: link,
      network: try required("network", try network(entry, base?.network), base?.network, "{bandwidth: 400 Gb/s}"),
      devicesPerNode: try entry.count("devices_per_node") ?? base?.devicesPerNode ?? link.domainSize,
      watts: try entry.quantity("power", parseWatts) ?? base?.watts,
      attainable: try rates(entry, "attainable", base?.attainable) ?? base?.attainable,
      attainableSource: try entry.text("attainable_source")
        ?? (entry.has("attainable") ? entry.path : base?.attainableSource),
      citation: try entry.text("citation") ?? base.map { "\(entry.path), like \($0.name): \($0.citation)" }
        ?? entry.path,
      listPrice: try price(entry) ?? base?.listPrice)
  }

  /// Rates by precision; those that are not stated are inherited.
  private static func rates(
    _ entry: YAMLSection, _ key: String, _ base: [Precision: Double]?
  ) throws(DocumentError) -> [Precision: Double]? {
    guard let section = try entry.section(key, example: "{bf16: 989 TFLOP/s, fp8: 1979 TFLOP/s}") else { return nil }
    try section.checkKeys(Precision.allCases.map(\.rawValue))
    var rates = base ?? [:]
    for precision in Precision.allCases {
      if let rate = try section.quantity(precision.rawValue, parseFLOPRate) { rates[precision] = rate }
    }
    guard !rates.isEmpty else { throw entry.fault(key, "it must state a rate, as in {bf16: 989 TFLOP/s}") }
    return rates
  }

  private static func link(_ entry: YAMLSection, _ base: Accelerator.Link?) throws(DocumentError) -> Accelerator.Link? {
    guard let section = try entry.section("link", example: "{name: NVLink 4, bandwidth: 450 GB/s, domain: 8}") else {
      return nil
    }
    try section.checkKeys(["name", "bandwidth", "domain"])
    guard let bandwidth = try section.quantity("bandwidth", parseByteRate) ?? base?.bytesPerSecond else {
      throw entry.fault("link", "'bandwidth' is missing: the rate at which one accelerator sends, such as 450 GB/s")
    }
    guard let domain = try section.count("domain") ?? base?.domainSize else {
      throw entry.fault("link", "'domain' is missing: the number of accelerators it joins, such as 8")
    }
    return Accelerator.Link(
      name: try section.text("name") ?? base?.name ?? "link", bytesPerSecond: bandwidth, domainSize: domain)
  }

  private static func network(
    _ entry: YAMLSection, _ base: Accelerator.Network?
  ) throws(DocumentError) -> Accelerator.Network? {
    guard let section = try entry.section("network", example: "{name: InfiniBand, bandwidth: 400 Gb/s}") else {
      return nil
    }
    try section.checkKeys(["name", "bandwidth"])
    guard let bandwidth = try section.quantity("bandwidth", parseByteRate) ?? base?.bytesPerSecond else {
      throw entry.fault(
        "network", "'bandwidth' is missing: an accelerator's share of its node's cards, such as 400 Gb/s")
    }
    return Accelerator.Network(name: try section.text("name") ?? base?.name ?? "network", bytesPerSecond: bandwidth)
  }

  static func price(_ entry: YAMLSection) throws(DocumentError) -> ComputePrice? {
    guard let usd = try entry.quantity("usd_per_hour", parseUSD) else {
      guard !entry.has("price_basis") else { throw entry.fault("price_basis", "it needs 'usd_per_hour' as well") }
      return nil
    }
    return ComputePrice(listed: usd, basis: try entry.text("price_basis") ?? "as stated in \(entry.path)")
  }
}
