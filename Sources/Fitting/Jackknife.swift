import Formulas

extension FitProblem {
  /// The optimum without each run in turn (Quenouille 1956), from which BCa's acceleration comes.
  ///
  /// - Parameter groups: a group's number for each run, to leave out whole groups instead, by rising number.
  /// - Returns: parameters a run (or group), in order; nil where nothing of weight is left out, or no optimum is found.
  public func jackknife(around optimum: Optimum, leaving groups: [Int]? = nil, threads: Int) -> [[Double]?] {
    leavingOut(groups, around: optimum, threads: threads) { minimiser, start, rows in
      let end = minimiser.refine(from: start, rows: rows)
      return end.converged ? end : nil
    }
  }

  /// Where a few Newton steps lead without each run in turn, to see which runs pull.
  ///
  /// - Returns: parameters a run, in order; nil where a run has no weight.
  public func withoutEachRun(around optimum: Optimum, threads: Int) -> [[Double]?] {
    leavingOut(nil, around: optimum, threads: threads) { minimiser, start, rows in
      minimiser.approach(from: start, rows: rows)
    }
  }

  private func leavingOut(
    _ groups: [Int]?, around optimum: Optimum, threads: Int,
    _ refit: @Sendable (Minimiser, [Double], Minimiser.Rows) -> Minimum?
  ) -> [[Double]?] {
    let start = free(optimum.parameters)
    let numbers = groups ?? Array(observed.indices)
    let rows = Dictionary(grouping: observed.indices, by: { numbers[$0] }).sorted { $0.key < $1.key }.map(\.value)
    return mapInParallel(
      rows.count, threads: threads,
      state: { (Minimiser(self), FitProblem.padded(weights, to: bound.paddedRowCount, with: 0)) },
      body: { index, state in
        let (minimiser, left) = state
        guard rows[index].contains(where: { weights[$0] > 0 }) else { return nil }
        for row in rows[index] { left.start[row] = 0 }
        defer { for row in rows[index] { left.start[row] = weights[row] } }
        let end = refit(minimiser, start, Minimiser.Rows(weights: UnsafePointer(left.start), observations: nil))
        return end.flatMap { $0.charge.isFinite ? natural($0.point) : nil }
      })
  }
}
