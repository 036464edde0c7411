import Fitting
import Formulas
import Foundation
import Tables

/// A fit as a document, `windtunnel.fit/1`: the law, what was found, how, from which runs, and how sure it is.
///
/// It holds all that planning needs, and reads back to the bit.
public struct FitDocument: Codable, Sendable, Equatable {
  public var schema = FitDocument.schema
  /// The law's name; `formula` for a user's own.
  public var law: String
  public var formula: String
  public var target: String
  /// The formula's variables and the columns that they stand for.
  public var variables: [String: String]
  /// The parameters in the law's order, which is the order of the draws.
  public var parameterOrder: [String]
  public var parameters: [String: Parameter]
  public var objective: ObjectiveRecord
  /// `N* ∝ C^size`, `D* ∝ C^tokens`; nil for a law without that trade-off.
  public var exponents: Exponents?
  public var runs: Runs
  public var starts: Optimum.StartCount
  public var otherOptima: [OtherOptimum]
  public var gradientNorm: Double
  public var converged: Bool
  public var conditionNumber: Double?
  public var covariance: [[Double]]?
  public var bootstrap: BootstrapRecord
  /// Each run's residual on the logarithm of the loss, in the order of runs used.
  public var logResiduals: [Double]
  /// How far each run pulls the fit: the most that any parameter moves without it, in standard errors; in the order of
  /// runs used, null where it could not be left out.
  public var influence: [Double?]
  public var sensitivity: [SensitivityRow]
  public var diagnostics: [Diagnostic]
  public var citation: String
  public var tool: String

  public static let schema = "windtunnel.fit/1"

  public struct Parameter: Codable, Sendable, Equatable {
    public var value: Double
    public var standardError: Double?
    public var interval: [Double]?
    public var bounds: [Double?]
    public var startRange: [Double]
    public var startsLogarithmic: Bool
  }

  public struct ObjectiveRecord: Codable, Sendable, Equatable {
    public var kind: String
    /// Huber's delta, or the scale or weight of another kind.
    public var delta: Double?
    public var residual: String
    public var value: Double
    /// The fitted scale of a likelihood.
    public var scale: Double?
  }

  public struct Exponents: Codable, Sendable, Equatable {
    public var size: Double
    public var tokens: Double
    public var sizeInterval: [Double]?
    public var tokensInterval: [Double]?
  }

  public struct Runs: Codable, Sendable, Equatable {
    public var file: String
    /// SHA-256 of the file.
    public var fingerprint: String
    public var used: Int
    public var excluded: Int
    /// Why runs were left out, and which lines of the file.
    public var exclusions: [Exclusion]
    /// What was derived or noted when the table was read.
    public var notes: [String]
    /// What the runs span, by column: smallest and largest.
    public var ranges: [String: [Double]]

    public init(_ runs: RunTable, exclusions: [Exclusion], notes: [String], ranges: [String: ClosedRange<Double>] = [:])
    {
      file = runs.table.name
      fingerprint = runs.table.fingerprint
      used = runs.rowCount
      excluded = exclusions.reduce(0) { $0 + $1.lines.count }
      self.exclusions = exclusions
      self.notes = notes
      self.ranges = ranges.mapValues { [$0.lowerBound, $0.upperBound] }
    }
  }

  public struct Exclusion: Codable, Sendable, Equatable {
    public var reason: String
    public var lines: [Int]

    public init(reason: String, lines: [Int]) {
      self.reason = reason
      self.lines = lines
    }
  }

  public struct OtherOptimum: Codable, Sendable, Equatable {
    public var parameters: [Double]
    public var value: Double
  }

  public struct BootstrapRecord: Codable, Sendable, Equatable {
    public var kind: String
    public var resamples: Int
    public var failed: Int
    public var seed: UInt64
    public var level: Double
    public var method: String
    public var draws: [[Double]]
  }

  public init(_ fit: LawFit, sensitivity: [SensitivityRow], exclusions: [Exclusion], notes: [String]) {
    let law = fit.law
    let problem = fit.problem
    self.law = law.name
    formula = law.formula.text
    target = law.target
    variables = Dictionary(law.variables.map { ($0.name, $0.column) }, uniquingKeysWith: { first, _ in first })
    parameterOrder = law.parameterNames
    parameters = [:]
    for (index, domain) in law.parameters.enumerated() {
      let (error, interval) = fit.uncertainty(of: index)
      parameters[domain.name] = Parameter(
        value: fit.optimum.parameters[index], standardError: error.flatMap { $0.isFinite ? $0 : nil },
        interval: interval.map { [$0.lowerBound, $0.upperBound] }, bounds: [domain.lower, domain.upper],
        startRange: [domain.startRange.lowerBound, domain.startRange.upperBound],
        startsLogarithmic: domain.startsLogarithmic)
    }
    let scale = problem.objective.scale(at: fit.optimum.parameters, of: problem)
    objective = ObjectiveRecord(
      kind: problem.objective.kind.name, delta: problem.objective.kind.number,
      residual: problem.objective.residual.rawValue, value: fit.optimum.value, scale: scale)
    exponents = fit.exponents.flatMap { exponents in
      guard exponents.best.size.isFinite else { return nil }
      func interval(_ draws: [Double]) -> [Double]? {
        percentileInterval(draws, level: fit.settings.level).map { [$0.lowerBound, $0.upperBound] }
      }
      return Exponents(
        size: exponents.best.size, tokens: exponents.best.tokens,
        sizeInterval: interval(exponents.draws.map(\.size)), tokensInterval: interval(exponents.draws.map(\.tokens)))
    }
    runs = Runs(fit.runs, exclusions: exclusions, notes: notes, ranges: fit.ranges)
    starts = fit.optimum.starts
    otherOptima = fit.optimum.others.map { OtherOptimum(parameters: $0.parameters, value: $0.value) }
    gradientNorm = fit.optimum.gradientNorm
    converged = fit.optimum.converged
    conditionNumber = fit.covariance.conditionNumber.isFinite ? fit.covariance.conditionNumber : nil
    covariance = fit.covariance.matrix
    bootstrap = BootstrapRecord(
      kind: fit.settings.resampling.text, resamples: fit.settings.resamples, failed: fit.draws.failed,
      seed: fit.settings.seed, level: fit.settings.level, method: fit.settings.intervalMethod.rawValue,
      draws: fit.draws.parameters)
    logResiduals = fit.logResiduals
    influence = fit.influences.map { $0?.pull }
    self.sensitivity = sensitivity
    diagnostics = fit.diagnostics
    citation = law.citation
    tool = "windtunnel \(windtunnelVersion)"
  }
}

