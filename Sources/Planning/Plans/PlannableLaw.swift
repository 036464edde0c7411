import Documents
import Formulas
import ScalingLaws
import Tables

/// A fitted law seen as a loss over size and tokens, with its other variables given.
struct PlannableLaw {
  let fitted: FittedLaw
  let rule: ComputeRule
  /// The law's formula over its variables, whose gradient is by the variables; the law's parameters are its columns.
  let compiled: CompiledFormula
  /// Where size, tokens and compute are among the variables.
  let size: Int?
  let tokens: Int?
  let flops: Int?
  /// A value a variable; of size, tokens and compute it is replaced.
  let values: [Double]

  init(_ fitted: FittedLaw, fixed: [String: Double], rule: ComputeRule) throws(PlanError) {
    self.fitted = fitted
    let law = fitted.law
    let roles = law.variables.map { Self.role(of: $0.column) }
    size = law.sizeVariable
    tokens = roles.firstIndex(of: .tokens)
    flops = roles.firstIndex(of: .flops)
    // What no value of a further variable would mend is said before any is asked for.
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

  /// That a law leaves nothing to choose within a budget, and what answers questions of it instead.
  private static func refusal(of law: Law) -> PlanError {
    let columns = law.variables.filter { !$0.isPiece }.map(\.column)
    let known =
      columns.isEmpty ? "knows no size and no tokens" : "gives \(law.target) from \(columns.joined(separator: ", "))"
    let command =
      switch law.family {
      case .fineTuning: "; which model to fine-tune, 'windtunnel select' tells from the runs themselves"
      case .batch: "; what batch to train with, 'windtunnel batch' tells from the runs themselves"
      case .data where law.name.hasPrefix("data-mixing"): "; the best mixture, 'windtunnel mix' finds"
      default: ""
      }
    return PlanError(
      "the law '\(law.name)' \(known), so it cannot say how to split a budget into size and tokens: that takes a law of "
        + "params and tokens, such as chinchilla, or of flops. 'windtunnel predict' gives its \(law.target) at any point\(command)"
    )
  }

  /// The distinct tokens that there are, where the law counts them.
  var uniqueTokens: Double? {
    fitted.law.variables.firstIndex { Self.role(of: $0.column) == .uniqueTokens }.map { values[$0] }
  }

  /// Whether the law tells how to split compute into size and tokens, not only what compute gives.
  var splits: Bool { [size, tokens, flops].compactMap { $0 }.count >= 2 }

  /// What a size may be counted as, the likeliest first.
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
        ?? (known.isEmpty ? "; it has none" : "; there are \(known.joined(separator: ", "))")
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
      throw PlanError("the law '\(law.name)' has no active parameters at the values given; check what is fixed")
    }
    var rule = self
    rule.activeRatio = ratio
    return rule
  }
}

extension Law {
  /// The column of the model's size, however it is counted; nil where the law has none.
  public var sizeColumn: String? { sizeVariable.map { variables[$0].column } }

  fileprivate var sizeVariable: Int? {
    let roles = variables.map { PlannableLaw.role(of: $0.column) }
    return PlannableLaw.sizeRoles.lazy.compactMap { roles.firstIndex(of: $0) }.first
  }
}

extension Law.Variable {
  fileprivate func isCalled(_ name: String) -> Bool { self.name == name || column == name }
}
