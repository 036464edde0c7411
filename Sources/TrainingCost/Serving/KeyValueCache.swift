import Foundation

extension TransformerShape {
  /// Numbers that a layer keeps of a token so that later ones can attend to it: keys and values of all key-value heads, or
  /// the latent vector and the rotary key that stand for them (DeepSeek-V2, arXiv 2405.04434, section 2.1).
  var keyValueWidth: Int {
    latentAttention.map { $0.keyValueRank + $0.ropeHeadSize } ?? 2 * keyValueHeads * headSize
  }

  /// Bytes that the cache of keys and values keeps of a token, of all layers.
  ///
  /// - Parameter bytes: of a number: 2 in 16 bits.
  public func keyValueBytesPerToken(bytes: Double = 2) -> Double { Double(layers * keyValueWidth) * bytes }

  /// How often tensor parallelism splits the cache: by key-value heads, of which a device has one at least. A latent vector
  /// is of all heads, so every device has it whole.
  func keyValueShards(tensor: Int) -> Double {
    latentAttention == nil ? Double(min(tensor, keyValueHeads)) : 1
  }

  /// FLOP of a new token's attention to one earlier one, in all layers. Of latent attention the heads work on the latent
  /// vectors themselves, their projections absorbed into those of queries and output.
  var attentionFLOPsPerKey: Double {
    let width =
      latentAttention.map { 2 * $0.keyValueRank + $0.ropeHeadSize } ?? attentionWidth
    return 2 * Double(layers * heads * width)
  }

  /// Parameters that the weights of a forward pass are read from: without the look-up of embeddings.
  var readParameters: Double {
    let count = parameters
    return Double(count.total - count.positions - (tiesEmbeddings ? 0 : count.inputEmbedding))
  }

  /// The share of the routed experts that so many tokens go to, if each goes to any of them alike: `1 - (1 - k/E)^tokens`.
  func expertShare(tokens: Double) -> Double {
    guard let experts, experts.count > 0 else { return 0 }
    return 1 - pow(1 - Double(experts.active) / Double(experts.count), tokens)
  }
}
