import COpenBLAS
import CVectorMath
import Formulas

/// A scheme of resampling runs, which shows how far chance moves a fit.
public struct Bootstrap: Sendable {
  public enum Kind: Sendable, Hashable {
    /// Whole runs, with replacement (Efron 1979).
    case cases
    /// The fitted curve plus residuals drawn with replacement.
    case residuals
    /// Whole groups of runs, such as all runs of a size or a seed: the group number of each run.
    case groups([Int])
  }

  public var kind: Kind
  public var resamples: Int
  public var seed: UInt64

  public init(_ kind: Kind = .cases, resamples: Int, seed: UInt64) {
    self.kind = kind
    self.resamples = resamples
    self.seed = seed
  }
}

/// The refits of a bootstrap.
public struct BootstrapDraws: Sendable, Equatable {
  /// The optimum of each resample that has one, in the order of the resamples.
  public let parameters: [[Double]]
  /// The number of resamples on which no optimum was found.
  public let failed: Int

  public init(parameters: [[Double]], failed: Int) {
    self.parameters = parameters
    self.failed = failed
  }
}

extension FitProblem {
  /// Refits every resample from scratch.
  ///
  /// The objective of a resample is a weighted sum over the same runs, so sums of products score a whole cloud of
  /// candidates (the distinct optima, and points spread by the covariance) for many resamples at once. Each resample is
  /// then refitted by Newton's method from the candidate that is best for it: a global choice, and a few steps away.
  ///
  /// - Parameter progress: called from time to time, from any thread, with the number of resamples newly done.
  /// - Returns: the same for any number of threads.
  public func bootstrap(
    _ bootstrap: Bootstrap, around optimum: Optimum, threads: Int, progress: (@Sendable (Int) -> Void)? = nil
  ) -> BootstrapDraws {
    openblas_set_num_threads(1)
    let candidates = candidates(around: optimum, seed: bootstrap.seed)
    let charges = charges(of: candidates, around: optimum)
    let batch = 8 * Int(WT_SCORED)
    let batches = (bootstrap.resamples + batch - 1) / batch
    let done = mapInParallel(
      batches, threads: threads, state: { Resampler(self, bootstrap, optimum, charges, candidates, batch) },
      body: { index, resampler in
        let from = index * batch
        let ends = resampler.refits(from..<min(from + batch, bootstrap.resamples))
        progress?(ends.count)
        return ends
      })
    let ends = done.flatMap { $0 }
    let found = ends.compactMap { $0 }
    return BootstrapDraws(parameters: found, failed: ends.count - found.count)
  }

  /// Each run's charge at each candidate: one row for each run, one column for each candidate, padded to whole vectors.
  private func charges(of candidates: [[Double]], around optimum: Optimum) -> AlignedDoubles {
    let columns = BoundFormula.padded(candidates.count)
    let charges = AlignedDoubles(count: max(1, columns * bound.paddedRowCount))
    let column = AlignedDoubles(count: max(1, bound.paddedRowCount))
    let evaluator = Evaluator(self)
    let charge = candidateCharge(optimum)
    for (index, candidate) in candidates.enumerated() {
      evaluator.charges(candidate, charge, into: column.start)
      for row in 0..<bound.paddedRowCount { charges.start[row * columns + index] = column.start[row] }
    }
    return charges
  }

  /// The charge that distinguishes candidates.
  private func candidateCharge(_ optimum: Optimum) -> wt_charge {
    switch objective.kind {
    case .huberLikelihood(let delta):
      let scale = objective.value(residuals: residuals(at: optimum.parameters), weights: weights).scale ?? 1
      return objective.charge(scale: delta * scale)
    default: return objective.charge(scale: 1e-6)
    }
  }

  /// Points near which a resample's optimum may lie, in free coordinates.
  private func candidates(around optimum: Optimum, seed: UInt64) -> [[Double]] {
    let best = free(optimum.parameters)
    var points = [best] + optimum.others.map { free($0.parameters) }
    // With very many runs there is room for few candidates, and few suffice: the resamples hardly differ.
    let room = min(192, 16_000_000 / max(1, bound.paddedRowCount)) - points.count
    guard room > 0, let spread = freeSpread(at: optimum.parameters) else { return points }
    points += normalPoints(around: best, spread, count: room, scale: 1.2, seed: seed)
    return points
  }

  /// Parameters drawn from the normal distribution of the covariance, in free coordinates; empty if the covariance is
  /// unknown.
  public func normalDraws(around optimum: Optimum, count: Int, seed: UInt64) -> [[Double]] {
    guard let spread = freeSpread(at: optimum.parameters) else { return [] }
    return normalPoints(around: free(optimum.parameters), spread, count: count, scale: 1, seed: seed).map(natural)
  }

  private func normalPoints(
    around center: [Double], _ spread: [[Double]], count: Int, scale: Double, seed: UInt64
  ) -> [[Double]] {
    let random = Random(seed: seed, stream: -1)
    return (0..<count).map { _ in
      let z = center.map { _ in random.normal() * scale }
      return center.indices.map { a in center[a] + (0...a).reduce(0) { $0 + spread[a][$1] * z[$1] } }
    }
  }

