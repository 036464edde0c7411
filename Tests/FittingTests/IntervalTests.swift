import Fitting
import Foundation
import Testing

/// Intervals against numpy 2.4 and scipy.stats.bootstrap 1.17 on the same sixty resampled means.
@Suite struct IntervalTests {
  let data = [1.2, 0.7, 3.4, 2.2, 5.9, 0.3, 1.8, 2.6, 0.9, 8.1]
  let draws = [
    1.14, 2.62, 2.65, 2.86, 3.51, 2.78, 3.06, 3.01, 2.71, 2.19, 3.08, 2.04, 2.91, 3.35, 3.68, 1.77, 3.45, 3.1, 1.59,
    1.61, 3.87, 2.43, 3.37, 2.18, 2.55, 3.0, 2.22, 2.11, 2.22, 2.62, 3.2, 2.44, 2.02, 2.61, 3.1, 2.97, 1.81, 3.62,
    1.94, 1.58, 2.39, 1.61, 3.17, 2.19, 3.01, 1.91, 2.59, 2.59, 2.93, 3.05, 2.49, 2.82, 3.06, 2.14, 3.25, 2.49, 2.03,
    2.76, 1.66, 2.95,
  ]

  private var jackknife: [Double] { data.map { (data.reduce(0, +) - $0) / 9 } }

  @Test(arguments: [(0, 1.14), (0.05, 1.609), (0.31, 2.22), (0.5, 2.62), (0.999, 3.85879), (1, 3.87)])
  func `quantiles are numpy's`(_ fraction: Double, _ expected: Double) {
    #expect(relativeDifference([quantile(draws.sorted(), fraction)], [expected]) < 1e-14)
  }

  @Test(arguments: [(0.9, 1.609, 3.5155), (0.95, 1.58475, 3.6515)])
  func `percentile intervals are scipy's`(_ level: Double, _ low: Double, _ high: Double) throws {
    let interval = try #require(percentileInterval(draws, level: level))
    #expect(relativeDifference([interval.lowerBound, interval.upperBound], [low, high]) < 1e-14)
  }

  @Test(arguments: [(0.9, 1.736966654450548, 3.671495986164458), (0.95, 1.61, 3.7948661199127454)])
  func `BCa intervals are scipy's`(_ level: Double, _ low: Double, _ high: Double) throws {
    let interval = try #require(bcaInterval(draws, estimate: 2.71, jackknife: jackknife, level: level))
    #expect(relativeDifference([interval.lowerBound, interval.upperBound], [low, high]) < 1e-12)
  }

  @Test func `the deviation of draws is the sample's`() {
    #expect(relativeDifference([standardDeviation(draws)], [0.6072072775964578]) < 1e-14)
  }

  @Test func `draws without information give no interval`() {
    #expect(percentileInterval([], level: 0.9) == nil)
    #expect(percentileInterval([1], level: 0.9) == nil)
    #expect(percentileInterval([.nan, .infinity, 1], level: 0.9) == nil)
    #expect(bcaInterval(draws, estimate: 9, jackknife: jackknife, level: 0.9) == nil)
    #expect(bcaInterval([.nan], estimate: 1, jackknife: [], level: 0.9) == nil)
    #expect(quantile([], 0.5).isNaN)
    #expect(standardDeviation([1]).isNaN)
  }
}
