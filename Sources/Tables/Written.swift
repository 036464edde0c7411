import Documents

/// A number that documents write with its unit: `300B tokens`, `512 GB`, `12h`.
public protocol WrittenUnit: Sendable {
  static var kind: String { get }
  static var example: String { get }
  static func parse(_ text: String) throws(QuantityError) -> Double
  static func text(_ value: Double) -> String
}

/// A number in its unit, as documents write it.
public struct Written<Unit: WrittenUnit>: DocumentScalar, Sendable, Hashable {
  public let value: Double

  public static var documentKind: String { Unit.kind }
  public static var documentExample: String { Unit.example }
  public var documentText: String { Unit.text(value) }

  public init(_ value: Double) { self.value = value }

  public init(documentText: String) throws { value = try Unit.parse(documentText) }
}

public typealias WrittenTokens = Written<TokensUnit>
public typealias WrittenParams = Written<ParamsUnit>
public typealias WrittenFLOPs = Written<FLOPsUnit>
public typealias WrittenBytes = Written<BytesUnit>
public typealias WrittenDuration = Written<DurationUnit>
public typealias WrittenByteRate = Written<ByteRateUnit>
public typealias WrittenFLOPRate = Written<FLOPRateUnit>
public typealias WrittenPower = Written<PowerUnit>
public typealias WrittenUSD = Written<USDUnit>

/// Training tokens.
public enum TokensUnit: WrittenUnit {
  public static let kind = "a number of tokens, as 300B"
  public static let example = "300B tokens"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseCount(text, of: .tokens) }
  public static func text(_ value: Double) -> String { "\(value)" }
}

/// Parameters of a model.
public enum ParamsUnit: WrittenUnit {
  public static let kind = "a number of parameters, as 7B"
  public static let example = "7B params"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseCount(text, of: .params) }
  public static func text(_ value: Double) -> String { "\(value)" }
}

/// Training compute.
public enum FLOPsUnit: WrittenUnit {
  public static let kind = "training compute, as 1e21 FLOP"
  public static let example = "1e21 FLOP"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseFLOPs(text) }
  public static func text(_ value: Double) -> String { "\(value) FLOP" }
}

/// Memory in bytes.
public enum BytesUnit: WrittenUnit {
  public static let kind = "an amount of memory, as 512 GB"
  public static let example = "512 GB"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseBytes(text) }
  public static func text(_ value: Double) -> String { scaled(value, "B") }
}

/// The rate of a link or of memory, in bytes a second.
public enum ByteRateUnit: WrittenUnit {
  public static let kind = "a bandwidth, as 450 GB/s or, in bits, 400 Gb/s"
  public static let example = "450 GB/s"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseByteRate(text) }
  public static func text(_ value: Double) -> String { scaled(value, "B/s") }
}

/// A rate of compute, in FLOP/s.
public enum FLOPRateUnit: WrittenUnit {
  public static let kind = "a rate of compute, as 989 TFLOP/s"
  public static let example = "989 TFLOP/s"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseFLOPRate(text) }
  public static func text(_ value: Double) -> String { scaled(value, "FLOP/s") }
}

/// Power in watts.
public enum PowerUnit: WrittenUnit {
  public static let kind = "a power, as 700 W"
  public static let example = "700 W"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseWatts(text) }
  public static func text(_ value: Double) -> String { scaled(value, "W", magnitudes: ["", "k"]) }
}

/// Money in US dollars.
public enum USDUnit: WrittenUnit {
  public static let kind = "an amount of money, as 2.10 USD"
  public static let example = "2.10 USD"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseUSD(text) }
  public static func text(_ value: Double) -> String { scaled(value, "USD", magnitudes: [""]) }
}

/// Time in seconds.
public enum DurationUnit: WrittenUnit {
  public static let kind = "a duration, as 12h"
  public static let example = "12h"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseDuration(text) }
  public static func text(_ value: Double) -> String { "\(value) s" }
}

extension WrittenUnit {
  /// A number with the unit of its magnitude, in the fewest digits that read back as the same.
  fileprivate static func scaled(
    _ value: Double, _ unit: String, magnitudes: [String] = ["", "k", "M", "G", "T", "P"]
  ) -> String {
    let texts = [6, 12, 17].lazy.map { NumberText.scaled(value, magnitudes.map { " \($0)\(unit)" }, $0) }
    return texts.first { (try? parse($0)) == value } ?? "\(value) \(unit)"
  }
}
