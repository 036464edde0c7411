import Documents
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
  /// What the formula predicts, where the formula itself does not say.
  public let target: String?
  public let objective: Objective
  public let domains: [ParameterDomain]
  public let variables: [Law.Variable]
  public let citation: String

  public static let schema = "windtunnel.law/1"

  private struct Contents: Decodable {
    var schema: String
    var name: String?
    var formula: String
    var target: String?
    var objective: String?
    var residual: String?
    var variables: [String: String]?
    var parameters: [String: Domain]?
    var citation: String?

    static let keys = [
      "schema", "name", "formula", "target", "objective", "residual", "variables", "parameters", "citation",
    ]
  }

  private struct Domain: Decodable {
    var lower: Double?
    var upper: Double?
    var start: [Double]?

    static let keys = ["lower", "upper", "start"]
  }

  /// - Throws: ``DocumentError`` for a file that is missing or wrong.
  public init(path: String) throws(DocumentError) {
    func fault(_ message: String) -> DocumentError { DocumentError("\(path): \(message)") }
    let data = try DocumentFile.bytes(
      of: path, "law file", remedy: "a law file is YAML with 'schema: \(Self.schema)' and 'formula: …'")
    let contents = try Self.contents(data, path)
    guard contents.schema == Self.schema else {
      throw fault("its schema is '\(contents.schema)'; this version reads '\(Self.schema)'")
    }
    let written: Formula
    do { written = try Formula(contents.formula) } catch { throw fault("in 'formula': \(error)") }
    if let target = contents.target, let stated = written.target, stated != target {
      throw fault("'target' is '\(target)', but the formula predicts '\(stated)'; keep one of them")
    }
    formula = written
    target = contents.target
    let names = written.names
    for (list, given) in [
      ("parameters", contents.parameters?.keys.sorted()), ("variables", contents.variables?.keys.sorted()),
    ] {
      for name in given ?? [] where !names.contains(name) {
        let near = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw fault("'\(name)' of '\(list)' does not occur in the formula '\(written.text)'\(near)")
      }
    }
    variables = (contents.variables ?? [:]).sorted { $0.key < $1.key }.map { Law.Variable($0.key, column: $0.value) }
    if let both = variables.first(where: { contents.parameters?[$0.name] != nil }) {
      throw fault("'\(both.name)' is both a parameter and a variable; keep one of them")
    }
    var domains: [ParameterDomain] = []
    for (name, domain) in (contents.parameters ?? [:]).sorted(by: { $0.key < $1.key }) {
      domains.append(
        try Self.domain(name, lower: domain.lower, upper: domain.upper, start: domain.start, place: path))
    }
    self.domains = domains
    name = contents.name ?? "law"
    guard !name.allSatisfy(\.isWhitespace) else { throw fault("'name' is empty; name the law or leave the line out") }
    do {
      let kind = try contents.objective.map { text throws(ObjectiveError) in try Objective.Kind(parsing: text) }
      let residual = contents.residual.map { Objective.Residual(rawValue: $0) } ?? Objective.hoffmann.residual
      guard let residual else { throw fault("'residual' should be log or linear") }
      objective = Objective(kind ?? Objective.hoffmann.kind, residual: residual)
    } catch let error as ObjectiveError {
      throw fault("in 'objective': \(error)")
    } catch let error as DocumentError {
      throw error
    } catch {
      throw fault("\(error)")
    }
    citation = contents.citation ?? path
  }

  private static func contents(_ data: Data, _ path: String) throws(DocumentError) -> Contents {
    func fault(_ message: String) -> DocumentError {
      DocumentError("\(path): not a law file: \(message); it needs 'schema: \(schema)' and 'formula: …'")
    }
    guard let text = String(data: data, encoding: .utf8) else { throw fault("it is not UTF-8 text") }
    do {
      guard let root = try Yams.compose(yaml: text) else { throw fault("it is empty") }
      guard let mapping = root.mapping else { throw fault("it has no 'key: value' lines") }
      try check(mapping, Contents.keys, "", path)
      for (name, domain) in mapping["parameters"]?.mapping ?? [:] {
        guard let entries = domain.mapping else {
          throw DocumentError(
            "\(path)\(line(domain)): the parameter '\(name.string ?? "")' should be written {lower: 0, upper: 2, start: [0.1, 1]}, "
              + "with any of the three")
        }
        try check(entries, Domain.keys, " of the parameter '\(name.string ?? "")'", path)
      }
      return try YAMLDecoder().decode(Contents.self, from: text)
    } catch let error as DocumentError {
      throw error
    } catch let error as DecodingError {
      throw DocumentError("\(path): \(explain(error))")
    } catch {
      throw fault(explain(error))
    }
  }

  /// A key that is misspelled would otherwise be a wish that is silently not granted.
  private static func check(_ mapping: Node.Mapping, _ known: [String], _ of: String, _ path: String)
    throws(DocumentError)
  {
    for (key, _) in mapping {
      let name = key.string ?? "?"
      guard !known.contains(name) else { continue }
      let hint =
        nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
        ?? "there are \(known.joined(separator: ", "))"
      throw DocumentError("\(path)\(line(key)): there is no entry '\(name)'\(of); \(hint)")
    }
  }

  private static func line(_ node: Node) -> String { node.mark.map { ":\($0.line)" } ?? "" }

  /// A domain from what a user says of a parameter.
  public static func domain(
    _ name: String, lower: Double?, upper: Double?, start: [Double]?, place: String
  ) throws(DocumentError) -> ParameterDomain {
    // An infinite bound on its own side is no bound; any other bound that is not a number is a slip.
    let lower = lower == -.infinity ? nil : lower
    let upper = upper == .infinity ? nil : upper
    guard [lower, upper].allSatisfy({ $0?.isFinite ?? true }) else {
      throw DocumentError("\(place): the bounds of '\(name)' should be numbers, the lower one below the upper one")
    }
    if let lower, let upper, lower >= upper {
      throw DocumentError(
        "\(place): the bounds of '\(name)' leave it no room: the lower, \(lower), should be below the upper, \(upper)")
    }
    let range: ClosedRange<Double>
    if let start {
      guard start.count == 2, start[0] <= start[1], start.allSatisfy(\.isFinite) else {
        throw DocumentError("\(place): the start range of '\(name)' should be two numbers, the smaller first")
      }
      guard start[0] >= lower ?? start[0], start[1] <= upper ?? start[1] else {
        throw DocumentError("\(place): the start range of '\(name)' goes beyond its bounds")
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
  public func law(over runs: RunTable) throws -> Law {
    for variable in variables where try runs.resolve(variable.column) == nil {
      let columns = runs.table.columns.map(\.name)
      let hint =
        nearestName(to: variable.column, among: columns).map { "did you mean '\($0)'?" }
        ?? "there are \(columns.joined(separator: ", "))"
      throw DocumentError(
        "the law '\(name)': there is no column '\(variable.column)', which is its \(variable.name), "
          + "in \(runs.table.name); \(hint)")
    }
    let base = try Law.custom(
      formula, target: target, over: runs, variables: variables, declared: domains, objective: objective)
    return Law(
      name: name, title: formula.text, formula: base.formula, target: base.target, variables: base.variables,
      parameters: base.parameters, objective: objective, tradeOff: base.tradeOff, citation: citation)
  }

  private static func explain(_ error: any Error) -> String {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      return "line \(mark.line), column \(mark.column): \(problem)"
    case YamlError.duplicatedKeysInMapping(let duplicates, _):
      return "\(duplicates.sorted().map { "'\($0)'" }.joined(separator: ", ")) is given twice"
    case let error as YamlError: return "\(error)"
    default: return FitCoding.explain(error)
    }
  }
}