/// The version that documents and `--version` name.
public let windtunnelVersion = "0.1.0"

extension FitProtocol.Resampling {
  public var text: String {
    switch self {
    case .cases: "cases"
    case .residuals: "residuals"
    case .groups(let column): "group:\(column)"
    }
  }
}

// MARK: - Reading and writing

/// A document that cannot be read.
public struct DocumentError: Error, Sendable, CustomStringConvertible {
  public let description: String
  /// Whether the file is missing, rather than wrong.
  public let isMissing: Bool

  public init(_ description: String, isMissing: Bool = false) {
    self.description = description
    self.isMissing = isMissing
  }
}

extension FitDocument {
  /// Reads a fit from a file.
  public static func read(_ path: String) throws(DocumentError) -> FitDocument {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DocumentError(
        "\(path): there is no such fit document; write one with 'windtunnel fit RUNS --output \(path)'", isMissing: true
      )
    }
    return try decode(data, from: path)
  }

  /// Reads a fit from the bytes of a document.
  public static func decode(_ data: Data, from path: String) throws(DocumentError) -> FitDocument {
    struct Header: Decodable {
      var schema: String
      var approach: Int?
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let header = try? decoder.decode(Header.self, from: data) else {
      throw DocumentError("\(path): this is not a fit document: it has no \"schema\": \"\(schema)\"")
    }
    guard header.schema == schema else {
      throw DocumentError("\(path): its schema is '\(header.schema)'; this version reads '\(schema)'")
    }
    if let approach = header.approach, approach != 3 {
      throw DocumentError(
        "\(path): a fit by approach \(approach) has exponents but no formula of the loss to predict or plan with; "
          + "fit the runs with --approach 3")
    }
    do { return try FitCoding.decoder.decode(FitDocument.self, from: data) } catch {
      throw DocumentError("\(path): the fit document is damaged: \(FitCoding.explain(error))")
    }
  }

  /// The document as compact JSON with sorted keys.
  public func encoded() throws -> Data { try FitCoding.encoder.encode(self) }

  /// The law with its parameters and draws.
  ///
  /// A law of the catalogue keeps its trade-off; any other is rebuilt from the document alone.
  public func fittedLaw() throws -> FittedLaw {
    let text = formula
    let known = try LawCatalogue().laws.first { $0.name == law && $0.formula.text == text }
    let formula = try Formula(text)
    let domains = parameterOrder.compactMap { name -> ParameterDomain? in
      guard let parameter = parameters[name], parameter.startRange.count == 2, parameter.bounds.count == 2,
        parameter.startRange[0] <= parameter.startRange[1]
      else { return nil }
      return ParameterDomain(
        name, lower: parameter.bounds[0], upper: parameter.bounds[1],
        startRange: parameter.startRange[0]...parameter.startRange[1], startsLogarithmic: parameter.startsLogarithmic)
    }
    let values = parameterOrder.compactMap { parameters[$0]?.value }
    guard domains.count == parameterOrder.count, bootstrap.draws.allSatisfy({ $0.count == values.count }) else {
      throw DocumentError("the fit document of \(runs.file) is damaged: its parameters and draws do not match")
    }
    let order = formula.names.filter { variables[$0] != nil }
    let pairs = order.map { Law.Variable($0, column: variables[$0] ?? $0) }
    let size = pairs.first { $0.column == "params" }?.name
    let tokens = pairs.first { $0.column == "tokens" }?.name
    let tradeOff = size.flatMap { n in
      tokens.flatMap { Law.TradeOff(recognising: formula, size: n, tokens: $0) }
    }
    let rebuilt = Law(
      name: law, title: formula.text, formula: formula, target: target, variables: pairs, parameters: domains,
      tradeOff: tradeOff, citation: citation)
    return try FittedLaw(
      law: known ?? rebuilt, parameters: values, draws: bootstrap.draws,
      ranges: runs.ranges.compactMapValues { $0.count == 2 && $0[0] <= $0[1] ? $0[0]...$0[1] : nil },
      logResiduals: logResiduals, provenance: "\(law) fitted to \(runs.used) runs of \(runs.file)")
  }
}

enum FitCoding {
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  static func explain(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "'\(key.stringValue)' is missing\(context.codingPath.isEmpty ? "" : " in '\(path(context))'")"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      return context.codingPath.isEmpty ? "it is not whole JSON" : "'\(path(context))' is not what it should be"
    default: return "\(error)"
    }
  }
}
