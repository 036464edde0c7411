import Fitting
import Formulas
import Tables

/// The data-mixing law fitted to each of several losses of one table of mixtures.
public struct MixtureFit: Sendable {
  /// The columns of proportions, in the order of the table.
  public let domains: [String]
  /// A fit for each loss.
  public let fits: [LawFit]
  /// The proportions of each run, in the order of the domains.
  public let tried: [[Double]]
  public let runs: RunTable

  /// - Parameters:
  ///   - losses: the columns of losses; all that begin with `loss` if nil.
  ///   - progress: as in ``LawFit``.
  public init(
    _ runs: RunTable, losses: [String]? = nil, _ settings: FitProtocol, progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    self.runs = runs
    let domains = try runs.mixtureColumns()
    self.domains = domains
    let columns = try domains.map { try runs.table.numbers($0) }
    tried = (0..<runs.rowCount).map { row in columns.map { $0[row] } }
    let names = losses ?? Self.losses(of: runs)
    guard !names.isEmpty else {
      throw TableError(
        .badData, file: runs.table.name,
        message: "there is no column of losses: name them loss_…, such as loss_github, or list them with --losses")
    }
    // With the same seed every fit sees the same resamples, so that a draw is a joint draw of all of them.
    fits = try names.map { name in
      try LawFit(try .dataMixing(domains: domains, target: name), to: runs, settings, progress: progress)
    }
  }

  /// The columns of a table that a mixture fit uses as losses.
  public static func losses(of runs: RunTable) -> [String] {
    runs.table.columns.map(\.name).filter { $0.lowercased().hasPrefix("loss") }
  }

  /// The accuracy of a fit's predictions of a loss of mixtures.
  public struct Accuracy: Sendable, Hashable {
    public let loss: String
    /// Spearman's rank correlation of predicted and observed losses; nil if either does not vary.
    public let rankCorrelation: Double?
    /// The root of the mean square of the residuals, in the unit of the loss.
    public let rootMeanSquare: Double
  }

  /// The accuracy of the fits' predictions for a table: their own, or a held-out one.
  public func accuracies(on table: RunTable) throws -> [Accuracy] {
    try fits.map { fit in
      let columns = try fit.law.variables.map { try table.values(named: $0.column) }
      let observed = try table.values(named: fit.law.target)
      let predicted = try fit.fittedLaw().predictor(columns: columns).values(parameters: fit.optimum.parameters)
      let squares = zip(predicted, observed).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return Accuracy(
        loss: fit.law.target, rankCorrelation: rankCorrelation(predicted, observed),
        rootMeanSquare: (squares / Double(observed.count)).squareRoot())
    }
  }
}
