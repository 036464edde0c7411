import Documents
import Fitting
import Formulas

/// The set of all configurations that a search may try.
///
/// A configuration is a point: a coordinate for every parameter, in their order. The coordinate of
/// a real number is in 0 ... 1, that of any other parameter is the index of its level, and that of
/// an absent parameter, whose condition does not hold, is −1, so that equal configurations are
/// equal points.
///
/// ```swift
/// let space = try SearchSpace([
///   Parameter("rate", .float(1e-5...1e-1, log: true)),
///   Parameter("optimizer", .categorical([.text("adam"), .text("sgd")])),
///   Parameter("momentum", .float(0...0.99, log: false), when: .init(parameter: "optimizer", values: [.text("sgd")])),
/// ])
/// ```
///
/// Algorithms that work on numbers use genes in place of coordinates: one number in 0 ..< 1 per
/// parameter, on the parameter's own scale (``point(ofGenes:)``, ``genes(of:)``).
public struct SearchSpace: Sendable {
  /// A configuration: a coordinate for every parameter, in their order.
  public typealias Point = [Double]

  /// The parameters, in the order of coordinates.
  public let parameters: [Parameter]
  /// The conditional parameters with their parents, and the levels of the parent for which they
  /// are present.
  private let conditions: [(parameter: Int, parent: Int, levels: Set<Double>)]
  /// The number of values of every parameter, 0 for a real number.
  let levels: [Int]
  let scales: [GeneScale]
  /// The coordinates of values that are believed to be good.
  private let priors: [Double?]

  private static let priorShare = 0.5
  /// The standard deviation of draws near a prior, in genes.
  private static let priorWidth = 0.15

  /// The coordinate of a parameter whose condition does not hold.
  package static let absent = -1.0

  /// A space of parameters.
  ///
  /// - Throws: ``SearchError`` for a space without parameters, an empty or reversed domain, two
  ///   parameters with one name, or a condition on a parameter that does not come before.
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

  /// The number of configurations; nil with a real number among the parameters, or above 2⁵³.
  /// Configurations that differ only in absent parameters are counted several times.
  public var size: Int? {
    var product = 1.0
    for levels in levels {
      guard levels > 0 else { return nil }
      product *= Double(levels)
    }
    return product <= 0x1p53 ? Int(product) : nil
  }

  /// Whether a point is a configuration of this space: every coordinate is in its range, and
  /// exactly the parameters whose conditions do not hold are absent.
  public func contains(_ point: Point) -> Bool {
    guard point.count == parameters.count, canonical(point) == point else { return false }
    return point.indices.allSatisfy { index in
      let coordinate = point[index]
      if coordinate == Self.absent { return !isPresent(index, in: point) }
      if levels[index] == 0 { return (0...1).contains(coordinate) }
      return coordinate == coordinate.rounded() && (0..<Double(levels[index])).contains(coordinate)
    }
  }

  /// The point of genes in 0 ..< 1, one per parameter.
  public func point(ofGenes genes: [Double]) -> Point {
    canonical(scales.indices.map { scales[$0].coordinate(ofGene: genes[$0]) })
  }

  /// The genes in the middle of a point's bins, 0.5 for absent parameters.
  public func genes(of point: Point) -> [Double] {
    zip(scales, point).map { $1 < 0 ? 0.5 : $0.gene(ofCoordinate: $1) }
  }

  /// A random point: each parameter drawn evenly on its own scale, or, with a prior, half of the
  /// time near that.
  public func randomPoint(_ random: inout SplitMix64) -> Point {
    var point = Point(repeating: 0, count: parameters.count)
    for index in parameters.indices { point[index] = randomCoordinate(index, &random) }
    return canonical(point)
  }

