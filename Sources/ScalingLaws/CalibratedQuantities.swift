/// What intervals are judged by: the parameters and, where runs are planned with the law, what it says of ten times the
/// compute of the largest run.
struct CalibratedQuantities: Sendable {
  let names: [String]
  private let law: Law
  private let parameters: [Double]
  /// The place of the prediction: a column a variable.
  private let point: [[Double]]
  private let flops: Double?
  private let predictor: FittedLaw?

  init(_ fit: LawFit, truth parameters: [Double]) {
    law = fit.law
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
