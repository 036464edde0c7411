extension TransformerShape {
  /// Says whether such a model can be built, and its parameters counted in whole numbers.
  ///
  /// - Throws: ``CostError`` that names the field and what would do.
  public func validate() throws(CostError) {
    try Self.check(layers, 1...10_000, "layers")
    try Self.check(hidden, 1...Self.widest, "hidden size")
    try Self.check(feedForward, 1...Self.widest, "MLP width")
    try Self.check(heads, 1...100_000, "number of heads")
    try Self.check(vocabulary, 1...1_000_000_000, "vocabulary")
    try Self.check(learnedPositions, 0...1_000_000_000, "number of learned positions")
    try Self.check(normsPerLayer, 0...8, "number of norms in a layer")
    try checkAttention()
    try checkExperts()
    // Each part fits on its own; their product might not.
    let largest = experts.map { max($0.count, 1) * ($0.feedForward + $0.sharedFeedForward) } ?? 0
    let width = Double(max(largest, feedForward)) + 4 * Double(heads) * Double(max(headSize, attentionWidth))
    let ranks = latentAttention.map { Double(($0.queryRank ?? 0) + $0.keyValueRank) } ?? 0
    let size =
      4 * Double(layers) * (Double(hidden) + ranks) * width + 3 * Double(hidden) * Double(vocabulary)
      + Double(hidden) * Double(learnedPositions)
    guard size < 1e17 else {
      throw CostError("a model of this shape would have more than 10^17 parameters; lower its layers or widths")
    }
  }

  private static let widest = 10_000_000

  private func checkAttention() throws(CostError) {
    if let latent = latentAttention {
      if let rank = latent.queryRank { try Self.check(rank, 1...Self.widest, "rank of the latent queries") }
      try Self.check(latent.keyValueRank, 1...Self.widest, "rank of the latent keys and values")
      try Self.check(latent.ropeHeadSize, 0...65_536, "rotary part of a head")
      try Self.check(latent.nopeHeadSize, 1...65_536, "unrotated part of a head")
      try Self.check(latent.valueHeadSize, 1...65_536, "size of a value head")
      return
    }
    guard headSize > 0 else {
      throw CostError(
        "the hidden size, \(hidden), is below the number of heads, \(heads): take fewer heads, or state the head size")
    }
    try Self.check(headSize, 1...65_536, "head size")
    guard keyValueHeads > 0, keyValueHeads <= heads, heads.isMultiple(of: keyValueHeads) else {
      let near = (1...heads).filter { heads.isMultiple(of: $0) }.min {
        abs($0 - keyValueHeads) < abs($1 - keyValueHeads)
      }
      throw CostError(
        "key and value heads must divide the \(heads) heads, and \(keyValueHeads) do not; take \(near ?? heads)")
    }
  }

  private func checkExperts() throws(CostError) {
    guard let experts else { return }
    try Self.check(experts.count, 1...1_000_000, "number of experts")
    try Self.check(experts.active, 1...experts.count, "number of active experts")
    try Self.check(experts.feedForward, 1...Self.widest, "width of an expert")
    try Self.check(experts.sharedFeedForward, 0...Self.widest, "width of the shared experts")
    try Self.check(experts.denseLayers, 0...layers, "number of dense layers beside the experts")
    if let factor = experts.capacityFactor, !(factor > 0 && factor <= 1000) {
      throw CostError("the capacity factor must be above 0 and at most 1000, as 1.25, not \(factor)")
    }
  }

  private static func check(_ value: Int, _ range: ClosedRange<Int>, _ what: String) throws(CostError) {
    guard range.contains(value) else {
      throw CostError("the \(what) must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
    }
  }
}
