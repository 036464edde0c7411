import Foundation

/// The losses of runs during their training.
public struct TrainingCurves: Hashable, Sendable {
  /// In the order in which the runs appear.
  public let curves: [Curve]
  /// The names of runs with a single point, which do not form a curve.
  public let leftOut: [String]

  /// One run, its points by ascending compute; losses at equal compute are averaged.
  public struct Curve: Hashable, Sendable {
    public let run: String
    /// Size of the model in parameters.
    public let params: Double
    /// Natural logarithms of the compute in FLOP so far, of the tokens so far and of the loss in nats per token.
    let logFlops: [Double]
    let logTokens: [Double]
    let logLoss: [Double]
  }

  /// - Parameters: one entry for each point of a curve; `run` tells which points belong together.
  /// - Throws: ``LawError`` if a value is not a finite number above zero, columns differ in length, a run has two
  ///   sizes, or no run has two points.
  public init(run: [String], params: [Double], tokens: [Double], flops: [Double], loss: [Double]) throws(LawError) {
    try requirePositive([("params", params), ("tokens", tokens), ("flops", flops), ("loss", loss)], row: "point")
    guard run.count == params.count else {
      throw LawError("the column 'run' has \(run.count) names for \(params.count) points; name the run of each")
    }
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for (index, name) in run.enumerated() {
      if members[name] == nil { order.append(name) }
      members[name, default: []].append(index)
    }
    var curves: [Curve] = []
    var leftOut: [String] = []
    for name in order {
      let points = members[name, default: []]
      let size = params[points[0]]
      if let other = points.first(where: { abs(params[$0] - size) > 1e-3 * size }) {
        throw LawError(
          "the run '\(name)' has two sizes, \(size) and \(params[other]) (point \(other + 1), counted from 1); give "
            + "each run its own name")
      }
      let curve = Curve(
        run: name, params: size,
        points: points.map { (log(flops[$0]), log(tokens[$0]), log(loss[$0])) }.sorted { $0.flops < $1.flops })
      if curve.logFlops.count >= 2 { curves.append(curve) } else { leftOut.append(name) }
    }
    guard !curves.isEmpty else {
      throw LawError("no run has losses at two values of compute; give the losses of each run during its training")
    }
    self.curves = curves
    self.leftOut = leftOut
  }
}

extension TrainingCurves.Curve {
  /// - Parameter points: natural logarithms, by ascending compute.
  fileprivate init(run: String, params: Double, points: [(flops: Double, tokens: Double, loss: Double)]) {
    var (logFlops, logTokens, logLoss) = ([Double](), [Double](), [Double]())
    var start = 0
    while start < points.count {
      let end = points[start...].firstIndex { $0.flops > points[start].flops } ?? points.count
      let same = points[start..<end]
      logFlops.append(points[start].flops)
      logTokens.append(same.reduce(0) { $0 + $1.tokens } / Double(same.count))
      logLoss.append(same.reduce(0) { $0 + $1.loss } / Double(same.count))
      start = end
    }
    self.run = run
    self.params = params
    self.logFlops = logFlops
    self.logTokens = logTokens
    self.logLoss = logLoss
  }

  func covers(_ logCompute: Double) -> Bool {
    guard let first = logFlops.first, let last = logFlops.last else { return false }
    return first <= logCompute && logCompute <= last
  }
}
