import Documents
import Foundation

/// A finding that a reader of a fit should know, as a plain sentence.
public struct Diagnostic: Hashable, Sendable, Codable {
  public enum Severity: String, Hashable, Sendable, Codable, CaseIterable {
    case info, warning, error
  }

  /// A stable identifier to match: `flat_direction`.
  public let code: String
  public let severity: Severity
  public let message: String

  public init(_ code: String, _ severity: Severity, _ message: String) {
    self.code = code
    self.severity = severity
    self.message = message
  }
}

extension FitProblem {
  /// The findings from an optimum and its residuals.
  ///
  /// - Parameters:
  ///   - variables: the formula's columns, by name.
  ///   - lines: each run's line in its file, to refer to.
  public func diagnose(
    _ optimum: Optimum, _ covariance: Covariance, variables: [(name: String, values: [Double])], lines: [Int]
  ) -> [Diagnostic] {
    let residuals = residuals(at: optimum.parameters)
    return convergence(optimum, covariance) + bounds(optimum) + endless(optimum) + design(variables)
      + flatness(covariance)
      + correlations(covariance) + trends(residuals, variables) + outliers(residuals, lines)
  }

  private func convergence(_ optimum: Optimum, _ covariance: Covariance) -> [Diagnostic] {
    var found: [Diagnostic] = []
    let starts = optimum.starts
    // On the floor of a valley without a minimum no search converges; another finding reports that it is flat.
    let size = zip(observed, weights).reduce(0) { $0 + $1.1 * (objective.residual == .log ? 1 : $1.0 * $1.0) }
    let isFloor = isHopeless(covariance) && optimum.gradientNorm <= 1e-9 * size
    if !optimum.converged, !isFloor {
      found.append(
        Diagnostic(
          "not_converged", .error,
          "the search did not converge (gradient norm \(short(optimum.gradientNorm))): do not use this fit; "
            + "try more starts, or fewer parameters"))
    }
    if starts.distinctOptima > 1, starts.atBest * 2 < starts.tried {
      found.append(
        Diagnostic(
          "several_optima", .warning,
          "the starts ended at \(starts.distinctOptima) different optima and only \(starts.atBest) of \(starts.tried) "
            + "at the best: there may be a better one; try --starts with a larger number"))
    }
    return found
  }

  private func bounds(_ optimum: Optimum) -> [Diagnostic] {
    zip(domains, optimum.parameters).compactMap { domain, value in
      let scale = max(abs(domain.startRange.lowerBound), abs(domain.startRange.upperBound), 1e-300)
      let edges = [domain.lower, domain.upper].compactMap { $0 }
      guard let edge = edges.first(where: { abs(value - $0) < 1e-6 * min(scale, max(1, abs($0))) }) else { return nil }
      return Diagnostic(
        "optimum_at_bound", .warning,
        "\(domain.name) has reached its bound \(short(edge)): the runs fit best without its term; its interval means "
          + "nothing, and the formula may have a term too many")
    }
  }

  /// Whether a parameter has grown so large that the runs cannot distinguish it from any larger value.
  public func isEndless(_ index: Int, at parameters: [Double]) -> Bool {
    guard domains[index].upper == nil, parameters[index] > Self.farAway * domains[index].startRange.upperBound else {
      return false
    }
    var larger = parameters
    larger[index] *= Self.farAway
    return zip(bound.values(parameters: parameters), bound.values(parameters: larger)).allSatisfy { value, other in
      abs(other - value) <= 1e-9 * abs(value)
    }
  }

  /// The factor above the start range beyond which no value is plausible.
  private static let farAway = 1000.0

  private func endless(_ optimum: Optimum) -> [Diagnostic] {
    domains.indices.filter { isEndless($0, at: optimum.parameters) }.map { index in
      Diagnostic(
        "optimum_without_end", .warning,
        "\(domains[index].name) has grown without limit: the runs cannot distinguish it from any larger value; treat "
          + "its interval as a lower limit, and do not rely on it beyond the range of the runs")
    }
  }

  /// Whether the runs vary their columns independently of each other.
  private func design(_ variables: [(name: String, values: [Double])]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    let used = observed.indices.filter { weights[$0] > 0 }
    for (name, values) in variables {
      let distinct = distinctValues(used.map { values[$0] })
      if distinct < 4 {
        let severity = distinct < 3 ? Diagnostic.Severity.error : .warning
        found.append(
          Diagnostic(
            "too_few_values", severity,
            "the runs have only \(distinct) different value\(distinct == 1 ? "" : "s") of \(name): a power law in "
              + "\(name) with an offset needs at least 3, and 5 or more to be credible"))
      }
    }
    for (i, first) in variables.enumerated() {
      for second in variables.prefix(i) {
        let pairs = used.map { (log(first.values[$0]), log(second.values[$0])) }
        guard pairs.allSatisfy({ $0.0.isFinite && $0.1.isFinite }), let r = pearson(pairs), abs(r) > 0.999 else {
          continue
        }
        found.append(
          Diagnostic(
            "ill_conditioned_design", .error,
            "\(second.name) and \(first.name) move together in these runs (correlation \(NumberText.fixed(r, 5)) in "
              + "logarithms): the runs cannot separate their effects, and neither can a fit; add runs of one size on "
              + "several token counts")
        )
      }
    }
    return found
  }

