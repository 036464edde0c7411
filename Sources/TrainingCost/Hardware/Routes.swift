import Foundation

/// A route of a group's messages.
struct Route {
  let bytesPerSecond: Double
  /// The latency of a hop, in seconds.
  let latency: Double
  let isNetwork: Bool
}

extension StepModel {
  /// The route of the messages of a group of `devices` devices, whose neighbors are `stride` apart.
  ///
  /// Tensor-parallel devices are adjacent, then those that share sequences, then replicas, then stages, as in
  /// Megatron-LM. Groups that start in the same node share its network adapters: a group has those of all its devices
  /// there.
  func route(devices: Int, stride: Int) -> Route {
    let domain = cluster.accelerator.link.domainSize
    guard devices * stride > domain else {
      return Route(bytesPerSecond: linkRate, latency: efficiency.linkLatency, isNetwork: false)
    }
    let neighbors = max(1, min(devices, domain / max(1, stride)))
    let rate = networkRate(across: devices * stride)
    return Route(
      bytesPerSecond: min(linkRate, rate * Double(neighbors)), latency: efficiency.networkLatency, isNetwork: true)
  }

  /// Bytes per second and device inside a node or domain.
  var linkRate: Double { cluster.accelerator.link.bytesPerSecond * efficiency.link }
  /// Bytes per second and device between nodes, for messages that span the given number of devices.
  func networkRate(across devices: Int) -> Double {
    var rate = cluster.networkBytesPerSecond
    if let nodes = cluster.nodesPerGroup, let narrow = cluster.groupBytesPerSecond,
      devices > nodes * cluster.devicesPerNode
    {
      rate = min(rate, narrow)
    }
    return rate * efficiency.network
  }

  /// The time of a ring all-reduce of the given bytes on each device (Patarasuk and Yuan 2009).
  func allReduce(bytes: Double, devices: Int, stride: Int) -> Double {
    guard devices > 1 else { return 0 }
    let n = Double(devices)
    let route = route(devices: devices, stride: stride)
    return 2 * (n - 1) / n * bytes / route.bytesPerSecond + 2 * (n - 1) * route.latency
  }

  /// The time of an exchange in which each device sends an equal share of its bytes to every other one. Messages inside
  /// a node use its links while the rest waits for the network.
  func allToAll(bytes: Double, devices: Int, stride: Int) -> Double {
    guard devices > 1 else { return 0 }
    let n = Double(devices)
    let inside = Double(max(1, min(devices, cluster.accelerator.link.domainSize / max(1, stride))))
    let byLink = bytes * (inside - 1) / n / linkRate
    let byNetwork = bytes * (n - inside) / n / networkRate(across: devices * stride)
    let latency = inside < n ? efficiency.networkLatency : efficiency.linkLatency
    return max(byLink, byNetwork) + latency * log2(n)
  }
}
