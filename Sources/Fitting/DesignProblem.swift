import CGSL
import Formulas

/// A choice of runs to buy: candidates with their cost and information, the prior information, and the quantities to
/// estimate.
///
/// By linear theory a run with the derivatives g of its mean log loss and noise s adds `g gᵀ/s²` to the information M
/// on the parameters, and a quantity with the derivatives c is then known with the variance `cᵀ M⁻¹ c` (Fedorov 1972,
/// chapter 1). Derivatives are taken by free coordinates, the logarithm of a parameter above 0.
public struct DesignProblem: Sendable {
  /// One plausible set of parameters.
  public struct Scenario: Sendable {
    /// The derivatives of each candidate's log loss over its noise, candidate by candidate.
    let rows: [Double]
    /// The derivatives of each quantity to be estimated.
    let goals: [[Double]]

    /// - Parameters:
    ///   - values: each candidate's loss.
    ///   - jacobian: its derivatives by the parameters: one column for each parameter.
    ///   - noise: the standard deviation of each candidate's log loss.
    ///   - goals: derivatives of the quantities by the parameters.
    /// - Returns: nil if any value is not finite.
    public init?(
      _ domains: [ParameterDomain], parameters: [Double], values: [Double], jacobian: [[Double]], noise: [Double],
      goals: [[Double]]
    ) {
      let slopes = zip(domains, parameters).map { $0.natural($0.free($1)).first }
      rows = values.indices.flatMap { run in
        slopes.indices.map { jacobian[$0][run] * slopes[$0] / (values[run] * noise[run]) }
      }
      self.goals = goals.map { zip($0, slopes).map(*) }
      guard rows.allSatisfy(\.isFinite), self.goals.joined().allSatisfy(\.isFinite) else { return nil }
    }
  }

  public let costs: [Double]
  /// The scenarios, at least one; the criterion is the mean over them.
  public let scenarios: [Scenario]
  /// The prior information on the parameters, row-major; all 0 if there is none.
  public let prior: [Double]
  public let parameterCount: Int

  /// - Parameter prior: as ``information(ofDraws:_:)`` returns it.
  /// - Precondition: there is a scenario, and each has as many candidates as there are costs.
  public init(costs: [Double], scenarios: [Scenario], prior: [Double]?, parameterCount: Int) {
    self.costs = costs
    self.scenarios = scenarios
    self.parameterCount = parameterCount
    self.prior = prior ?? [Double](repeating: 0, count: parameterCount * parameterCount)
  }

  /// The information that the draws of a fit carry on its parameters: the inverse of their covariance in free
  /// coordinates.
  ///
  /// Draws beyond the 97.5 % ellipsoid are left out, repeatedly until none is new (a reweighted covariance, Rousseeuw
  /// and Leroy 1987, section 7.1): resamples in which a term of the law vanished lie far out on a logarithm and would
  /// hide the information of the others.
  ///
  /// - Returns: nil if there are too few draws, or they do not vary in all directions.
  public static func information(ofDraws draws: [[Double]], _ domains: [ParameterDomain]) -> [Double]? {
    let count = domains.count
    let points = draws.map { zip(domains, $0).map { $0.free($1) } }.filter { $0.allSatisfy(\.isFinite) }
    let farthest = gsl_cdf_chisq_Pinv(0.975, Double(count))
    // The variance of normal draws truncated at that ellipsoid is smaller by this factor.
    let cut = gsl_cdf_chisq_P(farthest, Double(count + 2)) / 0.975
    var kept = Array(points.indices)
    var found: [Double]?
    for round in 0..<20 {
      guard kept.count > 2 * count else { return found }
      let middle = (0..<count).map { a in kept.reduce(0) { $0 + points[$1][a] } / Double(kept.count) }
      var covariance = [Double](repeating: 0, count: count * count)
      for index in kept {
        let z = (0..<count).map { points[index][$0] - middle[$0] }
        for a in 0..<count { for b in 0..<count { covariance[a * count + b] += z[a] * z[b] } }
      }
      let freedom = Double(kept.count - 1) * (round == 0 ? 1 : cut)
      let spectrum = Spectrum(covariance.map { $0 / freedom }, count)
      guard spectrum.conditionNumber < Covariance.singular, let inverse = spectrum.inverse else { return found }
      found = inverse
      let near = points.indices.filter { index in
        quadratic(inverse, (0..<count).map { points[index][$0] - middle[$0] }) <= farthest
      }
      if near == kept { break }
      kept = near
    }
    return found
  }
}

/// `zᵀ matrix z`, row-major.
func quadratic(_ matrix: [Double], _ z: [Double]) -> Double {
  z.indices.reduce(0) { sum, a in sum + z[a] * z.indices.reduce(0) { $0 + matrix[a * z.count + $1] * z[$1] } }
}
