extension StepModel {
  /// The output projection in layers, by their weights.
  var headLayers: Double {
    let head = Double(workload.shape.vocabulary) * layer.hidden
    return head / max(1, layer.weightsPerDevice(tensor: 1, expert: 1))
  }

  /// The layers of the longest stage before the last, and of the last.
  ///
  /// - Parameter headLayers: the weight of the output projection in layers.
  func stageLayers(_ layout: Layout, headLayers: Double) -> (first: Int, last: Int) {
    let (layers, stages) = (workload.shape.layers, layout.pipeline)
    guard stages > 1 else { return (layers, layers) }
    switch layout.stageSplit {
    case .even:
      let most = (layers + stages - 1) / stages
      return (most, most)
    case .balanced:
      // The longest stage is shortest if the last one has as many fewer layers as the projection is worth.
      let ideal = (Double(layers) + headLayers) / Double(stages) - headLayers
      var best = (first: layers, last: 0)
      var least = Double.infinity
      for last in [Int(ideal.rounded(.down)), Int(ideal.rounded(.up))] {
        let last = max(0, min(layers, last))
        let first = (layers - last + stages - 2) / (stages - 1)
        let longest = max(Double(first), Double(last) + headLayers)
        if longest < least { (least, best) = (longest, (first, last)) }
      }
      return best
    }
  }
}
