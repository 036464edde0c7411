import Documents
import Fitting
import Formulas

/// All configurations that a search may try.
///
/// A configuration is a point: a coordinate for every parameter, in their order. The coordinate of a real number is in
/// 0 ... 1, that of any other parameter is the index of its level, and that of a parameter whose condition does not hold
/// is −1, so that configurations that mean the same are equal.
public struct SearchSpace: Sendable {
  public typealias Point = [Double]

  public let parameters: [Parameter]
  /// Which parameters depend on which other, and the levels of that one for which they are there.
  private let conditions: [(parameter: Int, parent: Int, levels: Set<Double>)]
  /// The number of values of every parameter, 0 for a real number.
  let levels: [Int]
  let scales: [GeneScale]
  /// The coordinates of what is believed to be good.
  private let priors: [Double?]

  private static let priorShare = 0.5
  /// The standard deviation of what is drawn near a prior, of genes.
  private static let priorWidth = 0.15

  package static let absent = -1.0

  /// - Throws: ``SearchError`` for a space without parameters, an empty or reversed domain, two parameters of one name, or a
  ///   condition on a parameter that does not come before.
  public init(_ parameters: [Parameter]) throws(SearchError) {
    guard !parameters.isEmpty else { throw SearchError("the space has no parameters; give at least one") }
    var conditions: [(parameter: Int, parent: Int, levels: Set<Double>)] = []
    for (index, parameter) in parameters.enumerated() {
      let earlier = parameters[..<index]
      guard !earlier.contains(where: { $0.name == parameter.name }) else {
        throw SearchError("two parameters have the name '\(parameter.name)'; rename one")
      }
      try parameter.check()
      if let condition = parameter.condition {
        let (parent, levels) = try resolve(condition, of: parameter, among: earlier)
        conditions.append((index, parent, levels))
      }
    }
    self.parameters = parameters
    self.conditions = conditions
    levels = parameters.map { $0.levels ?? 0 }
    scales = parameters.map(\.scale)
    var priors: [Double?] = []
    for parameter in parameters { priors.append(try parameter.priorCoordinate()) }
    self.priors = priors
  }

  /// How many configurations there are; nil with a real number among the parameters, or above 2⁵³. A condition that does
  /// not hold leaves one configuration where this counts several.
  public var size: Int? {
    var product = 1.0
    for levels in levels {
      guard levels > 0 else { return nil }
      product *= Double(levels)
    }
    return product <= 0x1p53 ? Int(product) : nil
  }

  /// The point of genes in 0 ..< 1, one a parameter.
  func point(ofGenes genes: [Double]) -> Point {
    canonical(scales.indices.map { scales[$0].coordinate(ofGene: genes[$0]) })
  }

  /// Genes in the middle of a point's bins.
  func genes(of point: Point) -> [Double] {
    zip(scales, point).map { $1 < 0 ? 0.5 : $0.gene(ofCoordinate: $1) }
  }

  /// A point drawn evenly, each parameter on its own scale.
  func randomPoint(_ random: inout SplitMix64) -> Point {
    var point = Point(repeating: 0, count: parameters.count)
    for index in parameters.indices { point[index] = randomCoordinate(index, &random) }
    return canonical(point)
  }

  func randomCoordinate(_ index: Int, _ random: inout SplitMix64) -> Double {
    guard let prior = priors[index], random.uniform() < Self.priorShare else {
      return scales[index].coordinate(ofGene: random.uniform())
    }
    guard parameters[index].isOrdered else { return prior }
    // Cut at the ends by being drawn again.
    var gene = -1.0
    while !(0..<1).contains(gene) {
      gene = scales[index].gene(ofCoordinate: prior) + Self.priorWidth * standardNormalQuantile(random.openUniform())
    }
    return scales[index].coordinate(ofGene: gene)
  }

  /// The point with every parameter that is absent drawn, so that a change may bring it in.
  func completed(_ point: Point, _ random: inout SplitMix64) -> Point {
    var point = point
    for index in parameters.indices where point[index] < 0 { point[index] = randomCoordinate(index, &random) }
    return point
  }

  /// The point with every parameter whose condition does not hold marked absent.
  package func canonical(_ point: Point) -> Point {
    var point = point
    for condition in conditions where !condition.levels.contains(point[condition.parent]) {
      point[condition.parameter] = Self.absent
    }
    return point
  }

  /// The parameters that are there in a configuration, with their values.
  public func values(of point: Point) -> [(name: String, value: ParameterValue)] {
    zip(parameters, point).compactMap { $1 < 0 ? nil : ($0.name, $0.value(atCoordinate: $1)) }
  }

