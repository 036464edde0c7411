import Documents
import Foundation

/// A value that a parameter can take.
public enum ParameterValue: Sendable, Hashable {
  /// A number.
  case number(Double)
  /// A text.
  case text(String)
  /// True or false.
  case flag(Bool)
}

extension ParameterValue: CustomStringConvertible, Codable, DocumentFormed {
  public static let documentForm = JSONSchema.word
  public static let documentPlaceholder = ParameterValue.number(1)

  /// The value as files and command lines write it; whole numbers without a decimal point.
  public var description: String {
    switch self {
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .text(let text): text
    case .flag(let flag): flag ? "true" : "false"
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number):
      if let whole = Int(exactly: number) { try container.encode(whole) } else { try container.encode(number) }
    case .text(let text): try container.encode(text)
    case .flag(let flag): try container.encode(flag)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }
}

/// A parameter of a search space: its name, its values, and the condition under which it is
/// present.
public struct Parameter: Sendable, Hashable {
  /// The values that a parameter can take.
  public enum Domain: Sendable, Hashable {
    /// A real number in a range, searched evenly or evenly in its logarithm.
    case float(ClosedRange<Double>, log: Bool)
    /// Real numbers a step apart, from the lower end.
    case stepped(ClosedRange<Double>, step: Double)
    /// A whole number, searched evenly or evenly in its logarithm.
    case int(ClosedRange<Int>, log: Bool)
    /// Values in an order, in which neighbors are similar.
    case ordinal([ParameterValue])
    /// Values without an order. A single one is a constant.
    case categorical([ParameterValue])
    /// The items in any order, two to six; a value is their names with commas between them.
    case permutation([ParameterValue])
  }

  /// A condition under which a parameter is present: another parameter has one of some values.
  public struct Condition: Sendable, Hashable {
    /// The other parameter, which must come before.
    public let parameter: String
    /// The values of the other parameter.
    public let values: [ParameterValue]

    /// A condition on an earlier parameter.
    public init(parameter: String, values: [ParameterValue]) {
      self.parameter = parameter
      self.values = values
    }
  }

  /// The name.
  public let name: String
  /// The values that it can take.
  public let domain: Domain
  /// The condition under which it is present; nil for always.
  public let condition: Condition?
  /// A value that is believed to be good. Half of the values that an algorithm draws at random are
  /// near it.
  public let prior: ParameterValue?

  /// A parameter.
  ///
  /// - Parameters:
  ///   - name: unique in its space.
  ///   - domain: the values that it can take.
  ///   - condition: when it is present; nil for always.
  ///   - prior: a value that is believed to be good.
  public init(_ name: String, _ domain: Domain, when condition: Condition? = nil, prior: ParameterValue? = nil) {
    self.name = name
    self.domain = domain
    self.condition = condition
    self.prior = prior
  }

  /// The number of values; nil for a real number.
  public var levels: Int? {
    switch domain {
    case .float: nil
    case .stepped(let range, let step): Int((range.upperBound - range.lowerBound) / step + 1e-9) + 1
    case .int(let range, _): range.upperBound - range.lowerBound + 1
    case .ordinal(let values), .categorical(let values): values.count
    case .permutation(let items): items.indices.reduce(1) { $0 * ($1 + 1) }
    }
  }

  /// Whether the values have an order, so that neighbors are similar.
  public var isOrdered: Bool {
    switch domain {
    case .categorical, .permutation: false
    default: true
    }
  }

  /// The scale between genes and coordinates.
  var scale: GeneScale {
    guard let levels else { return .real }
    guard case .int(let range, log: true) = domain else { return .even(levels: Double(levels)) }
    // Half a unit beyond both ends, so that the ends are as likely as their neighbors.
    return .logarithmic(
      first: Double(range.lowerBound), levels: Double(levels), low: Foundation.log(Double(range.lowerBound) - 0.5),
      high: Foundation.log(Double(range.upperBound) + 0.5))
  }

  /// The value of a level, of a parameter that has levels.
  public func value(atLevel level: Int) -> ParameterValue { value(atCoordinate: Double(level)) }

