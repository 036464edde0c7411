import Fitting
import Formulas
import Foundation
import Testing

func chinchillaRows() throws -> (n: [Double], d: [Double], loss: [Double]) {
  let text = try String(contentsOfFile: "../shared/data/laws/chinchilla_epoch_svg.csv", encoding: .utf8)
  var rows = text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").map { Double($0)! } }
  rows.sort { $0[3] > $1[3] }
  rows.removeFirst(5)
  return (rows.map { $0[0] }, rows.map { $0[1] }, rows.map { $0[3] })
}

@Test func scratch() throws {
  let (n, d, loss) = try chinchillaRows()
  let compiled = try CompiledFormula(Formula("E + A/N^alpha + B/D^beta"), parameters: ["E","A","B","alpha","beta"], variables: ["N","D"], positive: ["N","D"])
  let bound = BoundFormula(compiled, columns: [n, d])
  let e5 = [0.0, 5, 10, 15, 20, 25].map { exp($0) }
  let domains: [ParameterDomain] = [.positive("E", 0.5...3, grid: [-1, -0.5, 0, 0.5, 1].map { exp($0) }), .positive("A", 1...1e6, grid: e5), .positive("B", 1...1e6, grid: e5), .real("alpha", 0.05...1.5, grid: [0,0.5,1,1.5,2]), .real("beta", 0.05...1.5, grid: [0,0.5,1,1.5,2])]



  for objective in [Objective.hoffmann, .init(.absolute, residual: .log), .init(.huberLikelihood(delta: 1e-3), residual: .log), .init(.leastSquares, residual: .log)] {
    let problem = FitProblem(bound, domains: domains, observed: loss, objective: objective)
    let o = try problem.minimise(.standard, threads: 2)
    print(objective.kind.text, o.parameters, o.value, o.gradientNorm)
    print("  se", problem.covariance(at: o.parameters).standardErrors ?? [], problem.covariance(at: o.parameters).conditionNumber)
    for _ in 0..<3 {
      let t = Date(); let c0 = clock()
      let b = problem.bootstrap(Bootstrap(.cases, resamples: 4000, seed: 1), around: o, threads: 2)
      print("  boot s", Date().timeIntervalSince(t), Double(clock()-c0)/1e6, b.failed, (0..<5).map { k in standardDeviation(b.parameters.map { $0[k] }) })
    }
    let b1 = problem.bootstrap(Bootstrap(.cases, resamples: 400, seed: 1), around: o, threads: 1)
    let b2 = problem.bootstrap(Bootstrap(.cases, resamples: 400, seed: 1), around: o, threads: 2)
    print("  same", b1 == b2)
  }
}
