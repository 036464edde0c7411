import Documents
import Formulas
import ScalingLaws
import Tables

/// A fitted law as a loss over size and tokens, with its other variables given.
struct PlannableLaw {
  let fitted: FittedLaw
  let rule: ComputeRule
  /// The law's formula over its variables, whose gradient is by the variables; the law's parameters are its columns.
  let compiled: CompiledFormula
  /// The positions of size, tokens and compute among the variables.
  let size: Int?
  let tokens: Int?
  let flops: Int?
  /// One value for each variable; those of size, tokens and compute are replaced.
  let values: [Double]

  init(_ fitted: FittedLaw, fixed: [String: Double], rule: ComputeRule) throws(PlanError) {
    self.fitted = fitted
    let law = fitted.law
    let roles = law.variables.map { Self.role(of: $0.column) }
    size = law.sizeVariable
    tokens = roles.firstIndex(of: .tokens)
    flops = roles.firstIndex(of: .flops)
    // Problems that no value of a further variable would solve are reported before any is asked for.
    guard flops != nil || (size != nil && tokens != nil) else { throw Self.refusal(of: law) }
    let planned = [size, tokens, flops].compactMap { $0 }
    values = try Self.values(of: law, planned: planned, fixed: fixed)
    self.rule = try rule.counting(law, at: values)
    let positive = Set(law.parameters.filter { $0.lower ?? -1 >= 0 }.map(\.name))
    do {
      compiled = try CompiledFormula(
        law.formula, parameters: law.variables.map(\.name), variables: law.parameterNames, positive: positive,
        order: .gradient)
    } catch {
      throw PlanError("the law '\(law.name)' cannot be used: \(error)")
    }
    for parameters in [fitted.parameters] + fitted.draws where parameters.count != law.parameters.count {
      throw PlanError(
        "the law '\(law.name)' has \(law.parameters.count) parameters, but a set of \(parameters.count) was given")
    }
    guard fitted.parameters.allSatisfy(\.isFinite) else {
      throw PlanError("the parameters of '\(law.name)' are not all finite; fit it again")
    }
  }

  /// The error that a law leaves nothing to choose within a budget, with the command that answers questions about it.
  private static func refusal(of law: Law) -> PlanError {
    let columns = law.variables.filter { !$0.isPiece }.map(\.column)
    let known =
      columns.isEmpty ? "has neither size nor tokens" : "predicts \(law.target) from \(columns.joined(separator: ", "))"
    let command =
      switch law.family {
      case .fineTuning: "; use 'windtunnel select' to choose the model to fine-tune from the runs themselves"
      case .batch: "; use 'windtunnel batch' to find the batch size from the runs themselves"
      case .data where law.name.hasPrefix("data-mixing"): "; use 'windtunnel mix' to find the best mixture"
      default: ""
      }
    return PlanError(
      "the law '\(law.name)' \(known), so it cannot split a budget into size and tokens: that requires a law of "
        + "params and tokens, such as chinchilla, or of flops. 'windtunnel predict' gives its \(law.target) at any "
        + "point\(command)"
    )
  }

  /// The number of distinct tokens, if the law counts them.
  var uniqueTokens: Double? {
    fitted.law.variables.firstIndex { Self.role(of: $0.column) == .uniqueTokens }.map { values[$0] }
  }

  /// Whether the law determines the split of compute into size and tokens, not only the result of compute.
  var splits: Bool { [size, tokens, flops].compactMap { $0 }.count >= 2 }

  /// The possible counts of a size, the likeliest first.
  static let sizeRoles: [Role] = [.params, .paramsNonEmbedding, .activeParams, .denseParams]

  static func role(of column: String) -> Role? {
    let lowercased = column.lowercased()
    return Role.allCases.first { $0.recognizedNames.contains(column) || $0.rawValue == lowercased }
  }

  private static func values(of law: Law, planned: [Int], fixed: [String: Double]) throws(PlanError) -> [Double] {
    var values = [Double](repeating: 1, count: law.variables.count)
    let others = law.variables.indices.filter { !planned.contains($0) }
    for name in fixed.keys.sorted() where !others.contains(where: { law.variables[$0].isCalled(name) }) {
      let known = others.flatMap { [law.variables[$0].name, law.variables[$0].column] }
      let hint =
        nearestName(to: name, among: known).map { "; did you mean '\($0)'?" }
        ?? (known.isEmpty ? "; it has none" : "; its further variables are \(known.joined(separator: ", "))")
      throw PlanError("the law '\(law.name)' has no further variable '\(name)' to fix\(hint)")
    }
    for index in others {
      let variable = law.variables[index]
      guard let value = fixed[variable.name] ?? fixed[variable.column] else {
        throw PlanError(
          "the law '\(law.name)' also depends on \(variable.column) (\(variable.name)); fix its value to plan with it")
      }
      try checkPositive(value, "the fixed value of \(variable.name)")
      values[index] = value
    }
    return values
  }
}

extension ComputeRule {
  /// The rule for a law's own count of its size.
  fileprivate func counting(_ law: Law, at values: [Double]) throws(PlanError) -> ComputeRule {
    guard let formula = law.activeRatio else { return self }
    let known = Dictionary(zip(law.variables.map(\.name), values), uniquingKeysWith: { first, _ in first })
    guard let ratio = try? formula.value(known.filter { formula.names.contains($0.key) }), ratio > 0, ratio.isFinite
    else {
      throw PlanError("the law '\(law.name)' has no active parameters at the given values; check the fixed values")
    }
    var rule = self
    rule.activeRatio = ratio
    return rule
  }
}

extension Law {
  /// The column of the model's size, however it is counted; nil if the law has none.
  public var sizeColumn: String? { sizeVariable.map { variables[$0].column } }

  fileprivate var sizeVariable: Int? {
    let roles = variables.map { PlannableLaw.role(of: $0.column) }
    return PlannableLaw.sizeRoles.lazy.compactMap { roles.firstIndex(of: $0) }.first
  }
}

extension Law.Variable {
  fileprivate func isCalled(_ name: String) -> Bool { self.name == name || column == name }
}
