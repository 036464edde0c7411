import Fitting

/// The choices of an agent for every parameter: its levels, or ten intervals of its genes.
struct Choices {
  let counts: [Int]
  private let isLevel: [Bool]

  private static let intervals = 10

  init(_ space: SearchSpace) {
    isLevel = space.parameters.indices.map { index in
      let levels = space.levels[index]
      return levels > 0 && (levels <= Self.intervals || !space.parameters[index].isOrdered)
    }
    counts = space.parameters.indices.map { [isLevel] in isLevel[$0] ? space.levels[$0] : Self.intervals }
  }

  /// The choice of every parameter; nil for one that is absent.
  func chosen(_ point: SearchSpace.Point, in space: SearchSpace) -> [Int?] {
    point.indices.map { index in
      guard point[index] >= 0 else { return nil }
      if isLevel[index] { return Int(point[index]) }
      let gene = space.scales[index].gene(ofCoordinate: point[index])
      return min(max(Int(gene * Double(Self.intervals)), 0), Self.intervals - 1)
    }
  }

  func proposal(
    _ probabilities: [[Double]], in space: SearchSpace, _ random: inout SplitMix64
  ) -> Proposal {
    let point = probabilities.indices.map { index in
      var rest = random.uniform() * probabilities[index].reduce(0, +)
      var choice = 0
      while choice < counts[index] - 1, rest >= probabilities[index][choice] {
        rest -= probabilities[index][choice]
        choice += 1
      }
      return coordinate(choice, of: index, in: space, &random)
    }
    return Proposal(space.canonical(point))
  }

  /// A coordinate of a parameter's choice.
  func coordinate(_ choice: Int, of index: Int, in space: SearchSpace, _ random: inout SplitMix64) -> Double {
    if isLevel[index] { return Double(choice) }
    let gene = (Double(choice) + random.uniform()) / Double(Self.intervals)
    return space.scales[index].coordinate(ofGene: gene)
  }
}