  /// The Cholesky factor of the covariance in free coordinates.
  private func freeSpread(at parameters: [Double]) -> [[Double]]? {
    guard let matrix = covariance(at: parameters).matrix else { return nil }
    let slopes = zip(domains, parameters).map { 1 / $0.natural($0.free($1)).first }
    let count = parameterCount
    var factor = (0..<count).flatMap { a in (0..<count).map { matrix[a][$0] * slopes[a] * slopes[$0] } }
    let half = CChar(bitPattern: UInt8(ascii: "U"))
    guard factor.allSatisfy(\.isFinite),
      LAPACKE_dpotrf(LAPACK_COL_MAJOR, half, CInt(count), &factor, CInt(count)) == 0
    else { return nil }
    return (0..<count).map { a in (0..<count).map { factor[a * count + $0] } }
  }
}

/// One thread's memory for drawing and refitting batches of resamples.
private final class Resampler {
  private let problem: FitProblem
  private let bootstrap: Bootstrap
  private let optimum: Optimum
  private let charges: AlignedDoubles
  private let candidates: [[Double]]
  private let minimizer: Minimizer
  private let random: Random
  private let weights: AlignedDoubles
  private let observations: AlignedDoubles
  private let scores: AlignedDoubles
  private let residuals: [Double]
  private let groups: [[Int]]

  init(
    _ problem: FitProblem, _ bootstrap: Bootstrap, _ optimum: Optimum, _ charges: AlignedDoubles,
    _ candidates: [[Double]], _ batch: Int
  ) {
    self.problem = problem
    self.bootstrap = bootstrap
    self.optimum = optimum
    self.charges = charges
    self.candidates = candidates
    minimizer = Minimizer(problem)
    random = Random(seed: bootstrap.seed)
    let padded = problem.bound.paddedRowCount
    weights = AlignedDoubles(count: max(1, batch * padded))
    observations = AlignedDoubles(count: max(1, padded))
    scores = AlignedDoubles(count: max(1, batch * BoundFormula.padded(candidates.count)))
    residuals = bootstrap.kind == .residuals ? problem.residuals(at: optimum.parameters) : []
    if case .groups(let numbers) = bootstrap.kind {
      let rows = Dictionary(grouping: numbers.indices, by: { numbers[$0] })
      groups = rows.keys.sorted().map { rows[$0] ?? [] }
    } else {
      groups = []
    }
  }

  /// The optimum of each resample in the range; nil if there is none.
  func refits(_ range: Range<Int>) -> [[Double]?] {
    if bootstrap.kind == .residuals { return range.map(refitResiduals) }
    let padded = problem.bound.paddedRowCount
    for (row, index) in range.enumerated() { draw(index, into: weights.start + row * padded) }
    let columns = BoundFormula.padded(candidates.count)
    for row in stride(from: 0, to: range.count, by: Int(WT_SCORED)) {
      wt_scores(
        weights.start + row * padded, charges.start, scores.start + row * columns, Int32(padded), Int32(columns))
    }
    return range.indices.map { index in
      let row = index - range.lowerBound
      let score = scores.start + row * columns
      var best = 0
      for candidate in candidates.indices where score[candidate] < score[best] { best = candidate }
      return refit(
        from: candidates[best], Minimizer.Rows(weights: UnsafePointer(weights.start + row * padded), observations: nil))
    }
  }

  private func refit(from start: [Double], _ rows: Minimizer.Rows) -> [Double]? {
    let end = minimizer.refine(from: start, rows: rows)
    let parameters = problem.natural(end.point)
    return end.converged && end.charge.isFinite && parameters.allSatisfy(\.isFinite) ? parameters : nil
  }

  /// The number of times a resample contains each run, times the run's own weight.
  private func draw(_ index: Int, into counts: UnsafeMutablePointer<Double>) {
    random.reseed(bootstrap.seed, stream: index)
    counts.update(repeating: 0, count: problem.bound.paddedRowCount)
    if groups.isEmpty {
      let rows = problem.observed.count
      for _ in 0..<rows { counts[random.integer(below: rows)] += 1 }
    } else {
      for _ in groups { for row in groups[random.integer(below: groups.count)] { counts[row] += 1 } }
    }
    for row in problem.weights.indices { counts[row] *= problem.weights[row] }
  }

  private func refitResiduals(_ index: Int) -> [Double]? {
    random.reseed(bootstrap.seed, stream: index)
    let padded = problem.bound.paddedRowCount
    let observed = problem.scaledObservations.start
    for row in residuals.indices {
      // The curve is the observation plus the residual; subtract another run's residual.
      observations.start[row] = observed[row] + residuals[row] - residuals[random.integer(below: residuals.count)]
    }
    for row in residuals.count..<max(padded, residuals.count) { observations.start[row] = observed[row] }
    return refit(
      from: problem.free(optimum.parameters),
      Minimizer.Rows(weights: nil, observations: UnsafePointer(observations.start)))
  }
}
