import Documents
import Fitting
import Foundation
import Tables

/// The identifiability of a law's parameters: the spectrum of the information at the optimum, and how far each
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
    let ends = mapInParallel(
      profileEndCount, threads: settings.threads, state: {}, body: { index, _ in profileEnd(index) })
    return identifiability(ends)
  }

  /// The sensitivities and the identifiability of a fit together: what takes long of either is done side by side.
  ///
  /// - Parameter target: the budget in FLOP at which optimal sizes are compared.
  public func examine(target: Double? = nil) -> (sensitivities: [SensitivityRow], identifiability: Identifiability?) {
    let variants = variants
    let profiles = profileEndCount
    let found = mapInParallel(
      variants.count + profiles, threads: settings.threads, state: {},
      body: { index, _ -> (optimum: Optimum?, end: ProfileEnd?) in
        // Last what is short, so that no thread is left alone with what is long.
        index < variants.count
          ? (refit(variants[index].problem), nil) : (nil, profileEnd(index - variants.count))
      })
    return (
      sensitivityRows(variants, found.prefix(variants.count).map(\.optimum), target),
      identifiability(found.dropFirst(variants.count).map(\.end))
    )
  }

  /// Two for each parameter, or none where there are no profiles.
  private var profileEndCount: Int {
    problem.observed.count <= Self.mostProfiled && !covariance.eigenvalues.isEmpty ? 2 * law.parameters.count : 0
  }

  /// The lower ends of the parameters' profiles at even numbers, the upper ones at odd.
  private func profileEnd(_ number: Int) -> ProfileEnd? {
    let index = number / 2
    let value = optimum.parameters[index]
    let domain = law.parameters[index]
    // A standard error in the coordinate of the search: relative where that is a logarithm.
    let error = covariance.standardErrors?[index] ?? abs(value)
    let isLogarithmic = domain.lower != nil || domain.upper != nil
    let width = isLogarithmic ? min(max(error / max(abs(value), 1e-300), 1e-4), 1) : max(error, 1e-6 * abs(value))
    return problem.profileEnd(
      of: index, number % 2 == 0 ? .below : .above, around: optimum, level: settings.level, width: width)
  }

  private func identifiability(_ ends: [ProfileEnd?]) -> Identifiability? {
    guard !ends.isEmpty else { return nil }
    let best = problem.bound.values(parameters: optimum.parameters)
    var profiles: [String: [Double?]] = [:]
    var changes: [String: Double] = [:]
    for (index, name) in law.parameterNames.enumerated() {
      guard let below = ends[2 * index], let above = ends[2 * index + 1] else { continue }
      let profile = ProfileInterval(of: index, below, above)
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

  /// The parameters that are free, and whether that matters for predictions.
  public func identifiabilityDiagnostics(_ found: Identifiability) -> [Diagnostic] {
    let residuals = logResiduals.map(abs).sorted()
    let scatter = residuals.isEmpty ? nil : 1.4826 * quantile(residuals, 0.5)
    return law.parameterNames.enumerated().compactMap { index, name in
      guard let profile = found.profiles[name], profile.contains(where: { $0 == nil }) else { return nil }
      let range =
        switch (profile[0], profile[1]) {
        case (let low?, nil): "any value from \(NumberText.rounded(low)) up"
        case (nil, let high?): "any value up to \(NumberText.rounded(high))"
        default: "any value"
        }
      let change = found.predictionChange[name]
      let isHarmless = change.flatMap { change in scatter.map { change <= $0 } } ?? false
      let effect = change.map { change in
        isHarmless
          ? "; the predictions at the runs then change by at most \(NumberText.percent(change)), less than the runs scatter, so "
            + "they are determined where the parameter is not"
          : "; the predictions at the runs change by up to \(NumberText.percent(change))"
      }
      return Diagnostic(
        "free_parameter", .warning,
        "\(name) is not bounded on both sides at \(NumberText.percent(settings.level)): the runs allow \(range), with the other "
          + "parameters making up for it\(effect ?? "")")
    }
  }

  /// Other optima that fit nearly as well, with what they would say of the exponents.
  public var equivalentOptimaDiagnostics: [Diagnostic] {
    let near = optimum.others.filter { $0.value <= optimum.value + 0.01 * abs(optimum.value) }
    guard !near.isEmpty else { return [] }
    let shown = near.prefix(3).map { other in
      zip(law.parameterNames, other.parameters).map { "\($0) = \(NumberText.rounded($1))" }.joined(separator: ", ")
    }
    return [
      Diagnostic(
        "equivalent_optima", .warning,
        "\(near.count) other optim\(near.count == 1 ? "um fits" : "a fit") within 1 % as well: \(shown.joined(separator: "; ")): do "
          + "not read meaning into single parameters")
    ]
  }
}
