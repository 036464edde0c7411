/// The parameters of a model by component, biases with the maps that they belong to.
public struct ParameterCount: Codable, Sendable, Hashable {
  public var attention = 0
  /// MLPs of dense layers.
  public var feedForward = 0
  /// All routed experts.
  public var routedExperts = 0
  public var sharedExperts = 0
  public var router = 0
  /// All norms: of layers, of queries and keys, of latent vectors, the last one.
  public var norms = 0
  public var inputEmbedding = 0
  /// 0 where it is the input embedding, but for its bias.
  public var outputEmbedding = 0
  /// Learned positions.
  public var positions = 0
  /// The part of `routedExperts` that a token goes through.
  public var activeExperts = 0

  public init() {}

  public var total: Int { nonEmbedding + inputEmbedding + outputEmbedding + positions }

  /// Parameters that a token uses: all but the experts it is not sent to. The embedding counts whole, as in model cards.
  public var active: Int { total - routedExperts + activeExperts }

  /// Without input and output embeddings and positions, as Kaplan et al. 2020 count.
  public var nonEmbedding: Int { attention + feedForward + routedExperts + sharedExperts + router + norms }

  /// `nonEmbedding` of what a token uses.
  public var activeNonEmbedding: Int { nonEmbedding - routedExperts + activeExperts }

  static func + (a: ParameterCount, b: ParameterCount) -> ParameterCount {
    var sum = a
    for part in Self.parts { sum[keyPath: part] += b[keyPath: part] }
    return sum
  }

  static func * (factor: Int, a: ParameterCount) -> ParameterCount {
    var product = a
    for part in Self.parts { product[keyPath: part] *= factor }
    return product
  }

  private static var parts: [WritableKeyPath<ParameterCount, Int>] {
    [
      \.attention, \.feedForward, \.routedExperts, \.sharedExperts, \.router, \.norms, \.inputEmbedding,
      \.outputEmbedding, \.positions, \.activeExperts,
    ]
  }
}

extension TransformerShape {
  /// All parameters by component.
  public var parameters: ParameterCount {
    var ends = ParameterCount()
    ends.inputEmbedding = vocabulary * hidden
    ends.outputEmbedding = (tiesEmbeddings ? 0 : vocabulary * hidden) + (hasOutputBias ? vocabulary : 0)
    ends.positions = learnedPositions * hidden
    ends.norms = (normsEmbedding ? 2 : 1) * norm.size(hidden)
    return denseLayers * layerParameters(dense: true) + expertLayers * layerParameters(dense: false) + ends
  }

  /// The parameters of one layer.
  ///
  /// - Parameter dense: whether its MLP is dense; a model without experts has only such layers.
  public func layerParameters(dense: Bool) -> ParameterCount {
    var count = ParameterCount()
    count.attention = attentionWeights + attentionBiases
    count.norms = normsPerLayer * norm.size(hidden) + attentionNorms
    guard !dense, let experts else {
      count.feedForward = mlp(feedForward)
      return count
    }
    count.routedExperts = experts.count * mlp(experts.feedForward)
    count.activeExperts = experts.active * mlp(experts.feedForward)
    count.sharedExperts = experts.sharedFeedForward == 0 ? 0 : mlp(experts.sharedFeedForward)
    count.router = (hidden + (experts.hasRouterBias ? 1 : 0)) * experts.count
    return count
  }

  /// The weights of a layer's attention that enter matrix products.
  var attentionWeights: Int {
    guard let latent = latentAttention else { return hidden * headSize * (2 * heads + 2 * keyValueHeads) }
    let queries = heads * (latent.nopeHeadSize + latent.ropeHeadSize)
    let down = latent.queryRank.map { hidden * $0 + $0 * queries } ?? hidden * queries
    return down + hidden * (latent.keyValueRank + latent.ropeHeadSize)
      + latent.keyValueRank * heads * (latent.nopeHeadSize + latent.valueHeadSize)
      + heads * latent.valueHeadSize * hidden
  }

  /// Channels of a query head and of a value head, summed.
  var attentionWidth: Int {
    latentAttention.map { $0.nopeHeadSize + $0.ropeHeadSize + $0.valueHeadSize } ?? 2 * headSize
  }

  private var attentionBiases: Int {
    // Of latent attention no model has biases.
    guard latentAttention == nil else { return 0 }
    let inputs = headSize * (heads + 2 * keyValueHeads)
    switch biases {
    case .none, .feedForward: return 0
    case .queryKeyValue: return inputs
    case .attention, .all: return inputs + hidden
    }
  }

  /// Norms inside a layer's attention.
  private var attentionNorms: Int {
    if let latent = latentAttention { return norm.size(latent.queryRank ?? 0) + norm.size(latent.keyValueRank) }
    switch queryKeyNorm {
    case .none: return 0
    case .perHead: return 2 * norm.size(headSize)
    case .acrossHeads: return norm.size(heads * headSize) + norm.size(keyValueHeads * headSize)
    }
  }

  /// The parameters of an MLP of a width.
  private func mlp(_ width: Int) -> Int {
    let hasBiases = biases == .all || biases == .feedForward
    return feedForwardMatrices * hidden * width + (hasBiases ? (feedForwardMatrices - 1) * width + hidden : 0)
  }
}

extension TransformerShape.Norm {
  /// The parameters of a norm over a number of channels.
  func size(_ channels: Int) -> Int {
    switch self {
    case .rms, .layerWithoutBias: channels
    case .layer: 2 * channels
    case .nonParametric: 0
    }
  }
}
