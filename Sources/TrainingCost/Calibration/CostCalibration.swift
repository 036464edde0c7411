import Fitting
import Foundation

/// Constants of the cost model fitted to measured steps, with their uncertainty.
public struct CostCalibration: Sendable {
  public let efficiency: Efficiency
  /// The initial constants, as they were before the measurements.
  public let prior: Efficiency
  /// Covariance of the constants' logarithms, row by row, in the order of ``Efficiency/constants``.
  public let covariance: [Double]
  /// Robust standard deviation of measured over predicted time, in logarithms.
  public let scatter: Double
  /// The measured steps that it was fitted to.
  public let ids: [String]
  public let converged: Bool

  /// Fits the constants to the times of measured steps, and to their memory where it was measured.
  ///
  /// Residuals are logarithms of predicted over measured values, charged quadratically within `tolerance` and linearly
  /// beyond it, so that a run that stalled has little weight. Each constant is tied to its prior by the spread in
  /// ``Efficiency/Constant``: a few measured steps move the constants that they determine and leave the rest.
  ///
  /// - Parameters:
  ///   - steps: at least one with a time.
  ///   - prior: the default of the first step's accelerator if nil.
  /// - Throws: ``CostError`` if there is nothing to fit.
  public init(
    fitting steps: [MeasuredStep], from prior: Efficiency? = nil, tolerance: Double = 0.08
  ) throws(CostError) {
    let timed = steps.filter { $0.seconds != nil || $0.memoryBytes != nil }
    guard let first = timed.first, timed.contains(where: { $0.seconds != nil }) else {
      throw CostError("no step with a time to calibrate with")
    }
    let prior = prior ?? .standard(for: first.cluster.accelerator)
    let constants = Efficiency.constants
    // Layouts that a table leaves open are chosen once, at the prior.
    var cases: [(step: MeasuredStep, layout: Layout)] = []
    for step in timed {
      let model = try StepModel(step.workload, on: step.cluster, efficiency: prior)
      cases.append((step, step.layout(model)))
    }
    let start = constants.map { log(prior[keyPath: $0.path]) }
    let count = 2 * cases.count
    let solution = LeastSquares(
      from: [Double](repeating: 0, count: constants.count), residuals: count + constants.count
    ) { offsets, residuals in
      let efficiency = Efficiency(logarithms: zip(start, offsets).map { $0 + $1 })
      for (index, item) in cases.enumerated() {
        let model = try? StepModel(item.step.workload, on: item.step.cluster, efficiency: efficiency)
        let ratio = item.step.seconds.map { seconds in model.map { log($0.time(item.layout).total / seconds) } ?? .nan }
        let memory = item.step.memoryBytes.flatMap { bytes in model.map { log($0.memory(item.layout).total / bytes) } }
        residuals[2 * index] = softened((ratio ?? 0) / tolerance)
        residuals[2 * index + 1] = softened((memory ?? 0) / tolerance)
      }
      for (index, constant) in constants.enumerated() {
        residuals[count + index] = offsets[index] / constant.spread
      }
    }
    guard let solution else {
      throw CostError("the measured steps are invalid: a predicted time or memory is not finite")
    }
    let efficiency = Efficiency(logarithms: zip(start, solution.parameters).map { $0 + $1 })
    var misses: [Double] = []
    for item in cases {
      guard let seconds = item.step.seconds else { continue }
      let model = try StepModel(item.step.workload, on: item.step.cluster, efficiency: efficiency)
      misses.append(abs(log(model.time(item.layout).total / seconds)))
    }
    self.efficiency = efficiency
    self.prior = prior
    covariance = solution.covariance
    converged = solution.converged
    // 1.4826 times the median of a normal distribution's absolute values is its standard deviation.
    scatter = 1.4826 * misses.sorted()[misses.count / 2]
    ids = timed.map(\.id)
  }

  init(
    efficiency: Efficiency, prior: Efficiency, covariance: [Double], scatter: Double, ids: [String], converged: Bool
  ) {
    self.efficiency = efficiency
    self.prior = prior
    self.covariance = covariance
    self.scatter = scatter
    self.ids = ids
    self.converged = converged
  }

  /// The interval of a step's time that holds `level` of the probability, from the constants' covariance and the
  /// scatter.
  public func interval(
    of layout: Layout, for workload: TrainingWorkload, on cluster: Cluster, level: Double = 0.9
  ) throws(CostError) -> ClosedRange<Double> {
    let base = try StepModel(workload, on: cluster, efficiency: efficiency).time(layout).total
    let logs = Efficiency.constants.map { log(efficiency[keyPath: $0.path]) }
    let step = 1e-4
    var gradient: [Double] = []
    for index in logs.indices {
      var moved = logs
      moved[index] += step
      let time = try StepModel(workload, on: cluster, efficiency: Efficiency(logarithms: moved)).time(layout).total
      gradient.append(log(time / base) / step)
    }
    var variance = scatter * scatter
    for i in gradient.indices {
      for j in gradient.indices { variance += gradient[i] * covariance[i * gradient.count + j] * gradient[j] }
    }
    let reach = standardNormalQuantile(0.5 + level / 2) * variance.squareRoot()
    return base * exp(-reach)...base * exp(reach)
  }
}

extension Efficiency {
  init(logarithms: some Sequence<Double>) { self.init(logarithms.map { exp($0) }) }

  /// In the order of ``constants``; the last ones, where values are missing, have their defaults.
  init(_ values: [Double]) {
    self.init()
    for (constant, value) in zip(Self.constants, values) { self[keyPath: constant.path] = value }
  }
}

/// A residual whose square grows like the absolute value where it is large: scipy's `soft_l1`.
private func softened(_ z: Double) -> Double {
  (z < 0 ? -1 : 1) * (2 * ((1 + z * z).squareRoot() - 1)).squareRoot()
}
