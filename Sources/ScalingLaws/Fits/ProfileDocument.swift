import Documents
import Fitting

/// A fit by Hoffmann's approach 1 or 2 as a document: `windtunnel.fit/2` with an `approach`, exponents, and no law.
public struct ProfileDocument: Document, Equatable {
  public static let schema = FitDocument.schema
  public static let kind = "fit document by approach 1 or 2"
  public static let remedy = "write one with 'windtunnel fit RUNS --approach 2 --output FILE'"
  /// Version 1 has the same form.
  public static let upgrades: [String: DocumentUpgrade] = [
    FitDocumentVersion1.schema: { node, _ throws(DocumentError) in node }
  ]

  public var approach: Int
  public var law: String
  /// The power laws of size and tokens in compute: coefficients and exponents.
  public var parameters: [String: FitDocument.Parameter]
  public var exponents: FitDocument.Exponents
  public var runs: FitDocument.Runs
  public var seed: UInt64
  public var level: Double
  /// The optimum at each compute that the lines go through.
  public var points: [ComputeExponents.Point]
  public var left: [ComputeExponents.Exclusion]
  /// The same runs through one surface, for approach 2.
  public var surface: Surface?
  /// The exponents that approach 2 would report on these runs' design for that surface without noise.
  public var bias: IsoFLOPBias?
  public var diagnostics: [Diagnostic]
  public var notes: [String]

  public struct Surface: Codable, Sendable, Equatable {
    /// E, A, B, alpha, beta.
    public var parameters: [Double]
    public var sizeExponent: Double
    public var sizeInterval: [Double]?
  }

  public init(
    approach: Int, _ result: ComputeExponents, surface: IsoFLOPSurface?, bias: IsoFLOPBias?, runs: FitDocument.Runs,
    seed: UInt64
  ) {
    self.approach = approach
    law = approach == 1 ? "envelope" : "isoflop-profiles"
    parameters = [:]
    for (name, line) in [("size", result.size), ("tokens", result.tokens)] {
      for (what, estimate) in [("exponent", line.exponent), ("log_coefficient", line.logCoefficient)] {
        parameters["\(name)_\(what)"] = FitDocument.Parameter(
          value: estimate.value, standardError: estimate.standardError, interval: Self.ends(estimate.interval))
      }
    }
    exponents = FitDocument.Exponents(
      size: result.size.exponent.value, tokens: result.tokens.exponent.value,
      sizeInterval: Self.ends(result.size.exponent.interval), tokensInterval: Self.ends(result.tokens.exponent.interval)
    )
    self.runs = runs
    self.seed = seed
    level = result.level
    points = result.points
    left = result.excluded
    self.surface = surface.map { found in
      let s = found.surface
      return Surface(
        parameters: [s.irreducibleLoss, s.sizeCoefficient, s.tokensCoefficient, s.alpha, s.beta],
        sizeExponent: s.sizeExponent,
        sizeInterval: Self.ends(found.exponents.size.exponent.interval))
    }
    self.bias = bias
    diagnostics =
      result.warnings.map { Diagnostic("approach_\(approach)", .warning, $0) }
      + (bias.map {
        [
          Diagnostic(
            "approach_2_bias", abs($0.reportedExponent - $0.trueExponent) > 0.005 ? .warning : .info, $0.sentence)
        ]
      } ?? [])
    notes = result.notes
  }

  private static func ends(_ interval: ComputeExponents.Interval?) -> [Double]? {
    interval.map { [$0.lower, $0.upper] }
  }

  /// The reason why a document of this schema is not a profile: one of a law has no approach.
  public static func refusal(of node: DocumentNode) -> String? {
    node["approach"] == nil ? "it is the fit of a law" : nil
  }
}
