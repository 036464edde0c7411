import Fitting
import Foundation

/// The capacity density of models (Xiao et al. 2024, Densing Law of LLMs, arXiv 2412.04315, section 2): the size at
/// which reference models trained on a given number of tokens reach a model's score, over the model's own size.
///
/// The reference is a chain of fitted laws: size and tokens to a loss of the task, and the loss to the score.
public struct CapacityDensity: Sendable {
  private let chain: FittedChain
  private let tokens: Double
  /// Ascending logarithms of sizes, and the predictions of the chain and of each draw there: effective sizes are
  /// interpolated.
  private let logSizes: [Double]
  private let best: [Double]
  private let drawn: [[Double]]

  /// The limits of the search for an effective size, in parameters.
  public static let sizes = 1e4...1e16
  private static let mostDraws = 500

  /// - Parameters:
  ///   - tokens: the training tokens of the reference models; 1T in the paper.
  /// - Throws: ``LawError`` unless the chain depends on size and tokens alone.
  public init(reference chain: FittedChain, tokens: Double) throws(LawError) {
    let inputs = chain.inputs.map(\.column)
    guard inputs.contains("params"), inputs.allSatisfy({ ["params", "tokens"].contains($0) }) else {
      throw LawError(
        "a reference is a law of params and tokens, with further laws by --then; this one needs "
          + inputs.joined(separator: ", "))
    }
    self.chain = chain
    self.tokens = tokens
    let (low, high) = (log(Self.sizes.lowerBound), log(Self.sizes.upperBound))
    logSizes = (0...600).map { low + (high - low) * Double($0) / 600 }
    let count = min(Self.mostDraws, chain.links.map(\.draws.count).max() ?? 0)
    let sizes = logSizes.map { exp($0) }
    best = chain.values(params: sizes, tokens: tokens, draw: nil)
    drawn = (0..<count).map { chain.values(params: sizes, tokens: tokens, draw: $0) }
  }

  /// The size of a reference model with this score; nil if none has it.
  public func effectiveSize(score: Double) -> Double? {
    guard let place = Self.crossing(best, score) else { return nil }
    var (low, high) = (logSizes[place], logSizes[place + 1])
    let rising = best[place + 1] > best[place]
    for _ in 0..<50 {
      let middle = (low + high) / 2
      let value = chain.values(params: [exp(middle)], tokens: tokens, draw: nil)[0]
      if (value < score) == rising { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }

  /// The same for each draw of the reference.
  public func drawnSizes(score: Double) -> [Double?] {
    drawn.map { values in
      Self.crossing(values, score).map { place in
        let share = (score - values[place]) / (values[place + 1] - values[place])
        return exp(logSizes[place] + share * (logSizes[place + 1] - logSizes[place]))
      }
    }
  }

  /// The last segment of a row of values that crosses a score.
  private static func crossing(_ values: [Double], _ score: Double) -> Int? {
    values.indices.dropLast().last { place in
      let (a, b) = (values[place], values[place + 1])
      return a.isFinite && b.isFinite && a != b && min(a, b) <= score && score <= max(a, b)
    }
  }
}

/// The growth of the density of the best models: `log density = A t + B` over the models that were denser than all
/// before (Xiao et al. 2024, equation 7).
public struct DensityTrend: Codable, Sendable, Equatable {
  /// A per day.
  public var slope: Double
  public var intercept: Double
  public var rSquared: Double
  /// In days: log(2)/A.
  public var doublingDays: Double
  /// The number of models that were denser than all before.
  public var records: Int

  /// Fitted by least squares; nil for fewer than three records.
  public init?(days: [Double], densities: [Double]) {
    let found = Self.records(days: days, densities: densities)
    guard found.count >= 3, let line = LeastSquaresLine(found.map { days[$0] }, found.map { log(densities[$0]) }),
      let rSquared = line.rSquared
    else { return nil }
    slope = line.slope
    intercept = line.intercept
    self.rSquared = rSquared
    doublingDays = log(2) / slope
    records = found.count
  }

  /// The models that were denser than all of earlier days, and the densest of their own day.
  public static func records(days: [Double], densities: [Double]) -> [Int] {
    let order = days.indices.sorted { (days[$0], -densities[$0], $0) < (days[$1], -densities[$1], $1) }
    var best = -Double.infinity
    return order.filter { index in
      defer { best = max(best, densities[index]) }
      return densities[index] > best
    }
  }
}

extension FittedChain {
  /// The last law's predictions at sizes: from the fit itself, or from one of its draws.
  func values(params: [Double], tokens: Double, draw: Int?) -> [Double] {
    var carried: (column: String, values: [Double])?
    for link in links {
      let columns = link.law.variables.map { variable in
        variable.column == carried?.column
          ? carried?.values ?? []
          : variable.column == "params" ? params : [Double](repeating: tokens, count: params.count)
      }
      let parameters =
        draw.flatMap { link.draws.isEmpty ? nil : link.draws[$0 % link.draws.count] } ?? link.parameters
      carried = (link.law.target, link.predictor(columns: columns).values(parameters: parameters))
    }
    return carried?.values ?? []
  }
}
