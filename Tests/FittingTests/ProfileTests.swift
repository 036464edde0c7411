import Fitting
import Foundation
import Testing

/// Profile intervals where a closed form says what they must be.
@Suite struct ProfileTests {
  private let y = [1.2, 0.7, 3.4, 2.2, 5.9, 0.3, 1.8, 2.6, 0.9, 8.1]

  @Test(arguments: [0.5, 0.9, 0.99])
  func `a mean's profile is the mean plus or minus its standard error`(_ level: Double) throws {
    let problem = try problem("m + 0 * x", [.real("m", -10...10)], x: y.map { _ in 1 }, observed: y)
    let optimum = try problem.minimize(threads: 1)
    let mean = y.reduce(0, +) / 10
    let variance = y.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 9
    let half = standardNormalQuantile((1 + level) / 2) * (variance / 10).squareRoot()
    let profile = try #require(problem.profileInterval(of: 0, around: optimum, level: level, width: 0.3))
    // The walk stops within 2 % of the level, half of that in the distance.
    #expect(abs(try #require(profile.lower) - (mean - half)) < 0.011 * half)
    #expect(abs(try #require(profile.upper) - (mean + half)) < 0.011 * half)
  }

  @Test func `a slope's profile refits the other parameters`() throws {
    let x = (1...10).map { Double($0) }
    let line = try problem("b0 + b1 * x", [.real("b0", -10...10), .real("b1", -3...3)], x: x, observed: y)
    let optimum = try line.minimize(threads: 1)
    let error = try #require(line.covariance(at: optimum.parameters).standardErrors)[1]
    let profile = try #require(line.profileInterval(of: 1, around: optimum, level: 0.9, width: error))
    let half = 1.6448536269514722 * error
    #expect(abs(try #require(profile.upper) - optimum.parameters[1] - half) < 0.011 * half)
    #expect(abs(optimum.parameters[1] - half - (try #require(profile.lower))) < 0.011 * half)
  }

  @Test func `a parameter that another compensates is unbounded, and its predictions stay`() throws {
    let x = (1...10).map { Double($0) }
    let line = try problem(
      "a * b * x", [.positive("a", 0.1...10), .positive("b", 0.1...10)], x: x, observed: x.map { 2 * $0 + sin($0) / 9 })
    let optimum = try line.minimize(threads: 1)
    let profile = try #require(line.profileInterval(of: 0, around: optimum, level: 0.9, width: 0.5))
    #expect(profile.lower == nil && profile.upper == nil)
    for end in profile.ends {
      #expect(abs(end[0] * end[1] / (optimum.parameters[0] * optimum.parameters[1]) - 1) < 1e-6)
    }
    #expect(profile.ends[1][0] > 1e3 * profile.ends[0][0])
  }
}
