import Documents
import Fitting
import Foundation

/// A design as a file, `windtunnel.design/1`: all its numbers in full precision, and what they rest on.
///
/// Values that are unknown or not finite are left out.
public struct DesignDocument: Document {
  public static let schema = "windtunnel.design/1"
  public static let kind = "design"
  public static let remedy = "write one by 'windtunnel design --output'"

  public var law: String
  public var provenance: String
  /// `loss`, `optimum`, `both`; or `check` where a user's own runs are judged.
  public var `for`: String
  public var pilotBudgetFlops: Double
  public var target: Target
  public var noise: Noise
  public var limits: Limits
  public var intervalLevel: Double
  /// The number of parameter sets over which the expectation is taken.
  public var scenarios: Int
  /// The column in which a run table holds the sizes of runs, which tells how they are counted; `params` where it is missing.
  public var sizeColumn: String?
  public var runs: [Run]
  /// Before any of the runs is made; missing where nothing is known.
  public var before: Forecast?
  /// The design first, then customary designs of the same cost.
  public var designs: [Appraisal]
  /// The runs of the isoFLOP grid of the same cost, for a picture; missing in documents of earlier versions.
  public var grid: [GridRun]?
  /// The compute of an isoFLOP grid that gives the same error, over the design's.
  public var isoflopFactor: Factor
  /// The target's compute over the largest run's.
  public var extrapolation: Double
  public var reasons: [String]
  public var warnings: [String]

  /// The compute-optimal run at the target, by the law as it stands.
  public struct Target: Codable, Sendable {
    public var flops: Double
    public var params: Double
    public var tokens: Double
    public var loss: Double
  }

  public struct Noise: Codable, Sendable {
    /// The standard deviation of a run's log loss.
    public var standardDeviation: Double
    public var ofCheapest: Double?
  }

  public struct Limits: Codable, Sendable {
    public var largestShare: Double
    public var maxRuns: Int
    public var maxRepeats: Int
    public var sizeFactor: Double
  }

  public struct Run: Codable, Sendable {
    public var params: Double
    public var tokens: Double
    /// Of one repeat.
    public var flops: Double
    public var repeats: Int
    /// Of all its repeats in the cost of the design.
    public var share: Double
  }

  public struct GridRun: Codable, Sendable {
    public var params: Double
    public var tokens: Double
  }

  public struct Forecast: Codable, Sendable {
    public var loss: Expectation
    public var params: Expectation
  }

  public struct Expectation: Codable, Sendable {
    /// Of the logarithm.
    public var standardError: Double
    public var interval: [Double]?

    init(_ value: Double, error: Double, level: Double) {
      standardError = error
      let half = exp(standardNormalQuantile((1 + level) / 2) * error)
      interval = (value * half).isFinite ? [value / half, value * half] : nil
    }
  }

  public struct Appraisal: Codable, Sendable {
    public var name: String
    public var runs: Int
    public var flops: Double
    public var after: Forecast?
    /// Of the runs' own information, scaled to a unit diagonal; missing where it is infinite.
    public var conditionNumber: Double?
    /// Of log size and log tokens.
    public var correlation: Double?
    public var illConditioned: Bool
  }

  public struct Factor: Codable, Sendable {
    public var loss: Double?
    public var params: Double?
  }

  public init(_ design: RunDesign, isCheck: Bool) {
    let request = design.request
    func forecast(_ forecast: DesignForecast) -> Forecast {
      Forecast(
        loss: Expectation(design.targetLoss, error: forecast.lossError, level: request.level),
        params: Expectation(design.target.params, error: forecast.sizeError, level: request.level))
    }
    law = design.law
    provenance = design.provenance
    self.for = isCheck ? "check" : request.goal.rawValue
    pilotBudgetFlops = request.pilotBudget
    target = Target(
      flops: design.target.flops, params: design.target.params, tokens: design.target.tokens, loss: design.targetLoss)
    noise = Noise(standardDeviation: design.noise, ofCheapest: request.noiseOfCheapest)
    limits = Limits(
      largestShare: request.largestShare, maxRuns: request.maxRuns, maxRepeats: request.maxRepeats,
      sizeFactor: request.sizeFactor)
    intervalLevel = request.level
    scenarios = design.scenarioCount
    sizeColumn = design.sizeColumn
    runs = design.runs.map {
      Run(
        params: $0.params, tokens: $0.tokens, flops: $0.flops, repeats: $0.repeats,
        share: $0.flops * Double($0.repeats) / design.runs.flops)
    }
    before = design.before.map(forecast)
    designs = ([design.after] + design.customary).map {
      Appraisal(
        name: $0.name, runs: $0.runs.runCount, flops: $0.runs.flops, after: $0.forecast.map(forecast),
        conditionNumber: $0.conditionNumber.isFinite ? $0.conditionNumber : nil, correlation: $0.correlation,
        illConditioned: $0.isIllConditioned)
    }
    grid = design.customary.first?.runs.map { GridRun(params: $0.params, tokens: $0.tokens) }
    isoflopFactor = Factor(loss: design.gridFactorForLoss, params: design.gridFactorForSize)
    extrapolation = design.extrapolation
    reasons = design.reasons
    warnings = design.warnings
  }
}
