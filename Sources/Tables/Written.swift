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
  public static func text(_ value: Double) -> String { "\(value) B" }
}

/// Time in seconds.
public enum DurationUnit: WrittenUnit {
  public static let kind = "a duration, as 12h"
  public static let example = "12h"
  public static func parse(_ text: String) throws(QuantityError) -> Double { try parseDuration(text) }
  public static func text(_ value: Double) -> String { "\(value) s" }
}
