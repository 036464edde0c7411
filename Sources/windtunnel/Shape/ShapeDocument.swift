import TrainingCost

/// Shapes with their parameters and FLOPs as JSON, `windtunnel.shape/1`.
struct ShapeDocument: Encodable {
  let schema = "windtunnel.shape/1"
  /// The target size.
  var wantedParams: Double?
  /// The model, or the best shape first.
  let shapes: [Entry]
  let notes: [String]

  struct Entry: Encodable {
    var name: String?
    var source: String?
    var role: String?
    /// The relative error of the size.
    var sizeError: Double?
    var reasons: [String] = []
    let shape: Shape
    let params: Params
    let flops: FLOPs
    /// The shape that it was made from, for the view.
    let model: TransformerShape

    enum CodingKeys: String, CodingKey {
      case name, source, role, sizeError, reasons, shape, params, flops
    }

    init(_ model: TransformerShape, sequence: Int) {
      self.model = model
      shape = Shape(model)
      params = Params(model.parameters)
      flops = FLOPs(model, sequence: sequence)
    }
  }

  struct Shape: Encodable {
    let layers, hidden, feedForward, heads, keyValueHeads, headSize, vocabulary: Int
    let isGated, tiesEmbeddings: Bool
    let biases, norm, queryKeyNorm: String
    let learnedPositions, normsPerLayer: Int
    let latentAttention: Latent?
    let experts: Experts?

    struct Latent: Encodable {
      let queryRank: Int?
      let keyValueRank, ropeHeadSize, nopeHeadSize, valueHeadSize: Int
    }

    struct Experts: Encodable {
      let count, active, feedForward, sharedFeedForward, denseLayers: Int
    }

    init(_ shape: TransformerShape) {
      (layers, hidden, feedForward, heads) = (shape.layers, shape.hidden, shape.feedForward, shape.heads)
      (keyValueHeads, headSize, vocabulary) = (shape.keyValueHeads, shape.headSize, shape.vocabulary)
      (isGated, tiesEmbeddings) = (shape.isGated, shape.tiesEmbeddings)
      (biases, norm, queryKeyNorm) = (shape.biases.rawValue, shape.norm.rawValue, shape.queryKeyNorm.rawValue)
      (learnedPositions, normsPerLayer) = (shape.learnedPositions, shape.normsPerLayer)
      latentAttention = shape.latentAttention.map {
        Latent(
          queryRank: $0.queryRank, keyValueRank: $0.keyValueRank, ropeHeadSize: $0.ropeHeadSize,
          nopeHeadSize: $0.nopeHeadSize, valueHeadSize: $0.valueHeadSize)
      }
      experts = shape.experts.map {
        Experts(
          count: $0.count, active: $0.active, feedForward: $0.feedForward, sharedFeedForward: $0.sharedFeedForward,
          denseLayers: $0.denseLayers)
      }
    }
  }

  struct Params: Encodable {
    let attention, feedForward, routedExperts, sharedExperts, router, norms: Int
    let inputEmbedding, outputEmbedding, positions, total, active, nonEmbedding: Int

    init(_ count: ParameterCount) {
      (attention, feedForward, routedExperts) = (count.attention, count.feedForward, count.routedExperts)
      (sharedExperts, router, norms) = (count.sharedExperts, count.router, count.norms)
      (inputEmbedding, outputEmbedding) = (count.inputEmbedding, count.outputEmbedding)
      (positions, total, active) = (count.positions, count.total, count.active)
      nonEmbedding = count.nonEmbedding
    }
  }

  /// FLOP of one token.
  struct FLOPs: Encodable {
    let sequence: Int
    let forward: Forward
    /// By recomputation in the backward pass.
    let training: [String: Double]
    /// The training FLOP by the way of counting.
    let conventions: [String: Double]

    struct Forward: Encodable {
      let attentionProjections, attentionScores, feedForward, experts, router, logits, total: Double
    }

    init(_ shape: TransformerShape, sequence: Int) {
      self.sequence = sequence
      let flops = shape.forwardFLOPs(sequence: sequence)
      forward = Forward(
        attentionProjections: flops.attentionProjections, attentionScores: flops.attentionScores,
        feedForward: flops.feedForward, experts: flops.experts, router: flops.router, logits: flops.logits,
        total: flops.total)
      training = Dictionary(
        Recomputation.allCases.map { ($0.rawValue, flops.training($0)) }, uniquingKeysWith: { first, _ in first })
      conventions = Dictionary(
        FLOPConvention.allCases.map { ($0.rawValue, shape.trainingFLOPs($0, sequence: sequence)) },
        uniquingKeysWith: { first, _ in first })
    }
  }

  init(_ shape: TransformerShape, name: String, source: String, sequence: Int, notes: [String]) {
    var entry = Entry(shape, sequence: sequence)
    (entry.name, entry.source) = (name, source)
    shapes = [entry]
    self.notes = notes
  }

  init(_ proposals: [ShapeProposal], of params: Double, sequence: Int) {
    wantedParams = params
    shapes = proposals.map { proposal in
      var entry = Entry(proposal.shape, sequence: sequence)
      (entry.role, entry.sizeError) = (proposal.role.rawValue, proposal.sizeError)
      entry.reasons = proposal.reasons
      return entry
    }
    notes = proposals.first.map { ShapeView.notes(of: $0.shape) } ?? []
  }
}

/// The published models as JSON, `windtunnel.models/1`.
struct ModelsDocument: Encodable {
  let schema = "windtunnel.models/1"
  let models = KnownModel.catalog.map {
    let count = $0.shape.parameters
    return Entry(
      name: $0.name, aliases: $0.aliases, params: count.total, activeParams: count.active,
      paramsNonEmbedding: count.nonEmbedding, context: $0.context, citation: $0.citation)
  }

  struct Entry: Encodable {
    let name: String
    let aliases: [String]
    let params, activeParams, paramsNonEmbedding, context: Int
    let citation: String
  }
}
