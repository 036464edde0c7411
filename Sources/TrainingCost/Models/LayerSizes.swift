/// The sizes that decide the time and memory of a layer, averaged over a model's dense layers and its layers of experts.
struct LayerSizes: Sendable {
  let hidden: Double
  let heads: Double
  /// Channels of a query head and of a value head, summed.
  let attentionWidth: Double
  /// Channels of all keys and values.
  let keyValueWidth: Double
  /// Channels of queries, keys, values and attention's output.
  let projectionWidth: Double
  /// Channels of rotated queries and keys, which are kept beside the plain ones.
  let rotatedWidth: Double
  /// Elements of an MLP's inner activations that its kernels read and write, for a token.
  let activationWidth: Double
  /// Elements that routing a token to its experts and back moves.
  let routedWidth: Double
  /// Share of the layers that have experts.
  let expertShare: Double
  let activeExperts: Double

  /// Weights outside of routed experts, biases and norms included.
  let denseWeights: Double
  /// Weights of all routed experts.
  let expertWeights: Double
  private let activeExpertWeights: Double
  /// Channels in and out of all products of a token that no device shares, and of those that tensor parallelism splits.
  private let sharedWidth: Double
  private let splitWidth: Double
  /// Inner activations of an MLP that the backward pass needs, for a token.
  let keptWidth: Double
  /// The same where activation functions are computed again.
  let leanWidth: Double

  init(_ shape: TransformerShape) {
    hidden = Double(shape.hidden)
    heads = Double(shape.heads)
    attentionWidth = Double(shape.attentionWidth)
    let matrices = Double(shape.feedForwardMatrices)
    expertShare = Double(shape.expertLayers) / Double(shape.layers)
    let parameters = shape.parameters
    let layers = Double(shape.layers)
    expertWeights = Double(parameters.routedExperts) / layers
    activeExpertWeights = Double(parameters.activeExperts) / layers
    denseWeights = Double(parameters.nonEmbedding) / layers - expertWeights
    activeExperts = Double(shape.experts?.active ?? 0)
    if let latent = shape.latentAttention {
      // The ring passes on the compressed keys and values.
      keyValueWidth = Double(latent.keyValueRank + latent.ropeHeadSize)
      rotatedWidth = 2 * heads * Double(latent.ropeHeadSize)
      projectionWidth = heads * Double(2 * (latent.nopeHeadSize + latent.ropeHeadSize) + 2 * latent.valueHeadSize)
    } else {
      keyValueWidth = Double(2 * shape.keyValueHeads * shape.headSize)
      projectionWidth = Double(2 * (shape.heads + shape.keyValueHeads) * shape.headSize)
      rotatedWidth = shape.learnedPositions == 0 ? projectionWidth / 2 : 0
    }
    let experts = shape.experts.map { Double($0.active * $0.feedForward + $0.sharedFeedForward) } ?? 0
    let width = (1 - expertShare) * Double(shape.feedForward) + expertShare * experts
    activationWidth = (2 * matrices - 2) * width
    // Input and output of the activation, and for a gate also the other factor and the product.
    keptWidth = (shape.isGated ? 4 : 2) * width
    leanWidth = (shape.isGated ? 2 : 1) * width
    routedWidth = expertShare * 4 * activeExperts * hidden
    let copies = 1 - expertShare + expertShare * (activeExperts + (shape.experts?.sharedFeedForward ?? 0 > 0 ? 1 : 0))
    sharedWidth = 2 * hidden * (1 + copies)
    splitWidth = Double(shape.attentionWeights) / hidden + matrices * width
  }

  /// FLOP and bytes of all matrix products of a layer's forward pass on a device, but for attention's scores.
  func products(tokens: Double, tensor: Double, expert: Double) -> (flops: Double, bytes: Double) {
    let flops = 2 * tokens * (denseWeights + activeExpertWeights) / tensor
    let read = weightsPerDevice(tensor: tensor, expert: expert)
    return (flops, 2 * (read + tokens * (sharedWidth + splitWidth / tensor)))
  }

  /// Weights of a layer that a device holds. Experts are dealt out whole to expert-parallel devices, tensor-parallel ones
  /// among them, and only split where there is no expert parallelism.
  func weightsPerDevice(tensor: Double, expert: Double) -> Double {
    denseWeights / tensor + expertWeights / (expert > 1 ? expert : tensor)
  }
}
