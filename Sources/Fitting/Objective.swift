import CVectorMath
import Documents
import Foundation

/// The objective that a fit minimizes: a charge for each run's residual, summed over runs (never averaged).
///
/// The residual is prediction minus observation, of the loss or of its natural logarithm.
public struct Objective: Hashable, Sendable, Codable {
  public enum Kind: Hashable, Sendable {
    /// `r²/2`.
    case leastSquares
    /// Huber (1964): `r²/2` within delta, `delta (|r| − delta/2)` beyond.
    case huber(delta: Double)
    /// `s²/2 log(1 + (r/s)²)`.
    case cauchy(scale: Double)
    /// `s² (√(1 + (r/s)²) − 1)`.
    case softL1(scale: Double)
    /// `|r|`.
    case absolute
    /// `|r|`, times `over` where the prediction exceeds the observation.
    case asymmetricAbsolute(over: Double)
    /// The negative log-likelihood of Huber's density with a fitted scale σ: `h_delta(r/σ) + log σ + log Z(delta)` per
    /// run (the objective of Besiroglu et al. 2024).
    case huberLikelihood(delta: Double)
  }

  public enum Residual: String, Hashable, Sendable, CaseIterable, Codable {
    /// `log prediction − log observation`: errors relative to the loss.
    case log
    /// `prediction − observation`.
    case linear
  }

  public var kind: Kind
  public var residual: Residual

  public init(_ kind: Kind, residual: Residual) {
    self.kind = kind
    self.residual = residual
  }

  /// Hoffmann et al. 2022, equation 3: Huber of 1e-3 on the logarithm of the loss.
  public static let hoffmann = Objective(.huber(delta: 1e-3), residual: .log)
}

extension Objective.Kind {
  /// Reads `huber:1e-3`, `l2`, `l1`, `cauchy:S`, `soft-l1:S`, `asymmetric-mae:10`, `huber-likelihood[:delta]`.
  public init(parsing text: String) throws(ObjectiveError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts[0].lowercased()
    let number = parts.count > 1 ? Double(parts[1]) : nil
    if parts.count > 1, !(number.map { $0.isFinite && $0 > 0 } ?? false) {
      throw ObjectiveError("'\(parts[1])' in the objective '\(text)' is not a positive number")
    }
    if let number, !Self.numbers.contains(number) {
      throw ObjectiveError(
        "\(parts[1]) in the objective '\(text)' is lost in rounding: use a number from 1e-9 to 1e9; l1 and l2 are "
          + "the limits")
    }
    switch (name, number) {
    case ("l2", nil), ("least-squares", nil): self = .leastSquares
    case ("l1", nil), ("absolute", nil): self = .absolute
    case ("huber", let delta): self = .huber(delta: delta ?? 1e-3)
    case ("asymmetric-mae", let over): self = .asymmetricAbsolute(over: over ?? 10)
    case ("huber-likelihood", let delta): self = .huberLikelihood(delta: delta ?? 1e-3)
    case ("cauchy", let scale?): self = .cauchy(scale: scale)
    case ("soft-l1", let scale?): self = .softL1(scale: scale)
    case ("cauchy", nil), ("soft-l1", nil):
      throw ObjectiveError("the objective '\(text)' needs a scale, as in '\(name):0.01'")
    case ("l1", _?), ("l2", _?), ("absolute", _?), ("least-squares", _?):
      throw ObjectiveError("the objective '\(name)' does not take a number")
    default:
      throw ObjectiveError(
        "there is no objective '\(text)'; the objectives are huber:DELTA, l2, l1, cauchy:SCALE, soft-l1:SCALE, "
          + "asymmetric-mae:WEIGHT and huber-likelihood")
    }
  }

  /// Narrower scales are lost in rounding.
  private static let numbers = 1e-9...1e9

  /// The kind without its number.
  public var name: String {
    switch self {
    case .leastSquares: "l2"
    case .huber: "huber"
    case .cauchy: "cauchy"
    case .softL1: "soft-l1"
    case .absolute: "l1"
    case .asymmetricAbsolute: "asymmetric-mae"
    case .huberLikelihood: "huber-likelihood"
    }
  }

  /// Huber's delta, a scale, or the weight of an asymmetric charge.
  public var number: Double? {
    switch self {
    case .leastSquares, .absolute: nil
    case .huber(let number), .cauchy(let number), .softL1(let number), .asymmetricAbsolute(let number),
      .huberLikelihood(let number):
      number
    }
  }

