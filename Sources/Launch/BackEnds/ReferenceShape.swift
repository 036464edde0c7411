import Foundation

/// A shape of the reference trainer's transformer, which has `L (12 w² + 2 w) + w` parameters and an embedding of `256 w`.
public struct ReferenceShape: Sendable, Hashable {
  public let layers: Int
  public let width: Int
  public let heads: Int
  /// Whether the embedding counts.
  private let embedding: Bool

  public var params: Int { layers * (12 * width * width + 2 * width) + (embedding ? 257 : 1) * width }

  /// The shape nearest to a number of parameters, of a usual depth for its width where that comes near enough.
  public init(nearest size: Double, embedding: Bool) {
    // Beyond this, numbers of parameters no longer fit an integer.
    let params = min(size, 1e16)
    let shapes = (1...96).compactMap { layers -> (shape: ReferenceShape, misfit: Double)? in
      let (a, b) = (12 * Double(layers), Double(2 * layers + (embedding ? 257 : 1)))
      let width = ((b * b + 4 * a * params).squareRoot() - b) / (2 * a)
      // Heads of 32 at least: rotary positions turn pairs of channels.
      let heads = max(1, Int(width / 64))
      let step = Double(2 * heads)
      let shape = ReferenceShape(
        layers: layers, width: Int(max(1, (width / step).rounded()) * step), heads: heads, embedding: embedding)
      let aspect = abs(log(Double(shape.width) / Double(layers) / (16 + params.squareRoot() / 1000)))
      return (shape, abs(log(Double(shape.params) / params)) * 30 + aspect)
    }
    self =
      shapes.min { $0.misfit < $1.misfit }?.shape
      ?? ReferenceShape(layers: 1, width: 2, heads: 1, embedding: embedding)
  }

  private init(layers: Int, width: Int, heads: Int, embedding: Bool) {
    self.layers = layers
    self.width = width
    self.heads = heads
    self.embedding = embedding
  }
}
