import Foundation

/// The time of one layer for one micro-batch on one device, in seconds, averaged over a model's dense layers and its
/// layers of experts.
struct LayerTime {
  /// Kernels of the forward pass, and of the backward pass for inputs and weights.
  var forward = 0.0
  var backward = 0.0
  /// Recomputation.
  var recomputation = 0.0
  /// The part of the kernels' time spent waiting for launches.
  var launches = 0.0
  /// Exchanges between tensor-parallel devices, in the forward and backward pass.
  var tensorForward = 0.0
  var tensorBackward = 0.0
  /// Exchanges of tokens between experts.
  var expert = 0.0
  /// Exchanges of keys and values that attention does not hide.
  var context = 0.0
  /// Gathering of sharded parameters, and scattering of their gradients, that kernels do not hide.
  var gathering = 0.0
  /// Transfers of activations to host memory and back, beyond what kernels hide.
  var offloading = 0.0

  var communication: Double { tensorForward + tensorBackward + expert + context + gathering + offloading }
  var total: Double { forward + backward + recomputation + communication }
}

extension StepModel {
  func layerTime(_ layout: Layout) -> LayerTime {
    let t = Double(layout.tensor)
    let tokens = tokensPerDevice(layout)
    let products = layer.products(tokens: tokens, tensor: t, expert: Double(layout.expert))
    let matmul = products.flops * secondsPerFLOP + products.bytes * secondsPerByte
    let (scores, scoresBack) = attentionTime(layout)
    let stream = efficiency.elementwise * layer.hidden / (layout.sequenceParallel ? t : 1)
    let elementwise = 2 * tokens * (stream + (layer.activationWidth + layer.routedWidth) / t) * secondsPerByte

    let spansNodes = layout.pipeline > 1 && layout.tensor > 1 && layout.devices > cluster.devicesPerNode
    let floor = efficiency.layerLaunch * (spansNodes ? 1 + efficiency.pipelineLaunch * t : 1)
    var time = LayerTime()
    let (forward, backward) = (matmul + scores + elementwise, 2 * (matmul + elementwise) + scoresBack)
    time.forward = overlapped(forward, floor)
    time.backward = overlapped(backward, 2 * floor)
    time.launches = time.forward + time.backward - forward - backward

    // Two all-reduces in each direction (or as many pairs of reduce-scatter and all-gather, of the same volume).
    let reduction = allReduce(bytes: 2 * tokens * layer.hidden, devices: layout.tensor, stride: 1)
    time.tensorForward = 2 * reduction
    time.tensorBackward = 2 * reduction
    time.expert = expertExchange(layout, tokens: tokens)
    time.context = contextExchange(layout, hiddenBy: (scores, scoresBack))
    switch layout.recomputation {
    case .none: break
    // FlashAttention recomputes scores itself; only norms and activation functions are left.
    case .selective: time.recomputation = workload.attention.isFused ? elementwise : scores
    case .full:
      time.recomputation = time.forward
      time.tensorBackward += time.tensorForward
    }
    time.gathering = gathering(layout, time)
    let moved = 2 * layout.offload * activationBytes(layout) / Self.hostBytesPerSecond
    time.offloading = max(0, moved - time.forward - time.backward - time.recomputation)
    return time
  }

  /// The bandwidth between a device and its host's memory: four fifths of PCIe 4.0 x16.
  static let hostBytesPerSecond = 25e9

  /// The attention of one layer, forward and backward. FlashAttention's backward pass has five products for two.
  private func attentionTime(_ layout: Layout) -> (forward: Double, backward: Double) {
    let (b, s) = (Double(layout.microBatch), Double(workload.sequence))
    let square = b * s * s / Double(layout.context) / Double(layout.tensor)
    let flops = 2 * square * layer.heads * layer.attentionWidth
    switch workload.attention {
    case .flash, .flash3:
      let forward = 0.5 * flops / (attentionPeak * efficiency.attention * workload.attention.speed)
      return (forward, 2.5 * forward)
    case .unfused:
      let products = flops / (attentionPeak * efficiency.matmul)
      let forward = products + 2 * efficiency.scorePasses * square * layer.heads * secondsPerByte
      return (forward, 2 * forward)
    }
  }

  /// All-to-all of the tokens to their experts and back, forward and backward, beyond what is hidden.
  private func expertExchange(_ layout: Layout, tokens: Double) -> Double {
    guard layout.expert > 1, layer.expertShare > 0 else { return 0 }
    // Each tensor-parallel device sends a slice of the tokens, and a token once to each node that has experts for it.
    let sent = 2 * tokens / Double(layout.tensor) * layer.hidden
    let domain = cluster.accelerator.link.domainSize
    let nodes = Double(max(1, layout.expert / domain))
    let reached = nodes * (1 - pow(1 - 1 / nodes, layer.activeExperts))
    let rate = networkRate(across: layout.expert)
    let byNetwork = nodes > 1 ? sent * reached * (nodes - 1) / nodes / rate : 0
    let inside = Double(min(layout.expert, domain))
    let byLink = sent * layer.activeExperts * (inside - 1) / inside / linkRate
    let latency = nodes > 1 ? efficiency.networkLatency : efficiency.linkLatency
    let exchange = max(byLink, byNetwork) + latency * log2(Double(layout.expert))
    return 4 * layer.expertShare * efficiency.exposedExchange * exchange
  }

  private func contextExchange(_ layout: Layout, hiddenBy scores: (forward: Double, backward: Double)) -> Double {
    guard layout.context > 1 else { return 0 }
    let (t, c) = (Double(layout.tensor), Double(layout.context))
    let route = route(devices: layout.context, stride: layout.tensor)
    let block = tokensPerDevice(layout)
    switch layout.contextExchange {
    case .ring:
      let once = (c - 1) * (2 * block * layer.keyValueWidth / t / route.bytesPerSecond + route.latency)
      return max(0, once - scores.forward) + max(0, 2 * once - scores.backward)
    case .ulysses:
      // Queries, keys and values in one direction and the output back; the backward pass has as much again.
      let sent = 2 * block * (2 * layer.hidden + layer.keyValueWidth) / t
      return 2 * allToAll(bytes: sent, devices: layout.context, stride: layout.tensor)
    }
  }

  /// The time of gathering a layer's sharded parameters for both passes, and of scattering its gradients, beyond the
  /// kernels.
  private func gathering(_ layout: Layout, _ time: LayerTime) -> Double {
    let group = layout.shardGroup ?? layout.data * layout.context
    guard layout.sharding == .parameters, group > 1 else { return 0 }
    let n = Double(group)
    let route = route(devices: group, stride: layout.tensor)
    let weights = layer.weightsPerDevice(tensor: Double(layout.tensor), expert: Double(layout.expert))
    let hop = (n - 1) * route.latency
    let gather = 2 * weights * (n - 1) / n / route.bytesPerSecond + hop
    let scatter = 2 * weights * (n - 1) / n / route.bytesPerSecond + hop
    let forward = time.forward + time.tensorForward
    let backward = time.backward + time.tensorBackward + time.recomputation
    return max(0, gather - forward) + max(0, gather + scatter - backward)
  }
}

/// The time of two concurrent activities: the longer one, smoothed where both take about as long.
private func overlapped(_ a: Double, _ b: Double) -> Double {
  let (x, y) = (a * a, b * b)
  return (x * x + y * y).squareRoot().squareRoot()
}
