/// The part of the forward pass that is computed again in the backward pass, to store fewer activations.
public enum Recomputation: String, Codable, CodingKeyRepresentable, Sendable, Hashable, CaseIterable {
  case none
  /// The attention scores again, as also FlashAttention does (Korthikanti et al. 2022, arXiv 2205.05198).
  case selective
  /// The whole forward pass of every layer again.
  case full
}

/// The FLOP of a forward pass for one token, averaged over a sequence, by component.
///
/// Matrix products only, a multiplication and an addition as 2 FLOP: norms, activations, softmax and the look-up of
/// embeddings are left out, as in every published count.
public struct ForwardFLOPs: Codable, Sendable, Hashable {
  /// Queries, keys, values and output of all layers.
  public var attentionProjections: Double
  /// Query times key and weights times value. A causal model is charged half of the full square: s/2 keys a query, of
  /// which (s + 1)/2 are exact.
  public var attentionScores: Double
  /// MLPs of dense layers.
  public var feedForward: Double
  /// Chosen and shared experts. Slots that a capacity factor pads are not the model's.
  public var experts: Double
  public var router: Double
  /// The output projection.
  public var logits: Double

  /// The layers without the output projection.
  public var layers: Double { attentionProjections + attentionScores + feedForward + experts + router }
  public var total: Double { layers + logits }

  /// A forward and a backward pass, of which the latter takes twice the former, and what is computed again.
  public func training(_ recomputation: Recomputation = .none) -> Double {
    switch recomputation {
    case .none: 3 * total
    case .selective: 3 * total + attentionScores
    case .full: 3 * total + layers
    }
  }
}

extension TransformerShape {
  /// The FLOP of a forward pass for one token.
  ///
  /// - Parameters:
  ///   - sequence: tokens of a sequence. Windows of local attention are not modeled: every layer sees all of it.
  ///   - causal: whether masked scores are left out; Megatron and the PaLM convention charge them.
  public func forwardFLOPs(sequence: Int, causal: Bool = true) -> ForwardFLOPs {
    let (layers, hidden) = (Double(layers), Double(hidden))
    let keys = Double(sequence) * (causal ? 0.5 : 1)
    func mlp(_ width: Int) -> Double { 2 * Double(feedForwardMatrices) * hidden * Double(width) }
    var flops = ForwardFLOPs(
      attentionProjections: 2 * layers * Double(attentionWeights),
      attentionScores: 2 * layers * keys * Double(heads) * Double(attentionWidth),
      feedForward: Double(denseLayers) * mlp(feedForward), experts: 0, router: 0,
      logits: 2 * hidden * Double(vocabulary))
    if let experts {
      let width = experts.active * experts.feedForward + experts.sharedFeedForward
      flops.experts = Double(expertLayers) * mlp(width)
      flops.router = 2 * Double(expertLayers) * hidden * Double(experts.count)
    }
    return flops
  }

  /// The training FLOP of a token as somebody counts them.
  public func trainingFLOPs(_ convention: FLOPConvention, sequence: Int) -> Double {
    let parameters = parameters
    let scores = 6 * Double(layers) * Double(heads) * Double(attentionWidth) * Double(sequence)
    switch convention {
    case .products: return forwardFLOPs(sequence: sequence, causal: true).training()
    case .fullSquare: return forwardFLOPs(sequence: sequence, causal: false).training()
    case .sixN: return 6 * Double(parameters.active)
    case .sixNonEmbedding: return 6 * Double(parameters.activeNonEmbedding)
    case .palm: return 6 * Double(parameters.active) + scores
    case .palmCausal: return 6 * Double(parameters.active) + scores / 2
    }
  }
}

/// The convention by which the training FLOP of a token are counted: a utilization means little without it.
///
/// N are the parameters that a token uses, L layers, h the summed width of the heads, s the sequence.
public enum FLOPConvention: String, Codable, CodingKeyRepresentable, Sendable, Hashable, CaseIterable {
  /// Three times the matrix products of the forward pass, half of the attention's square.
  case products
  /// The same with the whole square, as Megatron counts: 72 B s L h² (1 + s/(6h) + V/(12 L h)) a step of a GPT.
  case fullSquare = "full-square"
  /// 6 N, embeddings included (Hoffmann et al. 2022).
  case sixN = "6N"
  /// 6 N, embeddings left out (Kaplan et al. 2020).
  case sixNonEmbedding = "6N-non-embedding"
  /// 6 N + 12 L h s (Chowdhery et al. 2022, appendix B), embeddings included.
  case palm
  /// 6 N + 6 L h s, half of the square.
  case palmCausal = "palm-causal"
}
