import Foundation
import Testing

@testable import Fitting

@Suite struct StartsTests {
  private let x = (0..<60).map { Double($0) / 10 }

  @Test func `a search with a single optimum stops after the first wave`() throws {
    let line = try problem(
      "a*exp(-b*x)", [.positive("a", 0.1...10), .positive("b", 0.1...10)], x: x, observed: x.map { 2 * exp(-0.7 * $0) })
    let optimum = try line.minimize(threads: 2)
    #expect(optimum.starts.tried == 32)
    #expect(optimum.starts.distinctOptima == 1)
  }

  @Test func `a search that finds many optima continues`() throws {
    // Least squares of a wave has an optimum near every frequency that the record can resolve.
    let wave = try problem(
      "sin(w*x)", [.real("w", 0.5...60)], x: x, observed: x.map { sin(7.3 * $0) })
    let optimum = try wave.minimize(threads: 2)
    #expect(optimum.starts.tried == 128)
    #expect(optimum.starts.distinctOptima > 5)
    let few = try wave.minimize(.global(32), threads: 2)
    #expect(optimum.value <= few.value)
  }

  @Test func `waves are stretches of one sequence`() throws {
    #expect(Starts.adaptive(atMost: 100).waves == [.points(0..<32), .points(32..<64), .points(64..<100)])
    #expect(Starts.adaptive(atMost: 8).waves == [.points(0..<8)])
    let line = try problem(
      "a*exp(-b*x)", [.positive("a", 0.1...10), .positive("b", 0.1...10)], x: x, observed: x)
    let whole = line.startPoints(.points(0..<64))
    #expect(line.startPoints(.points(0..<32)) + line.startPoints(.points(32..<64)) == whole)
  }
}