  /// The value of one parameter, which is there.
  public func value(of point: Point, at index: Int) -> ParameterValue {
    parameters[index].value(atCoordinate: point[index])
  }

  /// The number of a point among all, for a space whose ``size`` is known.
  package func number(of point: Point) -> Int {
    zip(levels, point).reduce(0) { $0 * $1.0 + Int(max(0, $1.1)) }
  }

  /// The point of a number, which repeats where conditions do not hold.
  package func point(ofNumber number: Int) -> Point {
    var rest = number
    var point = Point(repeating: 0, count: parameters.count)
    for index in parameters.indices.reversed() {
      point[index] = Double(rest % levels[index])
      rest /= levels[index]
    }
    return canonical(point)
  }

  /// Every point that differs in one parameter: by any other value of a category, by one level of an ordered one, by an
  /// exchange of two items of a permutation. A real number takes two normal-like steps of a tenth of its range.
  func neighbors(of point: Point, _ random: inout SplitMix64) -> [Point] {
    var neighbors: [Point] = []
    for index in parameters.indices where point[index] >= 0 {
      var coordinates: [Double] = []
      if levels[index] == 0 {
        coordinates = (0..<2).map { _ in
          let step = (random.uniform() + random.uniform() + random.uniform() - 1.5) * 0.2
          return min(max(point[index] + step, 0), 1)
        }
      } else if case .permutation(let items) = parameters[index].domain {
        coordinates = exchanged(permutation: Int(point[index]), count: items.count).map(Double.init)
      } else if parameters[index].isOrdered {
        coordinates = [point[index] - 1, point[index] + 1].filter { $0 >= 0 && $0 < Double(levels[index]) }
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
}

private func resolve(
  _ condition: Parameter.Condition, of parameter: Parameter, among earlier: ArraySlice<Parameter>
) throws(SearchError) -> (parent: Int, levels: Set<Double>) {
  guard let parent = earlier.firstIndex(where: { $0.name == condition.parameter }) else {
    let near = nearestName(to: condition.parameter, among: earlier.map(\.name))
    throw SearchError(
      "'\(parameter.name)' depends on '\(condition.parameter)', which is no parameter before it; "
        + (near.map { "did you mean '\($0)'?" } ?? "move that one up"))
  }
  guard let count = earlier[parent].levels else {
    throw SearchError(
      "'\(parameter.name)' depends on '\(condition.parameter)', a real number; only levels can be named")
  }
  var levels: Set<Double> = []
  for wanted in condition.values {
    guard let level = (0..<count).first(where: { earlier[parent].value(atCoordinate: Double($0)) == wanted }) else {
      throw SearchError("'\(parameter.name)' depends on '\(condition.parameter)' being \(wanted), which it never is")
    }
    levels.insert(Double(level))
  }
  return (parent, levels)
}

extension Parameter {
  fileprivate func priorCoordinate() throws(SearchError) -> Double? {
    guard let prior else { return nil }
    guard let coordinate = coordinate(of: prior) else {
      throw SearchError("the prior of '\(name)' is \(prior), which it never is")
    }
    return coordinate
  }

  fileprivate func check() throws(SearchError) {
    switch domain {
    case .float(let range, let log):
      guard range.lowerBound.isFinite, range.upperBound.isFinite, range.lowerBound < range.upperBound else {
        throw SearchError("'\(name)' should lie between two different finite numbers, as [0.1, 0.9]")
      }
      guard !log || range.lowerBound > 0 else {
        throw SearchError(
          "'\(name)' is searched by its logarithm, so its lower end must be above 0, not \(range.lowerBound)")
      }
    case .stepped(let range, let step):
      guard step > 0, step <= range.upperBound - range.lowerBound, (range.upperBound - range.lowerBound) / step < 1e9
      else {
        throw SearchError("the step of '\(name)' should be above 0, and at most the width of its range")
      }
    case .int(let range, let log):
      let limit = 1 << 40
      guard range.lowerBound > -limit, range.upperBound < limit, !log || range.lowerBound > 0
      else {
        throw SearchError("'\(name)' is too wide, or searched by its logarithm with a lower end that is not above 0")
      }
    case .ordinal(let values), .categorical(let values):
      guard !values.isEmpty else { throw SearchError("'\(name)' has no values; list at least one") }
      guard Set(values).count == values.count else { throw SearchError("'\(name)' lists a value twice") }
    case .permutation(let items):
      guard (2...6).contains(items.count), Set(items.map(\.description)).count == items.count,
        !items.contains(where: { $0.description.contains(",") })
      else { throw SearchError("'\(name)' should have two to six different items without commas to put in order") }
    }
  }
}
