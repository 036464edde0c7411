import Fitting

/// A configuration to begin a search with, such as the one in use; parameters that it leaves open
/// are drawn.
public struct StartConfiguration: Sendable, Hashable {
  /// The coordinates, one per parameter; nil where it is open.
  private let coordinates: [Double?]

  /// A start configuration.
  ///
  /// - Parameters:
  ///   - values: the parameters that are given, with their values.
  ///   - space: the space of the parameters.
  /// - Throws: ``SearchError`` for an unknown parameter, or a value that it cannot take.
  public init(_ values: [(parameter: String, value: ParameterValue)], in space: SearchSpace) throws(SearchError) {
    var coordinates = [Double?](repeating: nil, count: space.parameters.count)
    for (name, value) in values {
      let place = try space.place(of: name)
      coordinates[place] = try space.coordinate(of: value, at: place)
    }
    self.coordinates = coordinates
  }

  /// The configuration, where no parameter that it needs is open.
  package func point(in space: SearchSpace) -> SearchSpace.Point? {
    // Infinity stands for an open parameter, and remains where its condition holds.
    let point = space.canonical(coordinates.map { $0 ?? .infinity })
    return point.contains(.infinity) ? nil : point
  }

  func point(in space: SearchSpace, _ random: inout SplitMix64) -> SearchSpace.Point {
    let drawn = space.completed(space.randomPoint(&random), &random)
    return space.canonical(zip(coordinates, drawn).map { $0 ?? $1 })
  }
}