  private func flatness(_ covariance: Covariance) -> [Diagnostic] {
    guard covariance.conditionNumber > 1e8 else { return [] }
    let involved = zip(domains, covariance.flattest).filter { abs($0.1) > 0.3 }.map(\.0.name)
    let hopeless = isHopeless(covariance)
    return [
      Diagnostic(
        "flat_direction", hopeless ? .error : .warning,
        "\(involved.joined(separator: ", ")) can change together with hardly any change of the objective (condition "
          + "number \(short(covariance.conditionNumber))): "
          + "\(hopeless ? "the runs do not determine them" : "they are weakly determined") "
          + "one by one, though predictions among the runs may still be good")
    ]
  }

  /// Whether the runs leave some direction undetermined.
  private func isHopeless(_ covariance: Covariance) -> Bool {
    covariance.conditionNumber >= Covariance.singular || covariance.matrix == nil
  }

  private func correlations(_ covariance: Covariance) -> [Diagnostic] {
    guard let matrix = covariance.correlations else { return [] }
    var pairs: [String] = []
    for a in matrix.indices {
      for b in 0..<a where abs(matrix[a][b]) > 0.95 {
        pairs.append("\(domains[b].name) with \(domains[a].name) (\(NumberText.fixed(matrix[a][b], 3)))")
      }
    }
    guard !pairs.isEmpty else { return [] }
    return [
      Diagnostic(
        "correlated_parameters", .info,
        "the estimates of \(pairs.joined(separator: "; ")) are strongly correlated: quote them together, never one "
          + "alone"
      )
    ]
  }

  /// Whether residuals still follow a variable: Spearman's rank correlation, with its large-sample standard error.
  private func trends(_ residuals: [Double], _ variables: [(name: String, values: [Double])]) -> [Diagnostic] {
    let used = residuals.indices.filter { weights[$0] > 0 && residuals[$0].isFinite }
    guard used.count > 10 else { return [] }
    let residualRanks = ranks(used.map { residuals[$0] })
    return variables.compactMap { name, values in
      // A trend may bend: check each half of the variable as well.
      let order = used.indices.sorted { values[used[$0]] < values[used[$1]] }
      let parts: [(String, [Int])] = [
        ("", Array(used.indices)), ("the lower half of ", Array(order.prefix(order.count / 2))),
        ("the upper half of ", Array(order.suffix(order.count / 2))),
      ]
      for (part, rows) in parts where rows.count > 10 {
        let variableRanks = ranks(rows.map { values[used[$0]] })
        guard let r = pearson(zip(rows, variableRanks).map { (residualRanks[$0.0], $0.1) }) else { continue }
        let z = r * Double(rows.count - 1).squareRoot()
        if abs(z) > 4 {
          return Diagnostic(
            "residual_trend", .warning,
            "the residuals \(r > 0 ? "rise" : "fall") with \(part)\(name) (rank correlation \(NumberText.fixed(r, 2)), "
              + "z = \(NumberText.fixed(z, 1))): "
              + "the formula misses an effect there, and extrapolation along \(name) carries the error further")
        }
      }
      return nil
    }
  }

  private func outliers(_ residuals: [Double], _ lines: [Int]) -> [Diagnostic] {
    let used = residuals.indices.filter { weights[$0] > 0 }
    let middle = quantile(used.map { residuals[$0] }.sorted(), 0.5)
    let spread = 1.4826 * quantile(used.map { abs(residuals[$0] - middle) }.sorted(), 0.5)
    guard spread > 1e-12 else { return [] }
    let far = used.filter { abs(residuals[$0] - middle) > 6 * spread }
      .sorted { abs(residuals[$0] - middle) > abs(residuals[$1] - middle) }
    guard !far.isEmpty else { return [] }
    let shown = far.prefix(5).map { "line \(lines[$0]) (\(NumberText.fixed(residuals[$0] / spread, 1)))" }
    let more = far.count > 5 ? " and \(far.count - 5) more" : ""
    return [
      Diagnostic(
        "outliers", far.count * 20 > used.count ? .warning : .info,
        "\(far.count) run\(far.count == 1 ? " lies" : "s lie") more than 6 robust standard deviations off: "
          + "\(shown.joined(separator: ", "))\(more); a robust objective gives them little weight, least squares a lot")
    ]
  }
}

/// The number of distinct values, counting those within 0.1 % of each other once: sizes read off a figure repeat so.
private func distinctValues(_ values: [Double]) -> Int {
  var count = 0
  var last = -Double.infinity
  for value in values.sorted() where value > last + 1e-3 * abs(value) {
    count += 1
    last = value
  }
  return count
}

private func short(_ value: Double) -> String { value.isFinite ? NumberText.rounded(value) : "infinite" }
