import Documents
import Fitting
import Formulas
import Foundation
import Tables

/// A fit as a document, `windtunnel.fit/2`: the whole law, what was found, how, from which runs, and how sure it is.
///
/// It holds all that planning needs, and reads back to the bit.
public struct FitDocument: Document, Equatable {
  public static let schema = "windtunnel.fit/2"
  public static let kind = "fit document"
  public static let remedy = "write one with 'windtunnel fit RUNS --output FILE'"
  public static let remedies = [
    "windtunnel.fits/1": severalFits, FitsDocument.schema: severalFits,
  ]
  public static let upgrades: [String: DocumentUpgrade] = [FitDocumentVersion1.schema: FitDocumentVersion1.upgrade]

  private static let severalFits = "it holds a fit of every group of runs; take the 'fit' of one group out of it"

  /// The law; its parameters are those that were fitted, in the order of the draws.
  public var law: Law
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
  /// Each run's residual on the logarithm of the loss, in the order of runs used; empty where that has no logarithm.
  public var logResiduals: [Double]
  /// The spread of the residuals and its change with the size of a run; nil where they have no logarithm or no spread,
  /// and in documents of earlier versions.
  public var noise: RunNoise?
  /// The influence of each run: the most that any parameter moves without it, in standard errors; in the order of
  /// runs used, null where it could not be left out.
  public var influence: [Double?]
  public var sensitivity: [SensitivityRow]
  /// The budget in FLOP at which the sizes of ``sensitivity`` are optimal; nil without them, and in documents of earlier
  /// versions.
  public var sensitivityBudget: Double?
  /// The spectrum of the information and the profile intervals; nil where they were not asked for.
  public var identifiability: Identifiability?
  /// The checklist of the fit; nil in documents of earlier versions.
  public var checklist: Checklist?
  public var diagnostics: [Diagnostic]
  /// The runs for figures; nil where they are not finite, and in documents of earlier versions.
  public var points: RunPoints?
  public var tool: String

  /// The reason why a document of this schema cannot plan: one of approach 1 or 2 has no law.
  public static func refusal(of node: DocumentNode) -> String? {
    guard let approach = node["approach"]?.scalar, approach != "3" else { return nil }
    return "a fit by approach \(approach) has exponents but no formula of the loss to predict or plan with; "
      + "fit the runs with --approach 3"
  }

  /// An estimate of a parameter.
  public struct Parameter: Codable, Sendable, Equatable {
    public var value: Double
    public var standardError: Double?
    public var interval: [Double]?
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
    /// The reason why runs were left out, and their lines of the file.
    public var exclusions: [Exclusion]
    /// The notes from reading the table.
    public var notes: [String]
    /// The ranges of the runs by column: smallest and largest.
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
    self.law = law
    parameters = [:]
    for (index, domain) in law.parameters.enumerated() {
      let (error, interval) = fit.uncertainty(of: index)
      parameters[domain.name] = Parameter(
        value: fit.optimum.parameters[index], standardError: error.flatMap { $0.isFinite ? $0 : nil },
        interval: interval.flatMap(Self.finite),
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
    points = RunPoints(of: fit)
    checklist = Checklist(fit, exclusions: exclusions, notes: notes)
    diagnostics = fit.diagnostics + (identifiability.map(fit.identifiabilityDiagnostics) ?? [])
    tool = "windtunnel \(windtunnelVersion)"
  }

  /// JSON has no number for what is not finite.
  private static func finite(_ interval: ClosedRange<Double>) -> [Double]? {
    let ends = [interval.lowerBound, interval.upperBound]
    return ends.allSatisfy(\.isFinite) ? ends : nil
  }
}

extension FitDocument: DocumentChecked {
  /// - Throws: `DocumentFault` for parameters, draws or noise that do not fit the law.
  public func check() throws(DocumentFault) {
    if let name = law.parameterNames.first(where: { parameters[$0] == nil }) {
      throw DocumentFault("parameters", "'\(name)' of the law is missing")
    }
    if let index = bootstrap.draws.firstIndex(where: { $0.count != law.parameters.count }) {
      throw DocumentFault(
        "bootstrap.draws",
        "there are \(bootstrap.draws[index].count) numbers in place \(index + 1); the law has \(law.parameters.count) "
          + "parameters")
    }
  }

  /// The law with its parameters and draws, for predicting and planning.
  public func fittedLaw() throws(FormulaError) -> FittedLaw {
    try FittedLaw(
      law: law, parameters: law.parameterNames.map { parameters[$0]?.value ?? .nan }, draws: bootstrap.draws,
      ranges: runs.ranges.compactMapValues { $0.count == 2 && $0[0] <= $0[1] ? $0[0]...$0[1] : nil },
      logResiduals: logResiduals, noise: noise, provenance: "\(law.name) fitted to \(runs.used) runs of \(runs.file)")
  }
}

/// The version that documents and `--version` name.
public let windtunnelVersion = "0.2.0"

extension FitProtocol.Resampling {
  public var text: String {
    switch self {
    case .cases: "cases"
    case .residuals: "residuals"
    case .groups(let column): "group:\(column)"
    }
  }
}
