import Fitting
import Foundation

/// The few dimensions in which models differ, found from their benchmark scores (Ruan, Maddison and Hashimoto 2024,
/// arXiv 2405.10938, section 3): missing scores are filled in by one principal component of the standardized scores,
/// and the capabilities are the first principal components of the scores themselves.
public struct CapabilitySpace: Sendable {
  public let components: PrincipalComponents
  /// The number of components that count as capabilities.
  public let count: Int
  /// The capabilities of the models that the space was computed from.
  public let capabilities: [[Double]]
  private let imputation: ComponentImputation

  /// - Parameters:
  ///   - scores: one row for each model, as shares of 1, NaN if missing.
  ///   - count: the number of capabilities.
  /// - Throws: `FitError` if there are too few models or scores.
  public init(_ scores: [[Double]], components count: Int) throws(FitError) {
    imputation = try ComponentImputation(scores, components: 1)
    let filled = imputation.rows.map(Self.shares)
    let found = try PrincipalComponents(filled)
    components = found
    self.count = count
    capabilities = filled.map { found.scores(of: $0, components: count) }
  }

  /// The capabilities of another model.
  public func capabilities(of scores: [Double]) -> [Double] {
    components.scores(of: Self.shares(imputation.filling(scores)), components: count)
  }

  /// Clamps the prediction of a component to valid shares.
  private static func shares(_ row: [Double]) -> [Double] { row.map { min(max($0, 0), 1) } }
}

/// The growth of a family's first capability with training compute: `S1 = intercept + slope log10 C`.
public struct FamilyTrend: Codable, Sendable, Equatable {
  public var family: String
  public var models: Int
  /// The gain for ten times the compute.
  public var slope: Double
  public var intercept: Double
  /// The interval of the slope, by Student's t over the residuals; nil for a line through all points.
  public var slopeInterval: [Double]?
  /// The share of the variance that the line explains.
  public var rSquared: Double

  /// Fitted by least squares; nil for fewer than three models or a single compute.
  public init?(_ family: String, flops: [Double], capability: [Double], level: Double) {
    guard flops.count >= 3, let line = LeastSquaresLine(flops.map { log10($0) }, capability),
      let rSquared = line.rSquared, let error = line.exponentError
    else { return nil }
    self.family = family
    models = flops.count
    slope = line.slope
    intercept = line.intercept
    self.rSquared = rSquared
    let half = studentQuantile((1 + level) / 2, freedom: Double(flops.count - 2)) * error
    slopeInterval = half > 0 && half.isFinite ? [slope - half, slope + half] : nil
  }
}
