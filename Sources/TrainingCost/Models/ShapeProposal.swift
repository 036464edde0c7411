import Tables

/// A shape near a wanted size.
public struct ShapeProposal: Sendable, Hashable {
  public let shape: TransformerShape
  /// The role among the proposals.
  public let role: Role
  /// Its size over the wanted one, less 1.
  public let sizeError: Double
  /// By which it was ranked: lower is better.
  public let score: Double
  /// Hidden size over layers.
  public var aspect: Double { Double(shape.hidden) / Double(shape.layers) }
  /// The constraint that each of its numbers satisfies.
  public let reasons: [String]

  public enum Role: String, Codable, Sendable, Hashable, CaseIterable {
    case best
    /// The best of those with a fifth more layers or yet more.
    case deeper
    /// The best of those with a fifth fewer layers or yet fewer.
    case wider
    /// The nearest to the target size of the shapes with proportions within two standard deviations of published ones.
    case closest
    case other
  }
}

/// Proposes shapes near a size that accelerators run well: hidden sizes of whole heads, MLPs of whole tiles, all divided
/// evenly among accelerators.
///
/// Left out options follow from the size: under 1B parameters heads of 64, else of 128; 8 key and value heads, or 4, where
/// there are 16 heads or more and these divide them; under 2B tied embeddings; the vocabulary 50,304 under 1B, else 128,256; layers
/// shared among 1 accelerator under 2B, 4 under 20B, else 8. An MLP is 8/3 as wide as the hidden size if gated (4 times if
/// not), somewhat more where that meets the size better.
///
/// - Parameters:
///   - params: the wanted size, as `options.counting` counts it.
///   - score: ranks shapes instead of the aspect of published models, lower being better; the hook of an architecture
///     search. Shapes within 5 % of the size are asked about, where there are any.
/// - Returns: the best, then a deeper, a wider and the closest one, then others by their score.
/// - Throws: ``CostError`` where no shape is near the size.
public func proposeShapes(
  params: Double, options: ShapeOptions = ShapeOptions(), score: ((TransformerShape) -> Double)? = nil
) throws(CostError) -> [ShapeProposal] {
  try options.validate()
  let grid = try ShapeGrid(params: params, options: options)
  let shapes = try grid.candidates()
  let ranked = shapes.map { candidate -> (candidate: ShapeGrid.Candidate, score: Double) in
    let value = score.map { $0(candidate.shape) } ?? grid.misfit(candidate)
    return (candidate, value.isNaN ? .infinity : value)
  }
  .sorted { ($0.score, abs($0.candidate.sizeError)) < ($1.score, abs($1.candidate.sizeError)) }

  guard let best = ranked.first else { return [] }
  let depth = Double(best.candidate.shape.layers)
  var chosen: [(ShapeProposal.Role, ShapeGrid.Candidate, Double)] = []
  func take(_ role: ShapeProposal.Role, _ found: (candidate: ShapeGrid.Candidate, score: Double)?) {
    guard chosen.count < options.proposals, let found else { return }
    // Shapes that differ in their MLP alone are no alternatives.
    let isNew = !chosen.contains {
      $0.1.shape.layers == found.candidate.shape.layers && $0.1.shape.hidden == found.candidate.shape.hidden
    }
    if isNew { chosen.append((role, found.candidate, found.score)) }
  }
  take(.best, best)
  take(.deeper, ranked.first { Double($0.candidate.shape.layers) >= 1.2 * depth })
  take(.wider, ranked.first { Double($0.candidate.shape.layers) <= depth / 1.2 })
  take(
    .closest,
    ranked.filter { grid.isUsual($0.candidate.shape) }.min { abs($0.candidate.sizeError) < abs($1.candidate.sizeError) }
  )
  for other in ranked { take(.other, other) }
  return chosen.map { role, candidate, score in
    ShapeProposal(
      shape: candidate.shape, role: role, sizeError: candidate.sizeError, score: score,
      reasons: grid.reasons(candidate.shape))
  }
}
