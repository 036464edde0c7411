import Documents
import Tables

extension HardwareCatalog {
  /// Accelerators and clusters as a complete hardware file: a start for the user's own.
  public static func yaml(_ accelerators: [Accelerator], _ clusters: [NamedCluster] = []) -> String {
    let list = accelerators.isEmpty ? "" : "accelerators:\n" + accelerators.map(\.entry).joined()
    let groups = clusters.isEmpty ? "" : "clusters:\n" + clusters.map(\.entry).joined()
    return "schema: \(schema)\n" + list + groups
  }
}

extension Accelerator {
  fileprivate var entry: String {
    var lines = [
      "  \(quoted(name)):", "    aliases: [\(aliases.map(quoted).joined(separator: ", "))]",
      "    peaks: \(rates(peaks))", "    memory: \(number(memoryBytes / 1e9, "GB"))",
      "    memory_bandwidth: \(number(memoryBandwidth / 1e9, "GB/s"))",
      "    link: {name: \(quoted(link.name)), bandwidth: \(number(link.bytesPerSecond / 1e9, "GB/s")), "
        + "domain: \(link.domainSize)}",
      "    network: {name: \(quoted(network.name)), bandwidth: \(number(network.bytesPerSecond / 1e9, "GB/s"))}",
      "    devices_per_node: \(devicesPerNode)",
    ]
    if let watts { lines.append("    power: \(number(watts, "W"))") }
    if let attainable { lines.append("    attainable: \(rates(attainable))") }
    if let attainableSource { lines.append("    attainable_source: \(quoted(attainableSource))") }
    if let listPrice {
      lines.append("    usd_per_hour: \(plain(listPrice.usdPerHour))")
      lines.append("    price_basis: \(quoted(listPrice.basis))")
    }
    lines.append("    citation: \(quoted(citation))")
    return lines.map { $0 + "\n" }.joined()
  }

  private func rates(_ rates: [Precision: Double]) -> String {
    let parts = Precision.allCases.compactMap { precision in
      rates[precision].map { "\(precision.rawValue): \(number($0 / 1e12, "TFLOP/s"))" }
    }
    return "{\(parts.joined(separator: ", "))}"
  }

}

extension HardwareCatalog.NamedCluster {
  fileprivate var entry: String {
    var lines = [
      "  \(quoted(name)):", "    accelerator: \(quoted(cluster.accelerator.name))", "    count: \(cluster.count)",
      "    devices_per_node: \(cluster.devicesPerNode)",
      "    network: \(number(cluster.networkBytesPerSecond / 1e9, "GB/s"))",
    ]
    if let nodes = cluster.nodesPerGroup, let rate = cluster.groupBytesPerSecond {
      lines.append("    group: {nodes: \(nodes), network: \(number(rate / 1e9, "GB/s"))}")
    }
    if let price = cluster.price {
      lines.append("    usd_per_hour: \(plain(price.usdPerHour))")
      lines.append("    price_basis: \(quoted(price.basis))")
    }
    lines.append("    pue: \(plain(cluster.powerUsageEffectiveness))")
    return lines.map { $0 + "\n" }.joined()
  }
}

private func number(_ value: Double, _ unit: String) -> String { "\(plain(value)) \(unit)" }

/// Twelve significant digits, without the rounding error of a division in the last bits.
private func plain(_ value: Double) -> String { NumberText.rounded(value, 12) }

/// A quoted text that YAML reads back unchanged.
private func quoted(_ text: String) -> String {
  let safe = text.map { character in
    switch character {
    case "\\": "\\\\"
    case "\"": "\\\""
    case _ where character.isNewline: " "
    default: String(character)
    }
  }
  return "\"\(safe.joined())\""
}
