import Fitting
import Foundation

/// The capacity density of models (Xiao et al. 2024, Densing Law of LLMs, arXiv 2412.04315, section 2): the size at which
/// reference models trained on so many tokens come to a model's score, over the model's own size.
///
/// The reference is a chain of fitted laws: size and tokens to a loss of the task, and the loss to the score.
public struct CapacityDensity: Sendable {
  private let chain: FittedChain
  private let tokens: Double
  /// Rising logarithms of sizes, and what the chain and each of its draws say there: effective sizes lie between.
  private let logSizes: [Double]
  private let best: [Double]
  private let drawn: [[Double]]

  /// How far the search for an effective size goes, in parameters.
  public static let sizes = 1e4...1e16
  private static let mostDraws = 500

  /// - Parameters:
  ///   - tokens: what the reference models are trained on; the paper takes 1T.
  /// - Throws: ``LawError`` where the chain is not of size and tokens alone.
  public init(reference chain: FittedChain, tokens: Double) throws(LawError) {
    let inputs = chain.inputs.map(\.column)
    guard inputs.contains("params"), inputs.allSatisfy({ ["params", "tokens"].contains($0) }) else {
      throw LawError(
        "a reference is a law of params and tokens, and what follows from it by --then; this one wants "
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

  /// The size of a reference model of this score; nil where none has it.
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

  /// The last stretch of a row of values in which it passes a score.
  private static func crossing(_ values: [Double], _ score: Double) -> Int? {
    values.indices.dropLast().last { place in
      let (a, b) = (values[place], values[place + 1])
      return a.isFinite && b.isFinite && a != b && min(a, b) <= score && score <= max(a, b)
    }
  }
}

/// How the density of the best models grows: `log density = A t + B` over the models that were denser than all before
/// (Xiao et al. 2024, equation 7).
public struct DensityTrend: Codable, Sendable, Equatable {
  /// A a day.
  public var slope: Double
  public var intercept: Double
  public var rSquared: Double
  /// In days: log(2)/A.
  public var doublingDays: Double
  /// How many models were denser than all before.
  public var records: Int

  /// By least squares; nil for fewer than three records.
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

  /// The models that were denser than all of earlier days, and the densest of their own.
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
  /// What the last law says of sizes: of the fit itself, or of one of its draws.
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
