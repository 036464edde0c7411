/// The shape of a decoder-only transformer: what its parameters and its FLOPs follow from.
///
/// Counts are of a valid shape, as ``validate()`` says.
public struct TransformerShape: Codable, Sendable, Hashable {
  public var layers: Int
  /// Width of the residual stream.
  public var hidden: Int
  /// Width of the MLP of a dense layer.
  public var feedForward: Int
  /// Query heads.
  public var heads: Int
  /// Key and value heads: as many as query heads, fewer where queries share them (Ainslie et al. 2023), or one.
  public var keyValueHeads: Int
  /// Width of a head.
  public var headSize: Int
  /// Rows of the embedding, padding included.
  public var vocabulary: Int
  /// Whether the MLP has three matrices (SwiGLU, Shazeer 2020) or two.
  public var isGated: Bool
  /// Whether the output projection is the embedding.
  public var tiesEmbeddings: Bool
  public var biases: Biases
  public var norm: Norm
  /// Rows of a table of learned positions; 0 for rotary ones, ALiBi or none.
  public var learnedPositions: Int
  /// Keys and values compressed to a latent vector; nil for plain attention. `keyValueHeads` and `headSize` do not matter
  /// beside it.
  public var latentAttention: LatentAttention?
  /// Layers of experts; nil for a dense model.
  public var experts: ExpertLayers?

  /// Norms of the residual stream in a layer: 2, 1 where attention and MLP run side by side (Falcon 7B, GPT-J, Phi-2), 4
  /// where each is normed before and after (Gemma 2).
  public var normsPerLayer: Int
  public var queryKeyNorm: QueryKeyNorm
  /// Whether the embedding is normed (BLOOM).
  public var normsEmbedding: Bool
  /// Whether the output projection has a bias (GPT-J, Phi-2).
  public var hasOutputBias: Bool

  /// The names in job files.
  enum CodingKeys: String, CodingKey {
    case layers, hidden, feedForward, heads, keyValueHeads, headSize, vocabulary, biases, norm, learnedPositions
    case latentAttention, experts, normsPerLayer, queryKeyNorm
    case isGated = "gated"
    case tiesEmbeddings = "tied_embeddings"
    case normsEmbedding = "embedding_norm"
    case hasOutputBias = "output_bias"
  }

  /// The linear maps of a layer that have a bias.
  public enum Biases: String, Codable, Sendable, Hashable, CaseIterable {
    case none
    /// The maps of queries, keys and values only, as in Qwen 2.
    case queryKeyValue
    /// The maps of the attention, its output as well.
    case attention
    /// The maps of the MLP only, as in GPT-J.
    case feedForward
    case all
  }

  public enum Norm: String, Codable, Sendable, Hashable, CaseIterable {
    /// RMSNorm with a weight.
    case rms
    /// LayerNorm with weight and bias.
    case layer
    case layerWithoutBias
    /// LayerNorm with neither, as in OLMo 1.
    case nonParametric
  }

  /// A norm of queries and keys before their product.
  public enum QueryKeyNorm: String, Codable, Sendable, Hashable, CaseIterable {
    case none
    /// One weight for each channel of a head, shared by heads, as in Qwen 3.
    case perHead
    /// Over all heads at once, as in OLMo 2.
    case acrossHeads
  }

  /// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1).
  public struct LatentAttention: Codable, Sendable, Hashable {
    /// Width of the compressed queries; nil where queries are not compressed (DeepSeek-V2-Lite).
    public var queryRank: Int?
    /// Width of the compressed keys and values, without the rotary key.
    public var keyValueRank: Int
    /// Rotary channels of a head; the rotary key is shared by all heads.
    public var ropeHeadSize: Int
    /// Channels of a query or key head that are not rotated.
    public var nopeHeadSize: Int
    public var valueHeadSize: Int

    public init(
      queryRank: Int?, keyValueRank: Int, ropeHeadSize: Int = 64, nopeHeadSize: Int = 128, valueHeadSize: Int = 128
    ) {
      self.queryRank = queryRank
      self.keyValueRank = keyValueRank
      self.ropeHeadSize = ropeHeadSize
      self.nopeHeadSize = nopeHeadSize
      self.valueHeadSize = valueHeadSize
    }
  }

  /// The MLPs of a mixture of experts.
  public struct ExpertLayers: Codable, Sendable, Hashable {
    /// Routed experts of a layer.
    public var count: Int
    /// The number of experts that a token goes to.
    public var active: Int
    /// Width of one expert's MLP.
    public var feedForward: Int
    /// Width of the shared experts' MLPs, summed; 0 where there are none.
    public var sharedFeedForward: Int
    /// The first layers that stay dense.
    public var denseLayers: Int
    /// Slots of an expert over its even share of the tokens; nil where no token is dropped and none padded.
    public var capacityFactor: Double?
    /// Whether each expert has an offset to its score, which balances the load (DeepSeek-V3).
    public var hasRouterBias: Bool

    enum CodingKeys: String, CodingKey {
      case count, active, feedForward, sharedFeedForward, denseLayers, capacityFactor
      case hasRouterBias = "router_bias"
    }

    public init(
      count: Int, active: Int, feedForward: Int, sharedFeedForward: Int = 0, denseLayers: Int = 0,
      capacityFactor: Double? = nil, hasRouterBias: Bool = false
    ) {
      self.count = count
      self.active = active
      self.feedForward = feedForward
      self.sharedFeedForward = sharedFeedForward
      self.denseLayers = denseLayers
      self.capacityFactor = capacityFactor
      self.hasRouterBias = hasRouterBias
    }
  }

  /// A shape; what is left out is as in Llama: heads of `hidden / heads`, SwiGLU, RMSNorm, no biases, separate embeddings.
  public init(
    layers: Int, hidden: Int, feedForward: Int, heads: Int, keyValueHeads: Int? = nil, headSize: Int? = nil,
    vocabulary: Int, isGated: Bool = true, tiesEmbeddings: Bool = false, biases: Biases = .none, norm: Norm = .rms,
    learnedPositions: Int = 0, latentAttention: LatentAttention? = nil, experts: ExpertLayers? = nil,
    normsPerLayer: Int = 2, queryKeyNorm: QueryKeyNorm = .none, normsEmbedding: Bool = false,
    hasOutputBias: Bool = false
  ) {
    self.layers = layers
    self.hidden = hidden
    self.feedForward = feedForward
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.headSize = headSize ?? hidden / max(1, heads)
    self.vocabulary = vocabulary
    self.isGated = isGated
    self.tiesEmbeddings = tiesEmbeddings
    self.biases = biases
    self.norm = norm
    self.learnedPositions = learnedPositions
    self.latentAttention = latentAttention
    self.experts = experts
    self.normsPerLayer = normsPerLayer
    self.queryKeyNorm = queryKeyNorm
    self.normsEmbedding = normsEmbedding
    self.hasOutputBias = hasOutputBias
  }

  /// Layers whose MLP is dense.
  public var denseLayers: Int { experts.map { min($0.denseLayers, layers) } ?? layers }
  /// Layers of experts.
  public var expertLayers: Int { layers - denseLayers }
  /// Matrices of an MLP.
  public var feedForwardMatrices: Int { isGated ? 3 : 2 }
}
