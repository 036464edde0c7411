import Formulas
import Foundation
import Testing

@Suite("Derivatives")
struct DerivativeTests {
  private let parameters = ["a", "b", "c"]

  @Test("of thousands of random formulas agree with finite differences")
  func randomFormulas() throws {
    var random = SplitMix(seed: 20)
    var compared = 0
    for _ in 0..<4000 {
      let text = randomFormula(depth: 4, &random)
      let rows = 5
      let x = (0..<rows).map { _ in random.uniform(0.5...3) }
      let y = (0..<rows).map { _ in random.uniform(0.5...3) }
      let point = parameters.map { _ in random.uniform(0.3...1.8) }
      let compiled = try CompiledFormula(Formula(text), parameters: parameters, variables: ["x", "y"], positive: ["x"])
      let bound = BoundFormula(compiled, columns: [x, y])
      let jacobian = bound.jacobian(parameters: point)
      for k in parameters.indices {
        let (difference, uncertainty) = centralDifference(bound, point, by: k)
        for row in 0..<rows where difference[row].isFinite && uncertainty[row].isFinite {
          // The difference knows its own error; where it is small the derivative must agree to 1e-7 of itself.
          let scale = max(abs(difference[row]), 1e-3)
          guard uncertainty[row] < 1e-8 * scale else { continue }
          compared += 1
          #expect(
            abs(jacobian[k][row] - difference[row]) <= 1e-7 * scale,
            "\(text), d/d\(parameters[k]) at \(point), x \(x[row]), y \(y[row])")
        }
      }
    }
    #expect(compared > 20_000)
  }

  @Test("of a power of a column that is 0 are 0, and the power is correct")
  func powerOfZero() throws {
    let compiled = try CompiledFormula(Formula("a * x^b"), parameters: ["a", "b"], variables: ["x"])
    let bound = BoundFormula(compiled, columns: [[0, 4, -1]])
    #expect(bound.values(parameters: [3, 0.5])[0] == 0)
    #expect(abs(bound.values(parameters: [3, 0.5])[1] - 6) < 1e-14)
    #expect(bound.values(parameters: [3, 0.5])[2].isNaN)
    #expect(bound.jacobian(parameters: [3, 0.5]).map { $0[0] } == [0, 0])
  }

  /// Ridders' method: central differences at shrinking steps, extrapolated, with the error that they show.
  private func centralDifference(_ bound: BoundFormula, _ point: [Double], by k: Int) -> ([Double], [Double]) {
    func difference(_ step: Double) -> [Double] {
      var up = point
      var down = point
      up[k] += step
      down[k] -= step
      return zip(bound.values(parameters: up), bound.values(parameters: down)).map { ($0 - $1) / (up[k] - down[k]) }
    }
    var table = [difference(0.02)]
    var best = table[0]
    var error = [Double](repeating: .infinity, count: best.count)
    var step = 0.02
    for _ in 0..<6 {
      step /= 2
      var row = [difference(step)]
      var factor = 4.0
      for previous in table {
        row.append(zip(row[row.count - 1], previous).map { ($0 * factor - $1) / (factor - 1) })
        factor *= 4
      }
      for r in best.indices {
        let newest = row[row.count - 1][r]
        let change = max(abs(newest - row[row.count - 2][r]), abs(newest - table[table.count - 1][r]))
        if change < error[r] {
          error[r] = change
          best[r] = newest
        }
      }
      table = row
    }
    return (best, error)
  }

  private func randomFormula(depth: Int, _ random: inout SplitMix) -> String {
    if depth == 0 || random.integer(below: 6) == 0 {
      return ["a", "b", "c", "x", "y", "x", "2", "0.7"][random.integer(below: 8)]
    }
    func part() -> String { "(" + randomFormula(depth: depth - 1, &random) + ")" }
    switch random.integer(below: 18) {
    case 0, 1: return part() + " + " + part()
    case 2: return part() + " - " + part()
    case 3, 4: return part() + " * " + part()
    case 5: return part() + " / " + part()
    case 6: return "x ^ tanh" + part()
    case 7: return "(0.1 + abs" + part() + ") ^ b"
    case 8: return "exp(0.3 * tanh" + part() + ")"
    case 9: return "log(0.5 + abs" + part() + ")"
    case 10: return "sqrt(1 + " + part() + "^2)"
    case 11: return "min(" + part() + ", " + part() + ")"
    case 12: return "max(" + part() + ", " + part() + ")"
    case 13: return "logsumexp(" + part() + ", " + part() + ")"
    case 14: return "smoothmax(" + part() + ", " + part() + ", 3)"
    case 15: return "where(" + part() + " < " + part() + ", " + part() + ", " + part() + ")"
    case 16: return "(sin" + part() + " + cos" + part() + " + atan" + part() + ")"
    default: return "(expm1(-abs" + part() + ") + log1p(abs" + part() + "))"
    }
  }
}

/// A small generator for tests (Steele, Lea and Flood 2014), so that a failing case comes back.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &self) }
  mutating func integer(below bound: Int) -> Int { .random(in: 0..<bound, using: &self) }
}
