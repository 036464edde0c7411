import Fitting
import Formulas
import Foundation

extension FitDocument {
  /// Several fits to the same runs as one: the weighted mean of their predictions, as a law whose formula is that mean.
  ///
  /// Draws of the same seed use the same resamples, so they are paired: the laws vary together.
  ///
  /// - Parameter fits: each with its weight, which are 1 together; fits of weight 0 are left out.
  /// - Throws: ``LawError`` if the fits predict different columns or nothing has weight.
  public init(stacking fits: [(fit: LawFit, weight: Double)], exclusions: [Exclusion], notes: [String]) throws {
    let members = fits.filter { $0.weight > 1e-6 }
    guard let first = members.first?.fit, members.allSatisfy({ $0.fit.law.target == first.law.target }) else {
      throw LawError("laws that predict different columns cannot be stacked")
    }
    let total = members.reduce(0) { $0 + $1.weight }
    var terms: [String] = []
    var domains: [ParameterDomain] = []
    var columns: [String: String] = [:]
    for (index, (fit, weight)) in members.enumerated() {
      let law = fit.law
      var names: [String: String] = [:]
      for domain in law.parameters {
        let name = "\(domain.name)_\(index + 1)"
        names[domain.name] = name
        domains.append(domain.renamed(name))
      }
      for variable in law.variables {
        // The same letter may stand for another column in another law.
        let name =
          columns[variable.name] ?? variable.column == variable.column ? variable.name : "\(variable.name)_\(index + 1)"
        names[variable.name] = name
        columns[name] = variable.column
      }
      for (name, value) in law.fixed { names[name] = "(\(value))" }
      terms.append("\(weight / total) * (\(try law.formula.renaming(names).expressionText))")
    }
    let formula = try Formula(terms.joined(separator: " + "))
    let variables = formula.names.compactMap { name in columns[name].map { Law.Variable(name, column: $0) } }
    let law = Law(
      name: "stack", title: "a weighted mean of \(members.map(\.fit.law.name).joined(separator: ", "))",
      formula: formula, target: first.law.target, variables: variables, parameters: domains,
      citation: "Breiman 1996, Stacked regressions; " + members.map(\.fit.law.citation).joined(separator: "; "))
    try self.init(law, of: members.map(\.fit), exclusions: exclusions, notes: notes)
  }

  private init(_ law: Law, of fits: [LawFit], exclusions: [Exclusion], notes: [String]) throws {
    let first = fits[0]
    let count = fits.map(\.draws.parameters.count).min() ?? 0
    let isPaired = fits.allSatisfy { $0.draws.failed == 0 }
    let draws = (0..<count).map { index in fits.flatMap { $0.draws.parameters[index] } }
    let best = fits.flatMap(\.optimum.parameters)
    self.init(first, sensitivity: [], exclusions: exclusions, notes: notes)
    self.law = law
    exponents = nil
    covariance = nil
    conditionNumber = nil
    otherOptima = []
    influence = []
    converged = fits.allSatisfy(\.optimum.converged)
    gradientNorm = fits.map(\.optimum.gradientNorm).max() ?? 0
    bootstrap.draws = draws
    parameters = [:]
    for (index, domain) in law.parameters.enumerated() {
      let values = draws.map { $0[index] }
      let ends = percentileInterval(values, level: first.settings.level)
      let error = standardDeviation(values)
      parameters[domain.name] = Parameter(
        value: best[index], standardError: error.isFinite ? error : nil,
        interval: ends.map { [$0.lowerBound, $0.upperBound] })
    }
    let stacked = try FittedLaw(law: law, parameters: best, ranges: first.ranges, provenance: law.name)
    let columns = try law.variables.map { try first.runs.values(named: $0.column) }
    let predictions = stacked.predictor(columns: columns).values(parameters: best)
    logResiduals = zip(predictions, first.problem.observed).map { log($0) - log($1) }
    objective.value = first.problem.value(of: predictions)
    objective.scale = nil
    diagnostics = fits.flatMap { fit in
      fit.diagnostics.filter { $0.severity == .error }.map {
        Diagnostic($0.code, $0.severity, "\(fit.law.name): \($0.message)")
      }
    }
    if !isPaired {
      diagnostics.append(
        Diagnostic(
          "unpaired_draws", .warning,
          "some resamples have no optimum under some of the laws, so their draws are paired only by position"))
    }
  }
}
