import Foundation

/// The value of buying runs.
public struct DesignValue: Sendable {
  /// The standard error of each goal: the geometric mean over the scenarios; nil if it is not determined at all.
  public let standardErrors: [Double]?
  /// The condition number of the runs' own information, scaled to a unit diagonal, without the prior, at the first
  /// scenario.
  public let conditionNumber: Double
  /// The parameters' shares of the direction that the runs determine least.
  public let flattest: [Double]
}

extension DesignProblem {
  /// The value of buying each candidate the given number of times.
  public func value(of repeats: [Int]) -> DesignValue {
    let own = Spectrum(information(repeats, scenarios[0], from: nil), parameterCount)
    let goalCount = scenarios[0].goals.count
    var sums = [Double](repeating: 0, count: goalCount)
    var determined = true
    for scenario in scenarios {
      let spectrum = Spectrum(information(repeats, scenario, from: prior), parameterCount)
      guard spectrum.conditionNumber < Covariance.singular, let inverse = spectrum.inverse else {
        determined = false
        break
      }
      for goal in 0..<goalCount { sums[goal] += log(max(quadratic(inverse, scenario.goals[goal]), 1e-300)) }
    }
    let errors = sums.map { exp($0 / Double(2 * scenarios.count)) }
    return DesignValue(
      standardErrors: determined && errors.allSatisfy(\.isFinite) ? errors : nil,
      conditionNumber: own.conditionNumber, flattest: own.flattest)
  }

  /// The information of a scenario after buying, added to the prior.
  func information(_ repeats: [Int], _ scenario: Scenario, from prior: [Double]?) -> [Double] {
    let count = parameterCount
    var matrix = prior ?? [Double](repeating: 0, count: count * count)
    for (candidate, times) in repeats.enumerated() where times > 0 {
      for a in 0..<count {
        for b in 0..<count {
          matrix[a * count + b] +=
            Double(times) * scenario.rows[candidate * count + a] * scenario.rows[candidate * count + b]
        }
      }
    }
    return matrix
  }
}
