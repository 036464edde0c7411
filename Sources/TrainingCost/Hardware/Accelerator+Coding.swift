/// An accelerator in documents: all figures in one mapping, with their units in the names.
extension Accelerator: Codable {
  enum CodingKeys: String, CodingKey {
    case name, aliases, attainableSource, memoryBytes, devicesPerNode, watts, citation
    case peaks = "peak_flops_per_second"
    case attainable = "attainable_flops_per_second"
    case memoryBandwidth = "memory_bytes_per_second"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      aliases: try container.decode([String].self, forKey: .aliases),
      peaks: try container.decode([Precision: Double].self, forKey: .peaks),
      memoryBytes: try container.decode(Double.self, forKey: .memoryBytes),
      memoryBandwidth: try container.decode(Double.self, forKey: .memoryBandwidth),
      link: try Link(from: decoder), network: try Network(from: decoder),
      devicesPerNode: try container.decode(Int.self, forKey: .devicesPerNode),
      watts: try container.decodeIfPresent(Double.self, forKey: .watts),
      attainable: try container.decodeIfPresent([Precision: Double].self, forKey: .attainable),
      attainableSource: try container.decodeIfPresent(String.self, forKey: .attainableSource),
      citation: try container.decode(String.self, forKey: .citation),
      listPrice: try ListPrice(from: decoder).price)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(aliases, forKey: .aliases)
    try container.encode(peaks, forKey: .peaks)
    try container.encodeIfPresent(attainable, forKey: .attainable)
    try container.encodeIfPresent(attainableSource, forKey: .attainableSource)
    try container.encode(memoryBytes, forKey: .memoryBytes)
    try container.encode(memoryBandwidth, forKey: .memoryBandwidth)
    try link.encode(to: encoder)
    try network.encode(to: encoder)
    try container.encode(devicesPerNode, forKey: .devicesPerNode)
    try container.encodeIfPresent(watts, forKey: .watts)
    try ListPrice(listPrice).encode(to: encoder)
    try container.encode(citation, forKey: .citation)
  }
}

extension Accelerator.Link {
  enum CodingKeys: String, CodingKey {
    case name = "link"
    case bytesPerSecond = "link_bytes_per_second"
    case domainSize = "link_domain"
  }
}

extension Accelerator.Network {
  enum CodingKeys: String, CodingKey {
    case name = "network"
    case bytesPerSecond = "network_bytes_per_second"
  }
}

/// A price in the mapping of what it is of, which may have none.
struct ListPrice: Codable, Sendable, Hashable {
  var usdPerHour: Double?
  var priceBasis: String?

  init(_ price: ComputePrice?) { (usdPerHour, priceBasis) = (price?.usdPerHour, price?.basis) }

  var price: ComputePrice? { usdPerHour.map { ComputePrice(listed: $0, basis: priceBasis ?? "as stated") } }
}
