import Fitting

/// The quantities by which intervals are judged: the parameters and, if the law is used for planning, its predictions
/// for ten times the compute of the largest run.
struct CalibratedQuantities: Sendable {
  let names: [String]
  private let law: Law
  private let parameters: [Double]
  /// The point of the prediction: one column for each variable.
  private let point: [[Double]]
  private let flops: Double?
  private let predictor: FittedLaw?
  /// The law on the runs of the design, its predictions there, and a millionth of their noise.
  private let problem: FitProblem
  private let predictions: [Double]
  private let tolerance: Double

  init(_ fit: LawFit, truth parameters: [Double], noise: Double) {
    law = fit.law
    problem = fit.problem
    predictions = fit.problem.bound.values(parameters: parameters)
    tolerance = noise / 1_000_000
    self.parameters = parameters
    if let best = fit.law.powerTradeOffs([parameters])[0], let largest = fit.usualTarget, law.variables.count == 2,
      law.variable(of: "params") != nil, law.variable(of: "tokens") != nil
    {
      let size = best.optimalParams(flops: largest)
      flops = largest
      point = law.variables.map { $0.column == "params" ? [size] : [largest / 6 / size] }
    } else {
      flops = nil
      point = fit.columns.map { [3 * ($0.max() ?? 1)] }
    }
    predictor = try? FittedLaw(law: law, parameters: parameters, ranges: fit.ranges, provenance: law.name)
    let beyond = flops == nil ? "three times the largest run" : "10 × the largest compute"
    names =
      law.parameterNames + (flops == nil ? [] : ["size exponent", "best size at \(beyond)"])
      + ["\(law.target) at \(beyond)"]
  }

  var truth: [Double] { values([parameters])[0] }

  /// An interval extended to the truth where the runs do not distinguish its ends from it.
  ///
  /// A parameter that has grown without limit, or vanished, has no single value that an interval could hold.
  func told(_ interval: ClosedRange<Double>, of quantity: Int) -> ClosedRange<Double> {
    guard quantity < parameters.count else { return interval }
    func told(_ value: Double) -> Double {
      var others = parameters
      others[quantity] = value
      let isSame = zip(predictions, problem.bound.values(parameters: others)).allSatisfy { own, other in
        abs(other - own) <= tolerance * own
      }
      return isSame ? parameters[quantity] : value
    }
    let ends = [told(interval.lowerBound), told(interval.upperBound)]
    return min(ends[0], ends[1])...max(ends[0], ends[1])
  }

  /// The quantities of each set of parameters, in the order of their names.
  func values(_ parameters: [[Double]]) -> [[Double]] {
    let bound = predictor?.predictor(columns: point)
    let tradeOffs = flops == nil ? [] : law.powerTradeOffs(parameters)
    return parameters.enumerated().map { index, parameters in
      var all = parameters
      if let flops {
        all.append(tradeOffs[index]?.sizeExponent ?? .nan)
        all.append(tradeOffs[index]?.optimalParams(flops: flops) ?? .nan)
      }
      all.append(bound?.values(parameters: parameters)[0] ?? .nan)
      return all
    }
  }
}
