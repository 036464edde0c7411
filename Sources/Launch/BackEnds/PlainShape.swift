import Foundation
import TrainingCost

/// The shape of a transformer with plain MLPs of 4 widths, norms without biases and one matrix for embedding and output:
/// `L (12 w² + 2 w) + w` parameters, and `V w` of the embedding.
struct PlainShape: Sendable, Hashable {
  let layers: Int
  let width: Int
  let heads: Int
  let vocabulary: Int

  /// The shape nearest to a number of parameters, of a usual depth for its width where that comes near enough.
  ///
  /// - Parameters:
  ///   - embedding: whether the size counts it.
  ///   - headSize: nil for heads of 64 at most, of any even size.
  init(nearest size: Double, embedding: Bool, vocabulary: Int, headSize: Int? = nil) {
    // Beyond this, numbers of parameters no longer fit an integer.
    let params = min(size, 1e16)
    let rows = embedding ? vocabulary : 0
    let shapes = (1...96).map { layers -> (shape: PlainShape, misfit: Double) in
      let (a, b) = (12 * Double(layers), Double(2 * layers + 1 + rows))
      let width = ((b * b + 4 * a * params).squareRoot() - b) / (2 * a)
      let heads = max(1, Int(width / 64))
      // Rotary positions turn pairs of channels.
      let step = Double(headSize ?? 2 * heads)
      let whole = Int(max(1, (width / step).rounded()) * step)
      let shape = PlainShape(
        layers: layers, width: whole, heads: headSize.map { whole / $0 } ?? heads, vocabulary: vocabulary)
      let aspect = abs(log(Double(shape.width) / Double(layers) / (16 + params.squareRoot() / 1000)))
      return (shape, abs(log(Double(shape.params(embedding: embedding)) / params)) * 30 + aspect)
    }
    self =
      shapes.min { $0.misfit < $1.misfit }?.shape
      ?? PlainShape(layers: 1, width: headSize ?? 2, heads: 1, vocabulary: vocabulary)
  }

  func params(embedding: Bool) -> Int {
    layers * (12 * width * width + 2 * width) + (1 + (embedding ? vocabulary : 0)) * width
  }

  var model: TransformerShape {
    TransformerShape(
      layers: layers, hidden: width, feedForward: 4 * width, heads: heads, vocabulary: vocabulary, isGated: false,
      tiesEmbeddings: true, norm: .layerWithoutBias)
  }

  init(layers: Int, width: Int, heads: Int, vocabulary: Int) {
    (self.layers, self.width, self.heads, self.vocabulary) = (layers, width, heads, vocabulary)
  }
}
