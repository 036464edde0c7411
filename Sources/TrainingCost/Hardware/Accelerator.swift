/// A chip for training models, with its vendor's figures.
public struct Accelerator: Sendable, Hashable {
  /// Its name on the command line: `H100`.
  public var name: String
  /// Its other names.
  public var aliases: [String]
  /// The peak of dense matrix products by precision, in FLOP/s.
  public var peaks: [Precision: Double]
  /// Device memory in bytes, in the powers of a thousand that data sheets count in.
  public var memoryBytes: Double
  /// Bytes per second between the chip and its memory.
  public var memoryBandwidth: Double
  /// The link between the accelerators of a node, or of several nodes in one domain of NVLink or ICI.
  public var link: Link
  /// The network between nodes, as such nodes are usually equipped.
  public var network: Network
  public var devicesPerNode: Int
  /// Thermal design power in watts.
  public var watts: Double?
  /// The fastest measured matrix product, by precision, in FLOP/s.
  public var attainable: [Precision: Double]?
  /// The source of the measurement.
  public var attainableSource: String?
  /// The source of the figures.
  public var citation: String
  /// A dated list price, if one is known.
  public var listPrice: ComputePrice?

  /// A link between accelerators.
  public struct Link: Codable, Sendable, Hashable {
    public var name: String
    /// Bytes per second that one accelerator sends, and as many that it receives.
    public var bytesPerSecond: Double
    /// The number of accelerators that the link joins.
    public var domainSize: Int

    public init(name: String, bytesPerSecond: Double, domainSize: Int) {
      self.name = name
      self.bytesPerSecond = bytesPerSecond
      self.domainSize = domainSize
    }
  }

  /// A network between nodes.
  public struct Network: Codable, Sendable, Hashable {
    public var name: String
    /// Bytes per second that one accelerator sends, its share of the node's cards, and as many that it receives.
    public var bytesPerSecond: Double

    public init(name: String, bytesPerSecond: Double) {
      self.name = name
      self.bytesPerSecond = bytesPerSecond
    }
  }

  public init(
    name: String, aliases: [String] = [], peaks: [Precision: Double], memoryBytes: Double, memoryBandwidth: Double,
    link: Link, network: Network, devicesPerNode: Int = 8, watts: Double? = nil,
    attainable: [Precision: Double]? = nil, attainableSource: String? = nil, citation: String,
    listPrice: ComputePrice? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.peaks = peaks
    self.memoryBytes = memoryBytes
    self.memoryBandwidth = memoryBandwidth
    self.link = link
    self.network = network
    self.devicesPerNode = devicesPerNode
    self.watts = watts
    self.attainable = attainable
    self.attainableSource = attainableSource
    self.citation = citation
    self.listPrice = listPrice
  }

  /// The peak in bf16, in FLOP/s; in fp16 if the chip has no bf16, in fp32 if it has neither.
  public var peakFLOPsPerSecond: Double { half(peaks) ?? peaks[.fp32] ?? peaks.values.min() ?? 0 }

  /// The peak in a precision, in FLOP/s; bf16 and fp16, which every chip runs at the same rate, are interchangeable.
  ///
  /// - Throws: ``CostError`` if the chip has no such units.
  public func peak(_ precision: Precision) throws(CostError) -> Double {
    if let peak = peaks[precision] ?? (precision.isHalf ? half(peaks) : nil) { return peak }
    let known = Precision.allCases.filter { peaks[$0] != nil }.map(\.rawValue).joined(separator: ", ")
    throw CostError("no peak of \(name) in \(precision.rawValue) is known; it has \(known)")
  }

  /// The fastest measured matrix product in a precision, in FLOP/s, if there is one.
  public func attainableRate(_ precision: Precision) -> Double? {
    attainable.flatMap { $0[precision] ?? (precision.isHalf ? half($0) : nil) }
  }

  /// The accelerator of a name, ignoring case, hyphens, spaces and the vendor's name.
  ///
  /// - Throws: ``CostError`` that suggests the closest name.
  public static func named(_ name: String) throws(CostError) -> Accelerator {
    try HardwareCatalog.builtIn.named(name)
  }

  private func half(_ rates: [Precision: Double]) -> Double? { rates[.bf16] ?? rates[.fp16] }
}

/// A format of numbers in matrix products.
public enum Precision: String, Codable, CodingKeyRepresentable, Sendable, Hashable, CaseIterable {
  case bf16, fp16, fp8, fp4, fp32

  /// bf16 or fp16.
  public var isHalf: Bool { self == .bf16 || self == .fp16 }
  /// The number of bytes of a number.
  public var bytes: Double {
    switch self {
    case .fp32: 4
    case .bf16, .fp16: 2
    case .fp8: 1
    case .fp4: 0.5
    }
  }
}
