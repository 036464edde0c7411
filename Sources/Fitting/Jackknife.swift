import Formulas

extension FitProblem {
  /// The optimum without each run in turn (Quenouille 1956), which gives BCa's acceleration.
  ///
  /// - Parameter groups: the group number of each run, to leave out whole groups instead, in ascending order.
  /// - Returns: the parameters for each run (or group), in order; nil if nothing of weight is left out, or no optimum
  ///   is found.
  public func jackknife(around optimum: Optimum, leaving groups: [Int]? = nil, threads: Int) -> [[Double]?] {
    leavingOut(groups, around: optimum, threads: threads) { minimizer, start, rows, _ in
      let end = minimizer.refine(from: start, rows: rows)
      return end.converged ? end : nil
    }
  }

  /// The parameters after a few Newton steps without each run in turn, which show the influence of each run.
  ///
  /// - Parameter groups: the group number of each run, to leave out whole groups instead, in ascending order.
  /// - Returns: the parameters for each run (or group), in order; nil if nothing of weight is left out.
  public func withoutEachRun(around optimum: Optimum, leaving groups: [Int]? = nil, threads: Int) -> [[Double]?] {
    let whole = Minimizer(self).pullSums(at: free(optimum.parameters), of: Minimizer.Rows())
    return leavingOut(groups, around: optimum, threads: threads) { minimizer, start, rows, left in
      // The first step needs only the run's own part of the sums, unless that is nearly all.
      let part = whole == nil ? nil : minimizer.pullSums(at: start, of: left)
      let rest = whole.flatMap { whole in part.map { whole - $0 } }
      let known = rest.flatMap { rest in rest.value > 1e-3 * (whole?.value ?? 0) ? rest : nil }
      return minimizer.approach(from: start, rows: rows, known: known)
    }
  }

  private func leavingOut(
    _ groups: [Int]?, around optimum: Optimum, threads: Int,
    _ refit: @Sendable (Minimizer, [Double], _ rest: Minimizer.Rows, _ left: Minimizer.Rows) -> Minimum?
  ) -> [[Double]?] {
    let start = free(optimum.parameters)
    let numbers = groups ?? Array(observed.indices)
    let rows = Dictionary(grouping: observed.indices, by: { numbers[$0] }).sorted { $0.key < $1.key }.map(\.value)
    return mapInParallel(
      rows.count, threads: threads,
      state: {
        let none = weights.map { _ in 0.0 }
        return (Minimizer(self), [weights, none].map { FitProblem.padded($0, to: bound.paddedRowCount, with: 0) })
      },
      body: { index, state in
        let (minimizer, columns) = state
        let (rest, left) = (columns[0], columns[1])
        guard rows[index].contains(where: { weights[$0] > 0 }) else { return nil }
        for row in rows[index] { (rest.start[row], left.start[row]) = (0, weights[row]) }
        defer { for row in rows[index] { (rest.start[row], left.start[row]) = (weights[row], 0) } }
        let end = refit(
          minimizer, start, Minimizer.Rows(weights: UnsafePointer(rest.start), observations: nil),
          Minimizer.Rows(weights: UnsafePointer(left.start), observations: nil))
        return end.flatMap { $0.charge.isFinite ? natural($0.point) : nil }
      })
  }
}

extension Minimizer {
  /// A sum of charges with its derivatives.
  struct Sum {
    var value: Double
    var gradient: [Double]
    /// Row-major.
    var hessian: [Double]

    static func - (a: Sum, b: Sum) -> Sum {
      Sum(
        value: a.value - b.value, gradient: zip(a.gradient, b.gradient).map { $0 - $1 },
        hessian: zip(a.hessian, b.hessian).map { $0 - $1 })
    }
  }
}
