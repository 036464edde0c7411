import Foundation

extension TransformerShape {
  /// The numbers that a layer keeps for a token so that later ones can attend to it: keys and values of all key-value
  /// heads, or the latent vector and the rotary key that replace them (DeepSeek-V2, arXiv 2405.04434, section 2.1).
  var keyValueWidth: Int {
    latentAttention.map { $0.keyValueRank + $0.ropeHeadSize } ?? 2 * keyValueHeads * headSize
  }

  /// The bytes of keys and values cached for a token, over all layers.
  ///
  /// - Parameter bytes: those of a number: 2 in 16 bits.
  public func keyValueBytesPerToken(bytes: Double = 2) -> Double { Double(layers * keyValueWidth) * bytes }

  /// The number of parts into which tensor parallelism splits the cache: by key-value heads, of which a device has at
  /// least one. A latent vector belongs to all heads, so every device has it whole.
  func keyValueShards(tensor: Int) -> Double {
    latentAttention == nil ? Double(min(tensor, keyValueHeads)) : 1
  }

  /// The FLOP of a new token's attention to one earlier token, over all layers. In latent attention the heads work on
  /// the latent vectors themselves, their projections absorbed into those of queries and output.
  var attentionFLOPsPerKey: Double {
    let width =
      latentAttention.map { 2 * $0.keyValueRank + $0.ropeHeadSize } ?? attentionWidth
    return 2 * Double(layers * heads * width)
  }

  /// The parameters whose weights a forward pass reads: without the look-up of embeddings.
  var readParameters: Double {
    let count = parameters
    return Double(count.total - count.positions - (tiesEmbeddings ? 0 : count.inputEmbedding))
  }

  /// The share of the routed experts that `tokens` tokens use, if each is routed uniformly: `1 - (1 - k/E)^tokens`.
  func expertShare(tokens: Double) -> Double {
    guard let experts, experts.count > 0 else { return 0 }
    return 1 - pow(1 - Double(experts.active) / Double(experts.count), tokens)
  }
}
