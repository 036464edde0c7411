import Fitting

/// A configuration to begin a search with, as the one that is in use; what it leaves open is drawn.
public struct StartConfiguration: Sendable, Hashable {
  /// A coordinate a parameter; nil where it is open.
  private let coordinates: [Double?]

  /// - Throws: ``SearchError`` for a parameter that there is not, or a value that it cannot take.
  public init(_ values: [(parameter: String, value: ParameterValue)], in space: SearchSpace) throws(SearchError) {
    var coordinates = [Double?](repeating: nil, count: space.parameters.count)
    for (name, value) in values {
      let place = try space.place(of: name)
      coordinates[place] = try space.coordinate(of: value, at: place)
    }
    self.coordinates = coordinates
  }

  /// The configuration, where nothing that it needs is open.
  package func point(in space: SearchSpace) -> SearchSpace.Point? {
    // What stands for what is open is seen where its condition holds.
    let point = space.canonical(coordinates.map { $0 ?? .infinity })
    return point.contains(.infinity) ? nil : point
  }

  func point(in space: SearchSpace, _ random: inout SplitMix64) -> SearchSpace.Point {
    let drawn = space.completed(space.randomPoint(&random), &random)
    return space.canonical(zip(coordinates, drawn).map { $0 ?? $1 })
  }
}
