extension Accelerator {
  /// The accelerator assumed if a budget does not name one.
  public static let assumed = h100

  /// The accelerators that come with Windtunnel.
  public static let catalog: [Accelerator] = voltaAndAmpere + hopper + blackwell + cards + amd + tpus + others

  /// Largest matrix products found by search over their shapes.
  static let bekman = "S. Bekman, Machine Learning Engineering, 2024 and 2025: largest matrix product found by search"

  /// The rates of a data sheet, in TFLOP/s.
  static func teraFLOPs(_ rates: [Precision: Double]) -> [Precision: Double] { rates.mapValues { $0 * 1e12 } }

  /// A network with the given gigabits per second for each accelerator.
  static func infiniBand(_ gigabits: Double) -> Network {
    Network(name: "InfiniBand", bytesPerSecond: gigabits / 8 * 1e9)
  }

  static func ethernet(_ gigabits: Double, _ name: String = "Ethernet") -> Network {
    Network(name: name, bytesPerSecond: gigabits / 8 * 1e9)
  }

  /// A link with the given gigabytes per second in each direction.
  static func link(_ name: String, _ gigabytes: Double, domain: Int = 8) -> Link {
    Link(name: name, bytesPerSecond: gigabytes * 1e9, domainSize: domain)
  }
}
