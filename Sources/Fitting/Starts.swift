import COpenBLAS
import Foundation

/// The starting points of the searches for the optimum.
public enum Starts: Hashable, Sendable {
  /// The whole grid published for the law; ``global(_:)`` if there is none.
  case grid
  /// Low-discrepancy points, this many. Parameters in which the law is linear are solved for, not guessed.
  case global(Int)
  /// The same in waves, from 32 points up to this many, until a further optimum is unlikely.
  case adaptive(atMost: Int)

  /// Enough to find every optimum that was found from thousands of starts, on the laws of the catalog.
  public static let standard = Starts.adaptive(atMost: 128)

  /// Reads `grid`, `global` or a number of global starts.
  public init(parsing text: String) throws(ObjectiveError) {
    switch (text, Int(text)) {
    case ("grid", _): self = .grid
    case ("global", _): self = .standard
    case (_, let count?) where (1...1_000_000).contains(count): self = .global(count)
    default: throw ObjectiveError("the starts '\(text)' are neither 'grid', 'global' nor a number from 1 to 1000000")
    }
  }
}

extension Starts {
  /// Starts that are searched from together.
  enum Wave: Equatable {
    case grid
    /// A range of the low-discrepancy sequence.
    case points(Range<Int>)
  }

  var waves: [Wave] {
    switch self {
    case .grid: return [.grid]
    case .global(let count): return [.points(0..<count)]
    case .adaptive(let most):
      let ends = sequence(first: 32) { 2 * $0 }.prefix { $0 < most } + [most]
      return zip([0] + ends, ends).map { .points($0..<$1) }
    }
  }
}

extension FitProblem {
  /// Start points, in free coordinates.
  func startPoints(_ wave: Starts.Wave) -> [[Double]] {
    switch wave {
    case .grid where domains.contains { !$0.grid.isEmpty }: gridPoints()
    case .grid: globalPoints(0..<256)
    case .points(let range): globalPoints(range)
    }
  }

  private func gridPoints() -> [[Double]] {
    var points: [[Double]] = [[]]
    for domain in domains {
      let values = domain.grid.isEmpty ? [domain.start(at: 0.5)] : domain.grid
      points = points.flatMap { point in values.map { point + [domain.free($0)] } }
    }
    return points
  }

  /// Sobol points over the parameters in which the formula is not linear, with the linear ones solved for.
  private func globalPoints(_ range: Range<Int>) -> [[Double]] {
    let linear = bound.compiled.linearParameters
    let searched = domains.indices.filter { !linear.contains($0) }
    if searched.isEmpty {
      return range.contains(0) ? [free(solveLinear(linear, in: domains.map { $0.start(at: 0.5) }))] : []
    }
    // The first point is the middle of the ranges.
    return sobolPoints(range.upperBound, dimensions: searched.count).dropFirst(range.lowerBound).map { fractions in
      var parameters = domains.map { $0.start(at: 0.5) }
      for (k, fraction) in zip(searched, fractions) { parameters[k] = domains[k].start(at: fraction) }
      return free(linear.isEmpty ? parameters : solveLinear(linear, in: parameters))
    }
  }

  func free(_ parameters: [Double]) -> [Double] { zip(domains, parameters).map { $0.free($1) } }
  func natural(_ point: [Double]) -> [Double] { zip(domains, point).map { $0.natural($1).value } }

  /// Variable projection (Golub and Pereyra 1973): the linear parameters that fit best, given the others, by weighted
  /// least squares of the loss; relative where the residual is logarithmic. Parameters that leave their domain are held
  /// inside it and the rest solved again.
  func solveLinear(_ linear: [Int], in parameters: [Double]) -> [Double] {
    var solved = parameters
    let jacobian = bound.jacobian(parameters: parameters)
    let values = bound.values(parameters: parameters)
    let rows = observed.indices.filter { weights[$0] > 0 }
    let scale = observed.map { objective.residual == .log ? 1 / $0 : 1 }
    var active = linear
    while !active.isEmpty {
      // The remainder that the active parameters have to explain.
      let rest = rows.map { row in
        observed[row]
          - active.reduce(values[row] + held(row, solved, parameters, jacobian, linear, active)) {
            $0 - parameters[$1] * jacobian[$1][row]
          }
      }
      var matrix = active.flatMap { k in zip(rows, rest).map { jacobian[k][$0.0] * scale[$0.0] } }
      var right = zip(rows, rest).map { $0.1 * scale[$0.0] }
      guard rows.count >= active.count, (matrix + right).allSatisfy(\.isFinite) else { return parameters }
      var rank: CInt = 0
      var pivots = [CInt](repeating: 0, count: active.count)
      let n = CInt(rows.count)
      let status = LAPACKE_dgelsy(
        LAPACK_COL_MAJOR, n, CInt(active.count), 1, &matrix, n, &right, n, &pivots, 1e-13, &rank)
      guard status == 0 else { return parameters }
      for (k, value) in zip(active, right) { solved[k] = value }
      let outside = active.filter { !domains[$0].contains(solved[$0]) }
      if outside.isEmpty { return solved }
      for k in outside {
        // An unwanted term is held at a small share of the typical loss.
        let typical = rows.reduce(0) { $0 + abs(jacobian[k][$1]) } / Double(rows.count)
        let share = 1e-3 * rows.reduce(0) { $0 + abs(observed[$1]) } / Double(rows.count) / max(typical, 1e-300)
        let inside = (domains[k].lower ?? 0) + share
        solved[k] = domains[k].contains(inside) ? inside : domains[k].start(at: 0.5)
      }
      active.removeAll { outside.contains($0) }
    }
    return solved
  }

  /// The change of a row by the held parameters' change since the columns were computed.
  private func held(
    _ row: Int, _ solved: [Double], _ parameters: [Double], _ jacobian: [[Double]], _ linear: [Int], _ active: [Int]
  ) -> Double {
    linear.filter { !active.contains($0) }.reduce(0) { $0 + (solved[$1] - parameters[$1]) * jacobian[$1][row] }
  }
}
