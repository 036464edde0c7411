import Fitting
import Formulas
import Tables

/// Caballero et al. 2023 (arXiv 2210.14891): power laws joined by smooth breaks.
///
/// `y = a + b x^(-c0) Π_i (1 + (x/d_i)^(1/f_i))^(-c_i f_i)`: each break adds c_i to the slope in logarithms, around d_i
/// and over f_i. A sharp break is a large power of a large ratio, so `f log(1 + (x/d)^(1/f))` is written as
/// `f logsumexp(0, log(x/d)/f)`, which is the same and cannot overflow.
extension Law {
  static func brokenPowerLaws() throws -> [Law] {
    [
      try broken(
        "bnsl", title: "a curve over any scale x: a power law with one smooth break",
        formula: "a + b*x^(-c0)*exp(-c1*f1*logsumexp(0, log(x/d1)/f1))", span: 1e3...1e9,
        parameters: [
          .positive("a", 1e-3...3), .positive("b", 0.1...1e6), slope("c0", -0.1...1), bend("c1", -1...2),
          .positive("d1", 10...1e11), .positive("f1", 0.03...3),
        ], notes: []),
      try broken(
        "bnsl-2", title: "a curve over any scale x: a power law with two smooth breaks",
        formula: "a + b*x^(-c0)*exp(-c1*f1*logsumexp(0, log(x/d1)/f1) - c2*f2*logsumexp(0, log(x/(d1*r2))/f2))",
        span: 1e2...1e10,
        parameters: [
          .positive("a", 1e-2...1), .positive("b", 0.1...1e4), slope("c0", -0.1...0.4), bend("c1", -1...1.5),
          .positive("d1", 10...1e10), .positive("f1", 0.03...3), bend("c2", -1...1.6),
          ParameterDomain("r2", lower: 1, startRange: 3...1e4, startsLogarithmic: true), .positive("f2", 0.03...3),
        ],
        notes: ["The second break lies at d2 = r2*d1 with r2 above 1, which fixes the order of the breaks."]),
    ]
  }

  private static func broken(
    _ name: String, title: String, formula: String, span: ClosedRange<Double>, parameters: [ParameterDomain],
    notes: [String]
  ) throws -> Law {
    Law(
      name: name, family: .downstream, title: title, formula: try Formula(formula),
      variables: [Variable("x", column: "x", span: span)], parameters: parameters,
      objective: Objective(.leastSquares, residual: .log),
      notes: notes + [
        "x is any scale: name its column with --rename 'Seen Examples=x'. If no column is x, it is the step of a "
          + "curve.",
        "A break that no run has passed is not determined, and a curve of few points has several nearly equal optima: "
          + "check the starts and the intervals before extrapolating.",
        "A break narrower than the gap between two runs does not determine f below some width. Robust objectives then "
          + "take long to refit: --no-sensitivity skips them.",
      ],
      citation: "Caballero et al. 2023, Broken Neural Scaling Laws")
  }

  /// A law of any scale x, along the steps of a table that has steps and no column x.
  func along(_ runs: RunTable) throws -> Law {
    guard variables.map(\.column) == ["x"], try runs.resolve("x") == nil, try runs.column(for: .steps) != nil
    else {
      return self
    }
    var law = self
    law.variables[0].column = Role.steps.rawValue
    return law
  }

  // The bounds of slopes keep a search from a break beyond the runs that is ever farther away and steeper.
  private static func slope(_ name: String, _ starts: ClosedRange<Double>) -> ParameterDomain {
    ParameterDomain(name, lower: -2, upper: 3, startRange: starts)
  }

  private static func bend(_ name: String, _ starts: ClosedRange<Double>) -> ParameterDomain {
    ParameterDomain(name, lower: -12, upper: 12, startRange: starts)
  }
}
