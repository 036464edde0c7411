import Fitting

/// Grid search: every combination of values on a grid, in an order that is spread over all of it,
/// then on ever finer grids.
///
/// Categories have all of their values. A real number, or an ordered parameter of many levels, has
/// its ends and its middle at first; each time the grid is complete the steps are halved, to 5, 9,
/// 17 values and so on.
public struct GridSearch: SearchAlgorithm {
  /// The coordinates of every parameter on this grid, those of the last grid first, and how many
  /// of these there are.
  private var axes: [(coordinates: [Double], old: Int)] = []
  private var size = 0
  private var place = 0
  private var start = 0
  private var stride = 1
  private var steps = 1

  /// The size of the largest grid; beyond it points are drawn.
  private static let largest = 0x1p40

  /// A grid search.
  public init() {}

  public mutating func propose(in space: SearchSpace, _ random: inout SplitMix64) -> Proposal {
    while true {
      if place == size, !refine(space, &random) { return Proposal(space.randomPoint(&random)) }
      while place < size {
        defer { place += 1 }
        if let point = point(Int((UInt64(start) &+ UInt64(place) &* UInt64(stride)) % UInt64(size))) {
          return Proposal(space.canonical(point))
        }
      }
    }
  }

  public func learn(
    _ proposal: Proposal, _ outcome: Outcome, in space: SearchSpace, _ random: inout SplitMix64
  ) {}

  /// The point of a number on this grid; nil where it was on the last.
  private func point(_ number: Int) -> SearchSpace.Point? {
    var rest = number
    var isNew = false
    let point = axes.map { axis in
      let index = rest % axis.coordinates.count
      rest /= axis.coordinates.count
      isNew = isNew || index >= axis.old
      return axis.coordinates[index]
    }
    return isNew ? point : nil
  }

  /// Begins the next grid; false where there is no finer one, or it would be too large.
  private mutating func refine(_ space: SearchSpace, _ random: inout SplitMix64) -> Bool {
    let steps = self.steps * 2
    let finer = space.parameters.indices.map { index in
      let before = axes.isEmpty ? [] : axes[index].coordinates
      let all = coordinates(space.levels[index], isOrdered: space.parameters[index].isOrdered, steps: steps)
      return (coordinates: before + all.filter { !before.contains($0) }, old: before.count)
    }
    let product = finer.reduce(1.0) { $0 * Double($1.coordinates.count) }
    guard product <= Self.largest, finer.contains(where: { $0.coordinates.count > $0.old }) else { return false }
    (self.steps, axes, size, place) = (steps, finer, Int(product), 0)
    start = random.integer(below: size)
    // Near the golden section of the size, so that any run of numbers is spread evenly.
    stride = max(1, Int(0.618_033_988_749_895 * product))
    while greatestCommonDivisor(stride, size) != 1 { stride += 1 }
    return true
  }

  private func coordinates(_ levels: Int, isOrdered: Bool, steps: Int) -> [Double] {
    guard levels == 0 || (isOrdered && levels > steps + 1) else { return (0..<levels).map(Double.init) }
    let width = levels == 0 ? 1 : Double(levels - 1)
    let spread = (0...steps).map { Double($0) / Double(steps) * width }
    return levels == 0 ? spread : spread.map { $0.rounded() }
  }
}

extension AlgorithmEntry {
  /// Grid search.
  public static let grid = AlgorithmEntry("grid", summary: "ever finer grids, in an order that is spread") { _, _ in
    GridSearch()
  }
}

private func greatestCommonDivisor(_ one: Int, _ other: Int) -> Int {
  other == 0 ? one : greatestCommonDivisor(other, one % other)
}
