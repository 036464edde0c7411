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
  /// Parameters that were given instead of fitted; nil where none was.
  public var fixed: [String: Double]?
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
  /// Each run's residual on the logarithm of the loss, in the order of runs used; empty where that has no logarithm.
  public var logResiduals: [Double]
  /// How the residuals spread and how that changes with the size of a run; nil where they have no logarithm or no spread,
  /// and in documents of earlier versions.
  public var noise: RunNoise?
  /// How far each run pulls the fit: the most that any parameter moves without it, in standard errors; in the order of
  /// runs used, null where it could not be left out.
  public var influence: [Double?]
  public var sensitivity: [SensitivityRow]
  /// The spectrum of the information and the profile intervals; nil where they were not asked for.
  public var identifiability: Identifiability?
  /// What was done, for a reader to judge; nil in documents of earlier versions.
  public var checklist: Checklist?
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
    /// True where it has grown to where the runs no longer tell it from any larger value.
    public var isEndless: Bool?
  }

  public struct ObjectiveRecord: Codable, Sendable, Equatable {
    public var kind: String
    /// Huber's delta, or the scale or weight of another kind.
    public var delta: Double?
    public var residual: String
    public var value: Double
    /// The fitted scale of a likelihood.
    public var scale: Double?
    /// The column of the runs' weights; nil where all count alike.
    public var weights: String?
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

  public init(
    _ fit: LawFit, sensitivity: [SensitivityRow], identifiability: Identifiability? = nil, exclusions: [Exclusion],
    notes: [String]
  ) {
    let law = fit.law
    let problem = fit.problem
    self.law = law.name
    formula = law.formula.text
    target = law.target
    variables = Dictionary(law.variables.map { ($0.name, $0.column) }, uniquingKeysWith: { first, _ in first })
    parameterOrder = law.parameterNames
    parameters = [:]
    fixed = law.fixed.isEmpty ? nil : law.fixed
    for (index, domain) in law.parameters.enumerated() {
      let (error, interval) = fit.uncertainty(of: index)
      parameters[domain.name] = Parameter(
        value: fit.optimum.parameters[index], standardError: error.flatMap { $0.isFinite ? $0 : nil },
        interval: interval.flatMap(Self.finite), bounds: [domain.lower, domain.upper],
        startRange: [domain.startRange.lowerBound, domain.startRange.upperBound],
        startsLogarithmic: domain.startsLogarithmic,
        isEndless: problem.isEndless(index, at: fit.optimum.parameters) ? true : nil)
    }
    let scale = problem.objective.scale(at: fit.optimum.parameters, of: problem)
    objective = ObjectiveRecord(
      kind: problem.objective.kind.name, delta: problem.objective.kind.number,
      residual: problem.objective.residual.rawValue, value: fit.optimum.value, scale: scale,
      weights: fit.settings.weights)
    exponents = fit.exponents.flatMap { exponents in
      guard exponents.best.size.isFinite else { return nil }
      return Exponents(
        size: exponents.best.size, tokens: exponents.best.tokens,
        sizeInterval: fit.exponentInterval { size, _ in size }.flatMap(Self.finite),
        tokensInterval: fit.exponentInterval { _, tokens in tokens }.flatMap(Self.finite))
    }
    runs = Runs(fit.runs, exclusions: exclusions, notes: notes, ranges: fit.ranges)
    starts = fit.optimum.starts
    otherOptima = fit.optimum.others.map { OtherOptimum(parameters: $0.parameters, value: $0.value) }.filter {
      ($0.parameters + [$0.value]).allSatisfy(\.isFinite)
    }
    gradientNorm = min(fit.optimum.gradientNorm, .greatestFiniteMagnitude)
    converged = fit.optimum.converged
    conditionNumber = fit.covariance.conditionNumber.isFinite ? fit.covariance.conditionNumber : nil
    covariance = fit.covariance.matrix.flatMap { $0.joined().allSatisfy(\.isFinite) ? $0 : nil }
    let draws = fit.draws.parameters.filter { $0.allSatisfy(\.isFinite) }
    bootstrap = BootstrapRecord(
      kind: fit.settings.resampling.text, resamples: fit.settings.resamples,
      failed: fit.draws.failed + fit.draws.parameters.count - draws.count,
      seed: fit.settings.seed, level: fit.settings.level, method: fit.settings.intervalMethod.rawValue,
      draws: draws)
    logResiduals = fit.logResiduals
    noise = (try? NoiseModel(of: fit))?.ofRuns
    influence = fit.influences.map { $0?.pull }
    self.sensitivity = sensitivity.filter { $0.parameters.allSatisfy(\.isFinite) }
    self.identifiability = identifiability
    checklist = Checklist(fit, exclusions: exclusions, notes: notes)
    diagnostics = fit.diagnostics + (identifiability.map(fit.identifiabilityDiagnostics) ?? [])
    citation = law.citation
    tool = "windtunnel \(windtunnelVersion)"
  }

  /// JSON has no number for what is not finite.
  private static func finite(_ interval: ClosedRange<Double>) -> [Double]? {
    let ends = [interval.lowerBound, interval.upperBound]
    return ends.allSatisfy(\.isFinite) ? ends : nil
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
