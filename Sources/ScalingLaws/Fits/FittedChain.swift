import Fitting
import Formulas

/// Fitted laws in a row, each predicting a variable of the next: size and tokens to a loss, the loss to an accuracy.
///
/// Uncertainty goes through the chain draw by draw: the draws of a link are evaluated at the predictions of the draws of the
/// link before it, first with first. Two fits that resample the same groups with the same seed are thus resampled together;
/// fits of other runs are as good as independent.
public struct FittedChain: Sendable {
  public let links: [FittedLaw]
  /// The variables that must be given: those that no earlier link predicts, each column once.
  public let inputs: [Law.Variable]

  /// - Throws: ``LawError`` where a law has no variable for what the law before it predicts.
  public init(_ links: [FittedLaw]) throws(LawError) {
    var given: [Law.Variable] = []
    var predicted: String?
    for link in links {
      if let predicted, link.law.variable(of: predicted) == nil {
        let names = link.law.variables.map(\.column).joined(separator: ", ")
        throw LawError(
          "'\(link.law.name)' cannot follow: it is a law of \(names), not of the \(predicted) that the law before it predicts"
        )
      }
      let fresh = link.law.variables.filter { variable in
        variable.column != predicted && !given.contains { $0.column == variable.column }
      }
      given += fresh
      predicted = link.law.target
    }
    self.links = links
    inputs = given
  }

  /// The prediction of one link at a point.
  public struct Prediction: Sendable {
    public let value: Double
    /// One a draw; empty where no link so far has any.
    public let draws: [Double]
    /// Draws of a single run's result: each a prediction of a draw with a residual of the runs; empty where a link's
    /// draws or residuals are not known.
    public let single: [Double]
  }

  /// The predictions of the links.
  ///
  /// - Parameters:
  ///   - point: a value a column of ``inputs``.
  ///   - seed: of the residuals that are drawn for single runs.
  public func predictions(at point: [String: Double], seed: UInt64) -> [Prediction] {
    var done: [Prediction] = []
    for (index, link) in links.enumerated() {
      done.append(
        prediction(
          of: link, at: point, after: done.last, predicted: index > 0 ? links[index - 1].law.target : nil,
          seed: seed &+ UInt64(index)))
    }
    return done
  }

  private func prediction(
    of link: FittedLaw, at point: [String: Double], after before: Prediction?, predicted: String?, seed: UInt64
  ) -> Prediction {
    /// The law at parameters, with a value in the place of what the link before predicts.
    func value(_ parameters: [Double], _ carried: Double?) -> Double {
      let columns = link.law.variables.map { variable in
        [variable.column == predicted ? carried ?? .nan : point[variable.column] ?? .nan]
      }
      return link.predictor(columns: columns).values(parameters: parameters)[0]
    }
    /// The law over carried values, each with its draw; the fit itself where one of the two has no draws.
    func paired(_ carried: [Double]) -> [Double] {
      let count = max(link.draws.count, carried.count)
      return (0..<count).map { index in
        value(
          link.draws.isEmpty ? link.parameters : link.draws[index % link.draws.count],
          carried.isEmpty ? before?.value : carried[index % carried.count])
      }
    }
    let draws = paired(before?.draws ?? [])
    let mean = value(link.parameters, before?.value)
    // A later link's runs are single ones only where the link before it has single runs to go on from.
    guard !link.logResiduals.isEmpty, !link.draws.isEmpty, before.map({ !$0.single.isEmpty }) ?? true else {
      return Prediction(value: mean, draws: draws, single: [])
    }
    let around = before.map { paired($0.single) } ?? draws
    return Prediction(
      value: mean, draws: draws, single: singleRuns(around, logResiduals: link.logResiduals, seed: seed))
  }
}
