import Documents

/// Predictions compared with measured steps as a document, `windtunnel.cost-check/1`.
public struct CostCheckDocument: Document {
  public static let schema = "windtunnel.cost-check/1"
  public static let kind = "cost check"
  public static let remedy = "write one by 'windtunnel cost check --output'"

  public var file: String
  /// The number of rows left out: those that a calibration was fitted to, or that the user left out.
  public var leftOut: Int
  public var sources: [Source]
  public var rows: [Row]

  /// One source's rows. Errors are relative errors of times; nil if no time was measured.
  public struct Source: Codable, Sendable {
    public var source: String
    public var count: Int
    public var meanAbsoluteError: Double?
    public var medianAbsoluteError: Double?
    public var ninthDecile: Double?
    /// Means over the groups of one model on one cluster.
    public var rankCorrelation: Double?
    public var regret: Double?
    /// The error of the memory, if it was measured.
    public var memoryMeanAbsoluteError: Double?
    public var groups: [Group]
    /// The number of rows correctly predicted to run or not, among those with a status.
    public var fitsRight: Int
    public var fitsOf: Int
  }

  public struct Group: Codable, Sendable {
    public var group: String
    public var count: Int
    public var rankCorrelation: Double
    public var regret: Double
  }

  public struct Row: Codable, Sendable {
    public var id: String
    public var source: String
    public var group: String
    public var measuredSeconds: Double?
    public var predictedSeconds: Double?
    public var measuredBytes: Double?
    public var predictedBytes: Double?
    public var ran: Bool?
    /// The predicted reason for not running.
    public var refusal: String?
    public var microBatch: Int
    public var virtualStages: Int
  }

  public init(_ check: CostCheck, file: String, leftOut: Int) {
    self.file = file
    self.leftOut = leftOut
    sources = check.bySource.map { name, check in
      let ranking = check.ranking
      func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      }
      let fits = check.fits
      return Source(
        source: name, count: check.errors.count, meanAbsoluteError: check.meanError,
        medianAbsoluteError: check.medianError, ninthDecile: check.ninthDecile,
        rankCorrelation: mean(ranking.map(\.correlation)), regret: mean(ranking.map(\.regret)),
        memoryMeanAbsoluteError: check.meanMemoryError,
        groups: ranking.map {
          Group(group: $0.group, count: $0.count, rankCorrelation: $0.correlation, regret: $0.regret)
        }, fitsRight: fits.right, fitsOf: fits.of)
    }
    rows = check.rows.map { row in
      Row(
        id: row.step.id, source: row.step.source, group: row.step.group, measuredSeconds: row.step.seconds,
        predictedSeconds: row.seconds, measuredBytes: row.step.memoryBytes, predictedBytes: row.memoryBytes,
        ran: row.step.ran, refusal: row.refusal, microBatch: row.layout.microBatch,
        virtualStages: row.layout.virtualStages)
    }
  }
}
