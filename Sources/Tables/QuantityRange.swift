import Glibc

/// An interval to sweep over, such as `1e18:1e25` FLOP.
public struct QuantityRange: Sendable, Equatable {
  /// The unit of the bounds.
  public enum Measure: Sendable, Equatable {
    case flops
    case count(CountUnit?)
    /// Any number with an optional magnitude.
    case number
  }

  /// The smaller bound, above zero.
  public let lower: Double
  public let upper: Double
  /// The number of values to take, bounds included; nil when the text does not say.
  public let points: Int?

  /// Reads `lower:upper` or `lower:upper:points`, as in `1e18:1e25`, `1:10 ZFLOP`, `70M:7B:9`.
  ///
  /// A unit that only the upper bound has applies to both. Throws unless 0 < lower < upper and 2 ≤ points ≤ 1,000,000.
  public init(parsing text: String, of measure: Measure) throws(QuantityError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let reading = try QuantityText(text, as: "range", examples: measure.examples)
    guard parts.count == 2 || parts.count == 3 else {
      throw reading.error("expected two bounds separated by ':', optionally with a number of points")
    }
    upper = try reading.located(after: parts[0].count + 1) { () throws(QuantityError) in try measure.value(of: parts[1])
    }
    lower = try reading.located(after: 0) { () throws(QuantityError) in
      try measure.value(of: measure.isBare(parts[0]) ? parts[0] + measure.unit(of: parts[1]) : parts[0])
    }
    guard lower > 0 else { throw reading.error("the lower bound must be above zero") }
    guard lower < upper else { throw reading.error("the lower bound must be below the upper bound") }
    if parts.count == 3 {
      let place = parts[0].count + parts[1].count + 2
      guard let points = Int(parts[2].filter { !$0.isWhitespace }), (2...1_000_000).contains(points) else {
        throw reading.error("expected a number of points between 2 and 1,000,000", at: place)
      }
      self.points = points
    } else {
      points = nil
    }
  }

  /// `points` values (those of the range, or `defaultPoints`) at equal ratios, the bounds exactly included.
  ///
  /// - Precondition: `defaultPoints` is at least 2.
  public func logSpaced(defaultPoints: Int) -> [Double] {
    let count = points ?? defaultPoints
    let step = (log(upper) - log(lower)) / Double(count - 1)
    let inner = (1..<count - 1).map { exp(log(lower) + Double($0) * step) }
    return [lower] + inner + [upper]
  }
}

extension QuantityRange.Measure {
  fileprivate var examples: [String] {
    switch self {
    case .flops: ["1e18:1e25", "1:100 ZFLOP", "1e18:1e25:8"]
    case .count: ["70M:7B", "1B:100B:9"]
    case .number: ["0.1:10", "1:1k:4"]
    }
  }

  fileprivate func value(of text: String) throws(QuantityError) -> Double {
    switch self {
    case .flops: try parseFLOPs(text)
    case .count(let unit): try parseCount(text, of: unit)
    case .number: try parseNumber(text)
    }
  }

  /// Whether `text` is a number without magnitude and unit.
  fileprivate func isBare(_ text: String) -> Bool { unit(of: text).isEmpty }

  /// The text after the number.
  fileprivate func unit(of text: String) -> String {
    guard var reading = try? QuantityText(text, as: "range", examples: []), (try? reading.readNumber()) != nil else {
      return ""
    }
    return reading.remainder
  }
}

extension QuantityText {
  /// Reads a part of this text that begins at `offset` characters; its error refers to the whole text.
  fileprivate func located(
    after offset: Int, _ read: () throws(QuantityError) -> Double
  ) throws(QuantityError) -> Double {
    do {
      return try read()
    } catch {
      throw self.error(error.message, at: offset + error.position - 1)
    }
  }
}
