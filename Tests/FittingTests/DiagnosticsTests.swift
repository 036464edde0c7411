import Fitting
import Foundation
import Testing

/// What a reader of a fit is told about it.
@Suite struct DiagnosticsTests {
  /// Six sizes on five token counts each, with errors of half a percent that follow nothing.
  private func design(tokens: (Double, Int) -> Double) -> LossTable {
    var table = LossTable(size: [], tokens: [], loss: [])
    for size in 0..<6 {
      for step in 0..<5 {
        let n = 1e7 * pow(3, Double(size))
        let d = tokens(n, step)
        let error = standardNormalQuantile((Double((size * 5 + step) * 11 % 30) + 0.5) / 30) * 0.005
        table.size.append(n)
        table.tokens.append(d)
        table.loss.append((1.8 + 400 / pow(n, 0.34) + 2000 / pow(d, 0.37)) * exp(error))
      }
    }
    return table
  }

  private func diagnostics(_ table: LossTable, _ objective: Objective = .hoffmann) throws -> [String: Diagnostic] {
    let problem = try table.problem(objective)
    let optimum = try problem.minimize(threads: 2)
    let found = problem.diagnose(
      optimum, problem.covariance(at: optimum.parameters),
      variables: [("params", table.size), ("tokens", table.tokens)], lines: table.loss.indices.map { $0 + 2 })
    return Dictionary(found.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private let grid: (Double, Int) -> Double = { _, step in 1e9 * pow(4, Double(step)) }

  @Test func `a good design raises no warning`() throws {
    let found = try diagnostics(design(tokens: grid), Objective(.leastSquares, residual: .log))
    #expect(found.values.allSatisfy { $0.severity == .info }, "\(found)")
  }

  @Test func `tokens in proportion to size cannot be separated from it`() throws {
    let found = try diagnostics(design(tokens: { n, _ in 20 * n }))
    #expect(found["ill_conditioned_design"]?.severity == .error)
    #expect(found["flat_direction"] != nil)
  }

  @Test func `too few sizes are named`() throws {
    var table = design(tokens: grid)
    let kept = table.size.indices.filter { table.size[$0] < 5e7 }
    table = LossTable(
      size: kept.map { table.size[$0] }, tokens: kept.map { table.tokens[$0] }, loss: kept.map { table.loss[$0] })
    let found = try diagnostics(table)
    #expect(found["too_few_values"]?.severity == .error)
    #expect(found["too_few_values"]?.message.contains("2 different values of params") ?? false)
  }

  @Test func `a term that the runs do not support reaches its bound`() throws {
    var table = design(tokens: grid)
    for row in table.loss.indices { table.loss[row] = 400 / pow(table.size[row], 0.34) }
    let found = try diagnostics(table, Objective(.leastSquares, residual: .log))
    #expect(found["optimum_at_bound"]?.severity == .warning, "\(found)")
  }

  @Test func `an outlying run is named by its line`() throws {
    var table = design(tokens: grid)
    table.loss[12] *= 1.3
    let found = try diagnostics(table)
    #expect(found["outliers"]?.message.contains("line 14") ?? false)
  }

  @Test func `a bend that the formula misses is a trend of the residuals`() throws {
    var table = design(tokens: grid)
    for row in table.loss.indices { table.loss[row] *= 1 + 0.02 * pow(log(table.size[row] / 1.6e8), 2) }
    let repeated = (0..<4).reduce(into: LossTable(size: [], tokens: [], loss: [])) { all, copy in
      all.size += table.size
      all.tokens += table.tokens
      all.loss += table.loss.map { $0 * (1 + 1e-4 * Double(copy)) }
    }
    #expect(try diagnostics(repeated, Objective(.leastSquares, residual: .log))["residual_trend"] != nil)
  }

  @Test func `strongly correlated exponents and coefficients are listed`() throws {
    let found = try diagnostics(design(tokens: grid), Objective(.leastSquares, residual: .log))
    #expect(found["correlated_parameters"]?.message.contains("A with alpha") ?? false)
  }
}
