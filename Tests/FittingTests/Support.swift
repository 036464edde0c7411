import Fitting
import Formulas
import Foundation

/// Runs of a size on the given tokens.
struct LossTable {
  var size: [Double]
  var tokens: [Double]
  var loss: [Double]

  /// The folder of public run tables next to the checkout, which users need not have.
  static let folder = "../shared/data/laws"
  static let isThere = FileManager.default.fileExists(atPath: folder + "/chinchilla_epoch_svg.csv")

  /// The 245 runs that Besiroglu et al. 2024 read off Hoffmann's figure, less those of highest loss.
  static func chinchilla(withoutHighest dropped: Int = 5) throws -> LossTable {
    try read("chinchilla_epoch_svg.csv", withoutHighest: dropped)
  }

  static func read(_ name: String, withoutHighest dropped: Int = 0) throws -> LossTable {
    let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let header = lines[0].map(String.init)
    var rows = lines.dropFirst().map { cells in
      [["params", "N"], ["tokens", "D"], ["loss"]].map { names in
        header.firstIndex(where: names.contains).flatMap { Double(cells[$0]) } ?? .nan
      }
    }
    rows.sort { $0[2] > $1[2] }
    rows.removeFirst(dropped)
    return LossTable(size: rows.map { $0[0] }, tokens: rows.map { $0[1] }, loss: rows.map { $0[2] })
  }

  /// `E + A/N^alpha + B/D^beta` on these runs, with Hoffmann's grid of 4,500 starts.
  func problem(_ objective: Objective = .hoffmann, weights: [Double]? = nil) throws -> FitProblem {
    let compiled = try CompiledFormula(
      Formula("E + A/N^alpha + B/D^beta"), parameters: ["E", "A", "B", "alpha", "beta"], variables: ["N", "D"],
      positive: ["N", "D"])
    let scales = [0.0, 5, 10, 15, 20, 25].map { exp($0) }
    let exponents = [0, 0.5, 1, 1.5, 2]
    let domains: [ParameterDomain] = [
      .positive("E", 0.1...5, grid: [-1, -0.5, 0, 0.5, 1].map { exp($0) }),
      .positive("A", 1...1e8, grid: scales), .positive("B", 1...1e8, grid: scales),
      .real("alpha", 0.02...1.5, grid: exponents), .real("beta", 0.02...1.5, grid: exponents),
    ]
    return FitProblem(
      BoundFormula(compiled, columns: [size, tokens]), domains: domains, observed: loss, weights: weights,
      objective: objective)
  }
}

/// A problem over one column x.
func problem(
  _ formula: String, _ domains: [ParameterDomain], x: [Double], observed: [Double], weights: [Double]? = nil,
  _ objective: Objective = Objective(.leastSquares, residual: .linear)
) throws -> FitProblem {
  let compiled = try CompiledFormula(Formula(formula), parameters: domains.map(\.name), variables: ["x"])
  return FitProblem(
    BoundFormula(compiled, columns: [x]), domains: domains, observed: observed, weights: weights, objective: objective)
}

/// The largest relative difference between two lists.
func relativeDifference(_ values: [Double], _ expected: [Double]) -> Double {
  values.count == expected.count ? zip(values, expected).map { abs($0 - $1) / abs($1) }.max() ?? 0 : .infinity
}