  func randomCoordinate(_ index: Int, _ random: inout SplitMix64) -> Double {
    guard let prior = priors[index], random.uniform() < Self.priorShare else {
      return scales[index].coordinate(ofGene: random.uniform())
    }
    guard parameters[index].isOrdered else { return prior }
    // Draws beyond the ends are repeated.
    var gene = -1.0
    while !(0..<1).contains(gene) {
      gene = scales[index].gene(ofCoordinate: prior) + Self.priorWidth * standardNormalQuantile(random.openUniform())
    }
    return scales[index].coordinate(ofGene: gene)
  }

  /// The point with every absent parameter drawn, so that a change of another parameter may make
  /// it present. It becomes a configuration by ``canonical(_:)``.
  public func completed(_ point: Point, _ random: inout SplitMix64) -> Point {
    var point = point
    for index in parameters.indices where point[index] < 0 { point[index] = randomCoordinate(index, &random) }
    return point
  }

  /// The point with every parameter whose condition does not hold marked absent.
  public func canonical(_ point: Point) -> Point {
    var point = point
    for condition in conditions where !condition.levels.contains(point[condition.parent]) {
      point[condition.parameter] = Self.absent
    }
    return point
  }

  private func isPresent(_ index: Int, in point: Point) -> Bool {
    conditions.allSatisfy { $0.parameter != index || $0.levels.contains(point[$0.parent]) }
  }

  /// The parameters that are present in a configuration, with their values.
  public func values(of point: Point) -> [(name: String, value: ParameterValue)] {
    zip(parameters, point).compactMap { $1 < 0 ? nil : ($0.name, $0.value(atCoordinate: $1)) }
  }

  /// The numbers among the ``values(of:)`` of a configuration, by parameter.
  public func numbers(of point: Point) -> [String: Double] {
    var numbers: [String: Double] = [:]
    for (name, value) in values(of: point) {
      if case .number(let number) = value { numbers[name] = number }
    }
    return numbers
  }

  /// The value of one parameter, which must be present.
  public func value(of point: Point, at index: Int) -> ParameterValue {
    parameters[index].value(atCoordinate: point[index])
  }

  /// The number of a point among all, in a space whose ``size`` is known.
  package func number(of point: Point) -> Int {
    zip(levels, point).reduce(0) { $0 * $1.0 + Int(max(0, $1.1)) }
  }

  /// The point of a number; several numbers have the same point where conditions do not hold.
  package func point(ofNumber number: Int) -> Point {
    var rest = number
    var point = Point(repeating: 0, count: parameters.count)
    for index in parameters.indices.reversed() {
      point[index] = Double(rest % levels[index])
      rest /= levels[index]
    }
    return canonical(point)
  }
}

private func resolve(
  _ condition: Parameter.Condition, of parameter: Parameter, among earlier: ArraySlice<Parameter>
) throws(SearchError) -> (parent: Int, levels: Set<Double>) {
  guard let parent = earlier.firstIndex(where: { $0.name == condition.parameter }) else {
    let near = nearestName(to: condition.parameter, among: earlier.map(\.name))
    throw SearchError(
      "'\(parameter.name)' depends on '\(condition.parameter)', but no parameter before it has that name; "
        + (near.map { "did you mean '\($0)'?" } ?? "move that one up"))
  }
  guard let count = earlier[parent].levels else {
    throw SearchError(
      "'\(parameter.name)' depends on '\(condition.parameter)', a real number; conditions need a parameter with levels")
  }
  var levels: Set<Double> = []
  for wanted in condition.values {
    guard let level = (0..<count).first(where: { earlier[parent].value(atCoordinate: Double($0)) == wanted }) else {
      throw SearchError("'\(parameter.name)' depends on '\(condition.parameter)' being \(wanted), which it cannot be")
    }
    levels.insert(Double(level))
  }
  return (parent, levels)
}

extension Parameter {
  fileprivate func priorCoordinate() throws(SearchError) -> Double? {
    guard let prior else { return nil }
    guard let coordinate = coordinate(of: prior) else {
      throw SearchError("the prior of '\(name)' is \(prior), which '\(name)' cannot be")
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
