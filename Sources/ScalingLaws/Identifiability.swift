import Fitting
import Foundation
import Tables

/// How well runs determine the parameters of a law: the spectrum of the information at the optimum, and how far each
/// parameter can go while the others make up for it.
public struct Identifiability: Codable, Sendable, Equatable {
  /// The eigenvalues of the information matrix scaled to a unit diagonal, rising.
  public var eigenvalues: [Double]
  /// The direction of each: a parameter's share, in the law's order.
  public var directions: [[Double]]
  /// The profile interval of each parameter, null where it is open.
  public var profiles: [String: [Double?]]
  /// The most that any prediction at the runs changes between the ends of a parameter's profile, relative to it.
  public var predictionChange: [String: Double]
}

extension LawFit {
  /// More runs than this are not profiled.
  private static let mostProfiled = 5000

  /// The spectrum and the profiles; nil where the covariance has none, or the runs are too many.
  public func identifiability() -> Identifiability? {
    guard problem.observed.count <= Self.mostProfiled, !covariance.eigenvalues.isEmpty else { return nil }
    let errors = covariance.standardErrors
    let found = mapInParallel(
      law.parameters.count, threads: settings.threads, state: {},
      body: { index, _ -> ProfileInterval? in
        let value = optimum.parameters[index]
        let domain = law.parameters[index]
        // A standard error in the coordinate of the search: relative where that is a logarithm.
        let error = errors?[index] ?? abs(value)
        let isLogarithmic = domain.lower != nil || domain.upper != nil
        let width = isLogarithmic ? min(max(error / max(abs(value), 1e-300), 1e-4), 1) : max(error, 1e-6 * abs(value))
        return problem.profileInterval(of: index, around: optimum, level: settings.level, width: width)
      })
    let best = problem.bound.values(parameters: optimum.parameters)
    var profiles: [String: [Double?]] = [:]
    var changes: [String: Double] = [:]
    for (name, profile) in zip(law.parameterNames, found) {
      guard let profile else { continue }
      profiles[name] = [profile.lower, profile.upper]
      let change = profile.ends.flatMap { end in
        zip(problem.bound.values(parameters: end), best).map { abs($0 / $1 - 1) }
      }.max()
      if let change, change.isFinite { changes[name] = change }
    }
    return Identifiability(
      eigenvalues: covariance.eigenvalues, directions: covariance.directions, profiles: profiles,
      predictionChange: changes)
  }

  /// Which parameters are free, and whether that matters for predictions.
  public func identifiabilityDiagnostics(_ found: Identifiability) -> [Diagnostic] {
    let residuals = logResiduals.map(abs).sorted()
    let scatter = residuals.isEmpty ? nil : 1.4826 * quantile(residuals, 0.5)
    return law.parameterNames.enumerated().compactMap { index, name in
      guard let profile = found.profiles[name], profile.contains(where: { $0 == nil }) else { return nil }
      let range =
        switch (profile[0], profile[1]) {
        case (let low?, nil): "any value from \(significant(low)) up"
        case (nil, let high?): "any value up to \(significant(high))"
        default: "any value"
        }
      let change = found.predictionChange[name]
      let isHarmless = change.flatMap { change in scatter.map { change <= $0 } } ?? false
      let effect = change.map { change in
        isHarmless
          ? "; the predictions at the runs then change by at most \(significant(change * 100)) %, less than the runs scatter, so "
            + "they are determined where the parameter is not"
          : "; the predictions at the runs change by up to \(significant(change * 100)) %"
      }
      return Diagnostic(
        "free_parameter", .warning,
        "\(name) is not bounded on both sides at \(significant(settings.level * 100)) %: the runs allow \(range), with the other "
          + "parameters making up for it\(effect ?? "")")
    }
  }

  /// Other optima that fit nearly as well, with what they would say of the exponents.
  public var equivalentOptimaDiagnostics: [Diagnostic] {
    let near = optimum.others.filter { $0.value <= optimum.value + 0.01 * abs(optimum.value) }
    guard !near.isEmpty else { return [] }
    let shown = near.prefix(3).map { other in
      zip(law.parameterNames, other.parameters).map { "\($0) = \(significant($1))" }.joined(separator: ", ")
    }
    return [
      Diagnostic(
        "equivalent_optima", .warning,
        "\(near.count) other optim\(near.count == 1 ? "um fits" : "a fit") within 1 % as well: \(shown.joined(separator: "; ")): do "
          + "not read meaning into single parameters")
    ]
  }
}