  /// Whether the charge has a corner, or nearly has one.
  var hasCorner: Bool {
    switch self {
    case .absolute, .asymmetricAbsolute, .huberLikelihood: true
    case .leastSquares, .huber, .cauchy, .softL1: false
    }
  }

  /// The text that ``init(parsing:)`` reads.
  public var text: String { number.map { "\(name):\($0)" } ?? name }
}

extension Objective.Kind: DocumentScalar {
  public static let documentKind = "an objective, as huber:0.001 or l2"
  public static let documentExample = "huber:0.001"
  public var documentText: String { text }

  public init(documentText: String) throws { try self.init(parsing: documentText) }
}

/// The error for an objective that cannot be read.
public struct ObjectiveError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

extension Objective {
  /// The smooth charge that a minimizer descends on the way to this objective.
  ///
  /// - Parameters:
  ///   - scale: Huber's delta for kinds with a corner, which are approached as delta goes to 0.
  func charge(scale: Double) -> wt_charge {
    let logarithmic: Int32 = residual == .log ? 1 : 0
    func charge(_ kind: wt_charge_kind, _ scale: Double, over: Double = 1) -> wt_charge {
      wt_charge(kind: Int32(kind.rawValue), logarithmic: logarithmic, scale: scale, over: over)
    }
    return switch kind {
    case .leastSquares: charge(WT_LEAST_SQUARES, 1)
    case .huber(let delta): charge(WT_HUBER, Swift.max(delta, scale))
    case .cauchy(let s): charge(WT_CAUCHY, Swift.max(s, scale))
    case .softL1(let s): charge(WT_SOFT_L1, Swift.max(s, scale))
    case .absolute, .huberLikelihood: charge(WT_HUBER, scale)
    case .asymmetricAbsolute(let over): charge(WT_HUBER, scale, over: over)
    }
  }

  /// The objective for residuals r with weights, exactly as defined; with its fitted scale if it has one.
  func value(residuals: [Double], weights: [Double]) -> (value: Double, scale: Double?) {
    func sum(_ charge: (Double) -> Double) -> Double {
      zip(residuals, weights).reduce(0) { $0 + ($1.1 == 0 ? 0 : $1.1 * charge($1.0)) }
    }
    func huber(_ r: Double, _ delta: Double) -> Double {
      Swift.abs(r) <= delta ? r * r / 2 : delta * (Swift.abs(r) - delta / 2)
    }
    switch kind {
    case .leastSquares: return (sum { $0 * $0 / 2 }, nil)
    case .huber(let delta): return (sum { huber($0, delta) }, nil)
    case .cauchy(let s): return (sum { s * s / 2 * log1p($0 / s * ($0 / s)) }, nil)
    case .softL1(let s): return (sum { $0 * $0 / ((1 + $0 / s * ($0 / s)).squareRoot() + 1) }, nil)
    case .absolute: return (sum { Swift.abs($0) }, nil)
    case .asymmetricAbsolute(let over): return (sum { $0 > 0 ? over * $0 : -$0 }, nil)
    case .huberLikelihood(let delta):
      let scale = huberScale(residuals: residuals, weights: weights, delta: delta)
      let core = (2 * Double.pi).squareRoot() * erf(delta / 2.0.squareRoot())
      let normalizer = core + 2 * exp(-delta * delta / 2) / delta
      let count = weights.reduce(0, +)
      return (sum { huber($0 / scale, delta) } + count * log(scale * normalizer), scale)
    }
  }

  /// The scale that maximizes Huber's likelihood for given residuals, where the charges' slopes by log σ balance.
  func huberScale(residuals: [Double], weights: [Double], delta: Double) -> Double {
    let count = weights.reduce(0, +)
    func excess(_ scale: Double) -> Double {
      zip(residuals, weights).reduce(-count) { total, run in
        let z = Swift.abs(run.0) / scale
        return total + run.1 * z * Swift.min(z, delta)
      }
    }
    let meanAbsolute = zip(residuals, weights).reduce(0) { $0 + $1.1 * Swift.abs($1.0) } / count
    guard meanAbsolute > 0, meanAbsolute.isFinite else { return .leastNormalMagnitude }
    // The excess falls as the scale grows: bisect on the logarithm.
    var low = log(meanAbsolute * Swift.min(delta, 1)) - 20
    var high = log(meanAbsolute * Swift.max(delta, 1)) + 20
    for _ in 0..<200 where high - low > 1e-15 * Swift.abs(low) {
      let middle = (low + high) / 2
      if excess(exp(middle)) > 0 { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }
}
