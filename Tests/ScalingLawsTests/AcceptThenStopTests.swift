import Fitting
import Foundation
import ScalingLaws
import Testing

/// The straight end of a fine-tuning curve, against numpy and scipy on the same numbers.
@Suite struct AcceptThenStopTests {
  /// A curve that bends in its middle.
  private let bent = FineTuningCurve(
    model: "bent", examples: [200, 400, 800, 1600, 3200, 6400, 12_800, 25_600],
    losses: [3.30, 3.25, 3.17, 3.05, 2.801, 2.553, 2.342, 2.145])

  struct Figures: Sendable {
    let k: Int
    let delta: Double
    let points: Int
    let exponent: Double
    let logCoefficient: Double
    /// At 204,800 examples.
    let loss: Double
    /// The 90 % prediction interval of a simple regression.
    let interval: ClosedRange<Double>
  }

  @Test(arguments: [
    Figures(
      k: 3, delta: 5, points: 3, exponent: -0.12560794501010542, logCoefficient: 2.0383708326665024,
      loss: 1.6523725213216955, interval: 1.631660567208896...1.6733473885990295),
    Figures(
      k: 4, delta: 5, points: 5, exponent: -0.1273864097474698, logCoefficient: 2.0557276893602157,
      loss: 1.6451289245811818, interval: 1.6312289446121069...1.6591473486495836),
    Figures(
      k: 3, delta: 50, points: 7, exponent: -0.10458876590108625, logCoefficient: 1.8482573399503064,
      loss: 1.7667801809697905, interval: 1.6051242173309017...1.94471690985903),
  ])
  func `the line stops where the curve bends`(_ known: Figures) throws {
    let found = try #require(AcceptThenStop(k: known.k, delta: known.delta).line(through: bent))
    #expect(found.points == known.points)
    #expect(abs(found.line.exponent - known.exponent) < 1e-12)
    #expect(abs(found.line.logCoefficient - known.logCoefficient) < 1e-11)
    #expect(abs(found.line.value(at: 204_800) - known.loss) < 1e-11)
    let interval = try #require(found.interval(at: 204_800, level: 0.9))
    #expect(abs(interval.lowerBound - known.interval.lowerBound) < 1e-10)
    #expect(abs(interval.upperBound - known.interval.upperBound) < 1e-10)
  }

  @Test func `a power law is followed to its end in spite of rounding`() throws {
    let sizes = (0..<9).map { 100 * pow(2, Double($0)) }
    let curve = FineTuningCurve(model: "straight", examples: sizes, losses: sizes.map { 4 * pow($0, -0.11) })
    let found = try #require(AcceptThenStop().line(through: curve))
    // The smallest size is the last test and no part of the line.
    #expect(found.points == 8)
    #expect(abs(found.line.value(at: 1e6) / (4 * pow(1e6, -0.11)) - 1) < 1e-12)
  }

  @Test func `two sizes make a line without an interval, and one makes none`() throws {
    let two = FineTuningCurve(model: "two", examples: [100, 200], losses: [2, 1.5])
    let found = try #require(AcceptThenStop().line(through: two))
    #expect(found.points == 2 && found.interval(at: 400, level: 0.9) == nil)
    #expect(abs(found.line.value(at: 400) - 1.125) < 1e-12)
    #expect(AcceptThenStop().line(through: FineTuningCurve(model: "one", examples: [100], losses: [2])) == nil)
  }

  @Test(arguments: [
    (0.95, 1, 6.313751514675037), (0.95, 5, 2.0150483733330233), (0.975, 10, 2.228138851986274),
    (0.995, 30, 2.7499956535672254),
  ])
  func `Student's quantiles are those of scipy`(_ fraction: Double, _ freedom: Double, _ known: Double) {
    #expect(abs(studentQuantile(fraction, freedom: freedom) / known - 1) < 1e-9)
  }
}
