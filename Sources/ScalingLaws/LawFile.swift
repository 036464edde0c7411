import Fitting
import Formulas
import Foundation
import Tables
import Yams

/// A law that a user wrote in YAML, `windtunnel.law/1`.
///
/// ```yaml
/// schema: windtunnel.law/1
/// name: saturating
/// formula: loss = E + A/N^alpha + B/D^beta
/// parameters:
///   E:     {lower: 0, start: [0.5, 3]}
///   alpha: {start: [0.05, 1.5]}
/// variables: {N: params, D: tokens}
/// citation: our own notes
/// ```
///
/// Parameters that are not listed are guessed as for a formula on the command line.
public struct LawFile: Sendable {
  public let name: String
  public let formula: Formula
  public let domains: [ParameterDomain]
  public let variables: [Law.Variable]
  public let citation: String

  public static let schema = "windtunnel.law/1"

  private struct Contents: Decodable {
    var schema: String
    var name: String?
    var formula: String
    var target: String?
    var variables: [String: String]?
    var parameters: [String: Domain]?
    var citation: String?
  }

  private struct Domain: Decodable {
    var lower: Double?
    var upper: Double?
    var start: [Double]?
  }

  /// - Throws: ``DocumentError`` for a file that is missing or wrong; ``FormulaError`` for its formula.
  public init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DocumentError("\(path): there is no such law file", isMissing: true)
    }
    let contents: Contents
    do { contents = try YAMLDecoder().decode(Contents.self, from: String(decoding: data, as: UTF8.self)) } catch {
      throw DocumentError(
        "\(path): not a law file: \(Self.explain(error)); it needs 'schema: \(Self.schema)' and 'formula: …'")
    }
    guard contents.schema == Self.schema else {
      throw DocumentError("\(path): its schema is '\(contents.schema)'; this version reads '\(Self.schema)'")
    }
    name = contents.name ?? "law"
    let text = contents.target.map { "\($0) = \(contents.formula)" } ?? contents.formula
    formula = try Formula(text)
    let names = formula.names
    variables = (contents.variables ?? [:]).sorted { $0.key < $1.key }.map { Law.Variable($0.key, column: $0.value) }
    domains = try (contents.parameters ?? [:]).sorted { $0.key < $1.key }.map { name, domain in
      guard names.contains(name) else {
        let near = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw DocumentError("\(path): the parameter '\(name)' does not occur in the formula\(near)")
      }
      return try Self.domain(name, lower: domain.lower, upper: domain.upper, start: domain.start, place: path)
    }
    citation = contents.citation ?? path
  }

  /// A domain from what a user says of a parameter.
  public static func domain(
    _ name: String, lower: Double?, upper: Double?, start: [Double]?, place: String
  ) throws(DocumentError) -> ParameterDomain {
    if let lower, let upper, lower >= upper {
      throw DocumentError("\(place): the bounds of '\(name)' leave it no room: \(lower) to \(upper)")
    }
    let range: ClosedRange<Double>
    if let start {
      guard start.count == 2, start[0] <= start[1], start.allSatisfy(\.isFinite) else {
        throw DocumentError("\(place): the start range of '\(name)' should be two numbers, the smaller first")
      }
      range = start[0]...start[1]
    } else {
      switch (lower, upper) {
      case (let low?, let high?): range = low...high
      case (let low?, nil): range = low + 1e-3 * max(1, abs(low))...low + 1e3 * max(1, abs(low))
      case (nil, let high?): range = high - 1e3 * max(1, abs(high))...high - 1e-3 * max(1, abs(high))
      case (nil, nil): range = -1.5...1.5
      }
    }
    let wide = range.lowerBound > 0 && range.upperBound > 20 * range.lowerBound
    return ParameterDomain(name, lower: lower, upper: upper, startRange: range, startsLogarithmic: wide)
  }

  /// The law over a table of runs.
  public func law(over runs: RunTable, objective: Objective = .hoffmann) throws -> Law {
    for variable in variables where try runs.resolve(variable.column) == nil {
      throw formula.unknown(variable.column, known: runs.table.columns.map(\.name), as: "column")
    }
    let base = try Law.custom(formula, over: runs, variables: variables, declared: domains, objective: objective)
    return Law(
      name: name, title: formula.text, formula: base.formula, target: base.target, variables: base.variables,
      parameters: base.parameters, objective: objective, tradeOff: base.tradeOff, citation: citation)
  }

  private static func explain(_ error: any Error) -> String {
    if let yaml = error as? YamlError { return "\(yaml)" }
    return FitCoding.explain(error)
  }
}
