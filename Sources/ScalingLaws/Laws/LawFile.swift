import Documents
import Fitting
import Formulas
import Tables

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
public struct LawFile: Document, Equatable {
  public static let schema = "windtunnel.law/1"
  public static let kind = "law file"
  public static let remedy = "a law file is YAML with 'schema: \(schema)' and 'formula: …'"
  public static let isHandwritten = true

  public var name: String?
  public var formula: Formula
  /// The column that the formula predicts, where the formula itself does not name it.
  public var target: String?
  public var objective: Objective.Kind?
  public var residual: Objective.Residual?
  /// Columns by the names that the formula has for them.
  public var variables: [String: String]?
  public var parameters: [String: Domain]?
  /// The source of the law; nil for the file.
  public var citation: String?

  /// The possible values of a parameter, and the range in which a search for it begins.
  public struct Domain: Codable, Sendable, Equatable {
    public var lower: Bound?
    public var upper: Bound?
    public var start: [Double]?
  }

  /// The end of a range, infinite where there is none.
  public struct Bound: DocumentScalar, Sendable, Equatable {
    public static let documentKind = "a number, or .inf for none"
    public static let documentExample = "0"
    public var value: Double
    public var documentText: String { value.isFinite ? value.description : value < 0 ? "-.inf" : ".inf" }

    public init(documentText: String) throws {
      guard let value = Double(documentText.replacing(".inf", with: "inf")), !value.isNaN else {
        throw DocumentFault(nil, "it should be \(Self.documentKind), not '\(excerpt(documentText))'")
      }
      self.value = value
    }
  }
}

extension LawFile: DocumentSummarized {
  public static let documentSummaries = [
    "name": "What fits and comparisons call the law.",
    "formula": "The law: names are columns, variables or parameters.",
    "target": "The column that the formula predicts, unless the formula names it.",
    "objective": "What a fit minimizes: huber:DELTA, l2, l1, cauchy:SCALE, …; huber:0.001 unless given.",
    "residual": "Residuals of the logarithm of the loss or of the loss itself; log unless given.",
    "variables": "Columns of the run table by the names that the formula has for them.",
    "parameters": "Bounds of parameters and where a search begins; the others are guessed.",
    "citation": "Where the law comes from.",
  ]
}

extension LawFile: DocumentChecked {
  public func check() throws(DocumentFault) {
    if let target, let stated = formula.target, stated != target {
      throw DocumentFault(
        "target", "it is '\(target)', but the formula predicts '\(stated)'; keep one of them")
    }
    let names = formula.names
    for (list, given) in [("parameters", parameters?.keys.sorted()), ("variables", variables?.keys.sorted())] {
      for name in given ?? [] where !names.contains(name) {
        let near = nearestName(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw DocumentFault("\(list).\(name)", "'\(name)' does not occur in the formula '\(formula.text)'\(near)")
      }
    }
    if let both = variables?.keys.sorted().first(where: { parameters?[$0] != nil }) {
      throw DocumentFault("variables.\(both)", "'\(both)' is both a parameter and a variable; keep one of them")
    }
    if let name, name.allSatisfy(\.isWhitespace) {
      throw DocumentFault("name", "it is empty; name the law or leave the line out")
    }
  }
}

extension LawFile.Domain: DocumentChecked {
  public func check() throws(DocumentFault) { _ = try domain("") }

  fileprivate func domain(_ name: String) throws(DocumentFault) -> ParameterDomain {
    try .declared(name, lower: lower?.value, upper: upper?.value, start: start)
  }
}

extension DocumentReading<LawFile> {
  /// The law over a table of runs.
  ///
  /// - Throws: ``DocumentError`` for a variable whose column the table lacks; as ``Law/custom(_:target:over:variables:declared:objective:)``
  ///   does.
  public func law(over runs: RunTable) throws -> Law {
    let variables = (value.variables ?? [:]).sorted { $0.key < $1.key }.map { Law.Variable($0.key, column: $0.value) }
    for variable in variables where try runs.resolve(variable.column) == nil {
      let columns = runs.table.columns.map(\.name)
      let hint =
        nearestName(to: variable.column, among: columns).map { "did you mean '\($0)'?" }
        ?? "there are \(columns.joined(separator: ", "))"
      throw fault(
        "variables.\(variable.name)", "there is no column '\(variable.column)' in \(runs.table.name); \(hint)")
    }
    let domains = try (value.parameters ?? [:]).sorted { $0.key < $1.key }.map { try $0.value.domain($0.key) }
    let objective = Objective(
      value.objective ?? Objective.hoffmann.kind, residual: value.residual ?? Objective.hoffmann.residual)
    var law = try Law.custom(
      value.formula, target: value.target, over: runs, variables: variables, declared: domains, objective: objective)
    law.name = value.name ?? "law"
    law.citation = value.citation ?? source.path
    return law
  }
}
