import Tables

/// A cluster of accelerators of one kind.
public struct Cluster: Sendable, Hashable {
  public var accelerator: Accelerator
  public var count: Int
  public var devicesPerNode: Int
  /// Bytes per second between nodes that one accelerator sends, and as many that it receives.
  public var networkBytesPerSecond: Double
  /// The accelerator's list price unless the user states another.
  public var price: ComputePrice?
  /// The number of nodes under one switch, beyond which the network is slower; nil if it is uniform.
  public var nodesPerGroup: Int?
  /// Bytes per second of one accelerator between such groups.
  public var groupBytesPerSecond: Double?
  /// The power of the whole site over that of its computers (PUE).
  public var powerUsageEffectiveness: Double

  /// A cluster as such accelerators are usually equipped.
  ///
  /// - Throws: ``CostError`` unless there is at least one accelerator.
  public init(_ accelerator: Accelerator, count: Int) throws(CostError) {
    guard count > 0, count <= 1_000_000_000 else {
      throw CostError("a cluster needs from 1 to 1000000000 accelerators, not \(count)")
    }
    self.accelerator = accelerator
    self.count = count
    devicesPerNode = accelerator.devicesPerNode
    networkBytesPerSecond = accelerator.network.bytesPerSecond
    price = accelerator.listPrice
    powerUsageEffectiveness = 1.1
  }

  /// Reads `64xH100`, `1k x A100 40GB` or, for a single one, `H100`; and the name of a user's cluster for all of it.
  ///
  /// - Throws: ``CostError`` that says what was expected.
  public init(parsing text: String, in hardware: HardwareCatalog = .builtIn) throws(CostError) {
    let (number, name) = Self.parts(of: text)
    guard let number else {
      self = try hardware.cluster(name)
      return
    }
    let count: Double
    do { count = try parseNumber(number) } catch {
      throw CostError("cannot read the cluster '\(excerpted(text))': \(error.message); an example is '64xH100'")
    }
    guard let whole = Int(exactly: count) else {
      throw CostError("the cluster '\(excerpted(text))' must have a whole number of accelerators, as in '64xH100'")
    }
    self = try hardware.cluster(name, count: whole)
  }

  /// The number and the name in `64xH100`; no number if only a name is given.
  static func parts(of text: String) -> (number: String?, name: String) {
    let trimmed = String(text.drop { $0.isWhitespace })
    // An accelerator's name may contain an x, as in MI300X, but not before a digit at the start of the text.
    guard let first = trimmed.first, first.isNumber || "+-−.".contains(first), trimmed.contains(where: isTimes) else {
      return (nil, trimmed)
    }
    let number = trimmed.prefix { !isTimes($0) }
    return (String(number), String(trimmed.dropFirst(number.count + 1)))
  }

  public var nodes: Int { (count + devicesPerNode - 1) / devicesPerNode }

  /// The power of the accelerators under load and of their cooling, in watts, if their own is known; without
  /// processors and switches.
  public var watts: Double? { accelerator.watts.map { $0 * Double(count) * powerUsageEffectiveness } }

  private static func isTimes(_ character: Character) -> Bool { "xX×*".contains(character) }
}
