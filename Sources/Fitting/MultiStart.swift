import Foundation

/// The optimum of a fit, and the outcome of the searches for it.
public struct Optimum: Sendable, Equatable {
  /// In the order of the problem's domains.
  public var parameters: [Double]
  /// The objective, exactly as defined, summed over runs.
  public var value: Double
  /// The Euclidean norm of the gradient by the free coordinates (logarithms of positive parameters).
  public var gradientNorm: Double
  public var converged: Bool
  public var starts: StartCount
  /// The other distinct optima, best first: parameters and objective, at most eight.
  public var others: [Other] = []

  public struct Other: Sendable, Equatable {
    public let parameters: [Double]
    public let value: Double
  }

  public struct StartCount: Sendable, Hashable, Codable {
    public var tried: Int
    /// Optima that differ by more than a millionth in the objective, among searches that converged.
    public var distinctOptima: Int
    /// Searches that ended at the best objective.
    public var atBest: Int
    /// Searches that found no stationary point.
    public var unconverged: Int
  }
}

/// The failure of a fit that found nothing.
public struct FitError: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

extension FitProblem {
  /// The best optimum from many starts.
  ///
  /// The same for any number of threads.
  ///
  /// - Parameter further: additional parameters to start from.
  public func minimize(
    _ starts: Starts = .standard, from further: [[Double]] = [], threads: Int
  ) throws(FitError) -> Optimum {
    try checkRuns()
    guard let sample = sampled(Self.mostSearched) else { return try search(starts, further, threads: threads) }
    let rough = try sample.search(starts, further, threads: threads)
    let begins = [rough.parameters] + rough.others.map(\.parameters)
    let ends = mapInParallel(
      begins.count, threads: threads, state: { Minimizer(self) },
      body: { index, minimizer in minimizer.refine(from: free(begins[index])) })
    var optimum = try optimum(among: ends)
    optimum.starts = rough.starts
    return optimum
  }

  private func search(_ starts: Starts, _ further: [[Double]], threads: Int) throws(FitError) -> Optimum {
    var points: [[Double]] = []
    var ends: [Minimum] = []
    for wave in starts.waves where !isAnotherUnlikely(ends) {
      let begins = startPoints(wave) + (ends.isEmpty ? further.map(free) : [])
      ends += mapInParallel(
        begins.count, threads: threads, state: { Minimizer(self) },
        body: { index, minimizer in minimizer.minimizeBriefly(from: begins[index]) })
      points += begins
    }
    // These took many steps: the lowest are followed to the end, or all of them if none has converged.
    let astray = ends.indices.filter { !ends[$0].converged }.sorted { (ends[$0].charge, $0) < (ends[$1].charge, $1) }
    let followed = astray.count == ends.count ? distinct(astray, ends) : Array(astray.prefix(Self.mostFollowed))
    let from = followed.map { points[$0] }
    let arrived = mapInParallel(
      from.count, threads: threads, state: { Minimizer(self) },
      body: { index, minimizer in minimizer.minimize(from: from[index]) })
    for (index, end) in zip(followed, arrived) { ends[index] = end }
    return try optimum(among: ends)
  }

  /// Whether further searches are unlikely to find a new optimum: for w optima found in n searches, the expected number
  /// of those not found yet is w (w + 1) / (n − w − 2) (Boender and Rinnooy Kan 1987).
  private func isAnotherUnlikely(_ ends: [Minimum]) -> Bool {
    let finite = ends.indices.filter { ends[$0].charge.isFinite }
    let met = distinct(finite.sorted { (ends[$0].charge, $0) < (ends[$1].charge, $1) }, ends).count
    let further = finite.count - met - 2
    return further > 0 && 10 * met * (met + 1) < further
  }

  /// The first of each group of ends with the same charge, by ascending charge.
  private func distinct(_ order: [Int], _ ends: [Minimum]) -> [Int] {
    order.reduce(into: []) { kept, index in
      if let last = kept.last, isSame(ends[index].charge, ends[last].charge) { return }
      kept.append(index)
    }
  }

  /// Whether two charges belong to the same optimum.
  private func isSame(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-6 * abs(b) + 1e-25 }

  /// The number of searches that are continued although they did not converge.
  private static let mostFollowed = 8

  /// With more runs than this, optima are searched for on a sample and only refined on all runs.
  private static let mostSearched = 8192

  /// The problem on `count` runs drawn without replacement (Knuth 1969, algorithm S); nil if there are no more.
  private func sampled(_ count: Int) -> FitProblem? {
    let used = observed.indices.filter { weights[$0] > 0 }
    guard used.count > count else { return nil }
    let random = Random(seed: 0)
    var rows: [Int] = []
    for (index, row) in used.enumerated()
    where random.uniform() * Double(used.count - index) < Double(count - rows.count) { rows.append(row) }
    return FitProblem(
      bound.selecting(rows: rows), domains: domains, observed: rows.map { observed[$0] },
      weights: rows.map { weights[$0] }, objective: objective)
  }

  /// - Throws: for runs that cannot be fitted.
  private func checkRuns() throws(FitError) {
    guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }), weights.contains(where: { $0 > 0 }) else {
      throw FitError("no run to fit: weights must be finite, none negative and not all 0")
    }
    for (row, (value, weight)) in zip(observed, weights).enumerated() where weight > 0 {
      guard value.isFinite, objective.residual == .linear || value > 0 else {
        let why =
          value.isFinite ? "has no logarithm: leave it out, or use residuals of the loss itself" : "is not finite"
        throw FitError("the observation of run \(row + 1), \(value), \(why)")
      }
    }
  }

  /// The best of many ends, polished.
  private func optimum(among ends: [Minimum]) throws(FitError) -> Optimum {
    let order = ends.indices.filter { ends[$0].charge.isFinite }.sorted {
      (ends[$0].charge, $0) < (ends[$1].charge, $1)
    }
    guard let first = order.first else {
      throw FitError(
        "no start gave a finite objective: the formula is undefined on these runs for every start tried; "
          + "give the parameters ranges in which it is defined")
    }
    let optima = distinct(order.filter { ends[$0].converged }, ends)
    let minimizer = Minimizer(self)
    let refined = minimizer.refine(from: ends[first].point)
    let best = minimizer.polish(refined.charge <= ends[first].charge ? refined : ends[first])
    let parameters = natural(best.point)
    let counted = Optimum.StartCount(
      tried: ends.count, distinctOptima: optima.count,
      atBest: order.filter { isSame(ends[$0].charge, ends[first].charge) }.count,
      unconverged: ends.filter { !$0.converged }.count)
    let others = optima.dropFirst().prefix(8).map { index in
      let parameters = natural(ends[index].point)
      return Optimum.Other(parameters: parameters, value: value(at: parameters))
    }
    return Optimum(
      parameters: parameters, value: value(at: parameters), gradientNorm: best.gradientNorm,
      converged: best.converged, starts: counted, others: others)
  }
}
