import Formulas

extension FitProblem {
  /// The optimum without each run in turn (Quenouille 1956), from which influence and BCa's acceleration come.
  ///
  /// - Returns: parameters a run, in order; nil for a run without which there is no optimum, or of weight 0.
  public func jackknife(around optimum: Optimum, threads: Int) -> [[Double]?] {
    let start = free(optimum.parameters)
    return mapInParallel(
      observed.count, threads: threads,
      state: { (Minimiser(self), FitProblem.padded(weights, to: bound.paddedRowCount, with: 0)) },
      body: { row, state in
        let (minimiser, left) = state
        guard weights[row] > 0 else { return nil }
        left.start[row] = 0
        defer { left.start[row] = weights[row] }
        let end = minimiser.refine(
          from: start, rows: Minimiser.Rows(weights: UnsafePointer(left.start), observations: nil))
        return end.charge.isFinite ? natural(end.point) : nil
      })
  }
}
