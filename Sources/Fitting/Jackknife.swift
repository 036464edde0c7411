import Formulas

extension FitProblem {
  /// The optimum without each run in turn (Quenouille 1956), from which influence and BCa's acceleration come.
  ///
  /// - Parameter groups: a group's number for each run, to leave out whole groups instead, by rising number.
  /// - Returns: parameters a run (or group), in order; nil where nothing of weight is left out, or no optimum is found.
  public func jackknife(around optimum: Optimum, leaving groups: [Int]? = nil, threads: Int) -> [[Double]?] {
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
        let end = minimiser.refine(
          from: start, rows: Minimiser.Rows(weights: UnsafePointer(left.start), observations: nil))
        return end.converged && end.charge.isFinite ? natural(end.point) : nil
      })
  }
}
