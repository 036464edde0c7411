import Foundation

/// A value that a parameter can take.
public enum ParameterValue: Sendable, Hashable {
  case number(Double)
  case text(String)
  case flag(Bool)
}

extension ParameterValue: CustomStringConvertible, Encodable {
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
}

/// One thing to choose: its name, what it can be, and when it matters.
public struct Parameter: Sendable, Hashable {
  public enum Domain: Sendable, Hashable {
    /// A real number in a range, searched evenly or evenly in its logarithm.
    case float(ClosedRange<Double>, log: Bool)
    /// Real numbers a step apart, from the lower end.
    case stepped(ClosedRange<Double>, step: Double)
    /// A whole number, searched evenly or evenly in its logarithm.
    case int(ClosedRange<Int>, log: Bool)
    /// Values in an order, in which neighbours are alike.
    case ordinal([ParameterValue])
    /// Values without an order. A single one is a constant.
    case categorical([ParameterValue])
  }

  /// The parameter that another depends on, and its values for which that other one is there.
  public struct Condition: Sendable, Hashable {
    public let parameter: String
    public let values: [ParameterValue]

    public init(parameter: String, values: [ParameterValue]) {
      self.parameter = parameter
      self.values = values
    }
  }

  public let name: String
  public let domain: Domain
  public let condition: Condition?

  public init(_ name: String, _ domain: Domain, when condition: Condition? = nil) {
    self.name = name
    self.domain = domain
    self.condition = condition
  }

  /// How many values there are; nil for a real number.
  public var levels: Int? {
    switch domain {
    case .float: nil
    case .stepped(let range, let step): Int((range.upperBound - range.lowerBound) / step + 1e-9) + 1
    case .int(let range, _): range.upperBound - range.lowerBound + 1
    case .ordinal(let values), .categorical(let values): values.count
    }
  }

  public var isOrdered: Bool { if case .categorical = domain { false } else { true } }

  /// The coordinate of a gene, a number in 0 ..< 1: itself for a real number, else the level that its bin stands for.
  ///
  /// Levels share the unit interval evenly, and those of a logarithmic whole number as their logarithms do.
  func coordinate(ofGene gene: Double) -> Double {
    guard let levels else { return gene }
    guard case .int(let range, log: true) = domain else { return Double(min(levels - 1, Int(gene * Double(levels)))) }
    let ends = Self.logEnds(range)
    let value = Foundation.exp(ends.low + gene * (ends.high - ends.low)).rounded()
    return min(max(value - Double(range.lowerBound), 0), Double(levels - 1))
  }

  /// A gene in the middle of a coordinate's bin.
  func gene(ofCoordinate coordinate: Double) -> Double {
    guard let levels else { return coordinate }
    guard case .int(let range, log: true) = domain else { return (coordinate + 0.5) / Double(levels) }
    let ends = Self.logEnds(range)
    return (Foundation.log(Double(range.lowerBound) + coordinate) - ends.low) / (ends.high - ends.low)
  }

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
    }
  }

  /// Half a unit beyond both ends, so that the ends are as likely as their neighbours.
  private static func logEnds(_ range: ClosedRange<Int>) -> (low: Double, high: Double) {
    (Foundation.log(Double(range.lowerBound) - 0.5), Foundation.log(Double(range.upperBound) + 0.5))
  }
}
