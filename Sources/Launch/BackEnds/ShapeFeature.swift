import TrainingCost

/// A feature of a model beyond a dense Llama with as many key heads as query heads; each trainer supports some.
enum ShapeFeature: Hashable, CaseIterable {
  case plainMLP, tiedEmbeddings, groupedQueries, headSize, learnedPositions, latentAttention, experts, sharedExperts
  case denseBeforeExperts, capacity, routerBias, oneNorm, fourNorms, perHeadNorm, acrossHeadsNorm, embeddingNorm,
    outputBias
  case queryKeyValueBiases, attentionBiases, feedForwardBiases, allBiases
  case layerNorm, layerNormWithoutBias, nonParametricNorm

  /// Whether a model has it.
  func isOf(_ model: TransformerShape) -> Bool {
    switch self {
    case .plainMLP: !model.isGated
    case .tiedEmbeddings: model.tiesEmbeddings
    case .groupedQueries: model.keyValueHeads != model.heads
    case .headSize: model.headSize * model.heads != model.hidden
    case .learnedPositions: model.learnedPositions > 0
    case .latentAttention: model.latentAttention != nil
    case .experts: model.experts != nil
    case .sharedExperts: (model.experts?.sharedFeedForward ?? 0) > 0
    case .denseBeforeExperts: (model.experts?.denseLayers ?? 0) > 0
    case .capacity: model.experts?.capacityFactor != nil
    case .routerBias: model.experts?.hasRouterBias ?? false
    case .oneNorm: model.normsPerLayer == 1
    case .fourNorms: model.normsPerLayer == 4
    case .perHeadNorm: model.queryKeyNorm == .perHead
    case .acrossHeadsNorm: model.queryKeyNorm == .acrossHeads
    case .embeddingNorm: model.normsEmbedding
    case .outputBias: model.hasOutputBias
    case .queryKeyValueBiases: model.biases == .queryKeyValue
    case .attentionBiases: model.biases == .attention
    case .feedForwardBiases: model.biases == .feedForward
    case .allBiases: model.biases == .all
    case .layerNorm: model.norm == .layer
    case .layerNormWithoutBias: model.norm == .layerWithoutBias
    case .nonParametricNorm: model.norm == .nonParametric
    }
  }

  /// The feature's name, and an alternative.
  func words(_ model: TransformerShape) -> (what: String, instead: String) {
    switch self {
    case .plainMLP: ("MLPs of two matrices", "plan a gated model")
    case .tiedEmbeddings: ("an output projection that is the embedding", "plan separate embeddings")
    case .groupedQueries: ("fewer heads of keys than of queries", "plan \(model.heads) heads of keys and values")
    case .headSize: ("heads of \(model.headSize)", "plan heads of \(model.hidden / max(1, model.heads))")
    case .learnedPositions: ("learned positions", "plan rotary ones")
    case .latentAttention: ("latent attention", "plan grouped queries")
    case .experts: ("experts", "plan a dense model")
    case .sharedExperts: ("shared experts", "plan routed ones only")
    case .denseBeforeExperts: ("dense layers before those of experts", "plan experts in every layer")
    case .capacity: ("a capacity factor of experts", "plan experts that drop no token")
    case .routerBias: ("offsets of the router", "plan a router without them")
    case .oneNorm: ("attention and MLP side by side", "plan two norms a layer")
    case .fourNorms: ("four norms a layer", "plan two")
    case .perHeadNorm: ("a norm of each head's queries and keys", "plan none")
    case .acrossHeadsNorm: ("a norm of queries and keys over all heads", "plan none")
    case .embeddingNorm: ("a norm of the embedding", "plan none")
    case .outputBias: ("a bias of the output projection", "plan none")
    case .queryKeyValueBiases: ("biases of queries, keys and values alone", "plan none")
    case .attentionBiases: ("biases of the attention alone", "plan none")
    case .feedForwardBiases: ("biases of the MLP alone", "plan none")
    case .allBiases: ("biases", "plan none")
    case .layerNorm: ("LayerNorm", "plan RMSNorm")
    case .layerNormWithoutBias: ("LayerNorm without bias", "plan RMSNorm")
    case .nonParametricNorm: ("norms without weights", "plan RMSNorm")
    }
  }
}

extension Unsupported {
  /// Refuses the features of a model that a trainer does not support.
  mutating func refuse(_ model: TransformerShape, beyond known: Set<ShapeFeature>, of trainer: String) {
    for feature in ShapeFeature.allCases where feature.isOf(model) && !known.contains(feature) {
      let (what, instead) = feature.words(model)
      refuse(true, "\(trainer) cannot have \(what); \(instead)")
    }
  }
}