  /// The value at a coordinate.
  func value(atCoordinate coordinate: Double) -> ParameterValue {
    switch domain {
    case .float(let range, let log):
      let low = log ? Foundation.log(range.lowerBound) : range.lowerBound
      let high = log ? Foundation.log(range.upperBound) : range.upperBound
      let between = low + coordinate * (high - low)
      return .number(min(max(log ? Foundation.exp(between) : between, range.lowerBound), range.upperBound))
    case .stepped(let range, let step): return .number(range.lowerBound + coordinate * step)
    case .int(let range, _): return .number(Double(range.lowerBound) + coordinate)
    case .ordinal(let values), .categorical(let values): return values[Int(coordinate)]
    case .permutation(let items):
      let names = permutation(ofNumber: Int(coordinate), count: items.count).map { items[$0].description }
      return .text(names.joined(separator: ","))
    }
  }
}

extension Parameter {
  /// The coordinate of a value; nil for one that the parameter cannot take.
  package func coordinate(of value: ParameterValue) -> Double? {
    switch (domain, value.key) {
    case (.float(let range, let log), .number(let number)):
      guard range.contains(number) else { return nil }
      let (low, high) = (range.lowerBound, range.upperBound)
      return log ? Foundation.log(number / low) / Foundation.log(high / low) : (number - low) / (high - low)
    case (.stepped(let range, let step), .number(let number)):
      let level = ((number - range.lowerBound) / step).rounded()
      guard abs(range.lowerBound + level * step - number) <= 1e-9 * max(abs(number), step) else { return nil }
      return (0..<Double(levels ?? 0)).contains(level) ? level : nil
    case (.int(let range, _), .number(let number)):
      guard let whole = Int(exactly: number), range.contains(whole) else { return nil }
      return Double(whole - range.lowerBound)
    case (.ordinal(let values), let key), (.categorical(let values), let key):
      return values.firstIndex { $0.key == key }.map(Double.init)
    case (.permutation(let items), .text(let text)):
      let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      let order = names.compactMap { name in items.firstIndex { $0.description == name } }
      guard order.count == items.count, names.count == items.count, Set(order).count == items.count else { return nil }
      return Double(number(ofPermutation: order))
    default: return nil
    }
  }
}

extension ParameterValue {
  /// A value as a file writes it.
  package init(text: String) {
    switch text {
    case "true": self = .flag(true)
    case "false": self = .flag(false)
    default: self = Double(text).flatMap { $0.isFinite ? .number($0) : nil } ?? .text(text)
    }
  }

  /// The value that equal values share, however they are written.
  package var key: ParameterValue {
    switch self {
    case .number: self
    case .flag(let flag): .number(flag ? 1 : 0)
    case .text(let text): Double(text).map { .number($0) } ?? self
    }
  }
}

/// The scale between genes, numbers in 0 ..< 1, and the coordinates of a parameter.
enum GeneScale: Sendable {
  /// The coordinate is the gene.
  case real
  /// Levels share the unit interval evenly.
  case even(levels: Double)
  /// Whole numbers from `first` on share the unit interval by their logarithms, from `low` to
  /// `high`.
  case logarithmic(first: Double, levels: Double, low: Double, high: Double)

  /// The coordinate of the bin that a gene lies in.
  func coordinate(ofGene gene: Double) -> Double {
    switch self {
    case .real: return gene
    case .even(let levels): return min(levels - 1, (gene * levels).rounded(.down))
    case .logarithmic(let first, let levels, let low, let high):
      return min(max(Foundation.exp(low + gene * (high - low)).rounded() - first, 0), levels - 1)
    }
  }

  /// A gene in the middle of a coordinate's bin.
  func gene(ofCoordinate coordinate: Double) -> Double {
    switch self {
    case .real: coordinate
    case .even(let levels): (coordinate + 0.5) / levels
    case .logarithmic(let first, _, let low, let high): (Foundation.log(first + coordinate) - low) / (high - low)
    }
  }
}
