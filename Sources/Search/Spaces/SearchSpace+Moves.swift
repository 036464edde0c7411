import Fitting

extension SearchSpace {
  /// The points that differ from a point in one parameter: by any other value of a category, by
  /// one level of an ordered parameter, by an exchange of two items of a permutation, or by one of
  /// two random steps of a real number, whose standard deviation is a tenth of its range.
  public func neighbors(of point: Point, _ random: inout SplitMix64) -> [Point] {
    var neighbors: [Point] = []
    for index in parameters.indices where point[index] >= 0 {
      var coordinates: [Double] = []
      if levels[index] == 0 {
        coordinates = (0..<2).map { _ in
          let step = (random.uniform() + random.uniform() + random.uniform() - 1.5) * 0.2
          return min(max(point[index] + step, 0), 1)
        }
      } else if case .permutation(let items) = parameters[index].domain {
        coordinates = exchanged(permutation: Int(point[index]), count: items.count).map(
          Double.init)
      } else if parameters[index].isOrdered {
        coordinates = [point[index] - 1, point[index] + 1].filter {
          $0 >= 0 && $0 < Double(levels[index])
        }
      } else {
        coordinates = (0..<levels[index]).map(Double.init).filter { $0 != point[index] }
      }
      for coordinate in coordinates {
        var neighbor = completed(point, &random)
        neighbor[index] = coordinate
        neighbors.append(canonical(neighbor))
      }
    }
    return neighbors
  }

  /// The point with one random parameter, among those that are present and have more than one
  /// value, drawn to another value.
  public func mutated(_ point: Point, _ random: inout SplitMix64) -> Point {
    let open = parameters.indices.filter { point[$0] >= 0 && levels[$0] != 1 }
    guard !open.isEmpty else { return point }
    let index = open[random.integer(below: open.count)]
    var child = completed(point, &random)
    if levels[index] > 1 {
      // The present level is skipped, so that all others are equally likely.
      let drawn = Double(random.integer(below: levels[index] - 1))
      child[index] = drawn < point[index] ? drawn : drawn + 1
    } else {
      child[index] = random.uniform()
    }
    return canonical(child)
  }
}
