import Documents
import Fitting
import Foundation
import Tables

/// The capacity densities of models and their trend as a document, `windtunnel.density/1`.
public struct DensityDocument: Document, Equatable {
  public static let schema = "windtunnel.density/1"
  public static let kind = "density document"
  public static let remedy = "write one with 'windtunnel density MODELS --fit FIT --output FILE'"

  public var runs: FitDocument.Runs
  /// The laws of the reference, and the training tokens of its models.
  public var reference: [String]
  public var tokens: Double
  /// The column of the models' scores.
  public var score: String
  public var level: Double
  public var seed: UInt64
  public var models: [Model]
  /// Nil without dates, or with fewer than three models that were denser than all before.
  public var trend: Trend?
  public var warnings: [String]
  public var citation: String
  public var tool: String

  public struct Model: Codable, Sendable, Equatable {
    public var model: String
    public var params: Double
    public var score: Double
    /// Days from the first date in the table.
    public var days: Double?
    /// Nil if no reference model of any size has the score.
    public var effectiveParams: Double?
    public var density: Double?
    public var interval: [Double]?
    /// Whether it was denser than all before.
    public var isRecord: Bool
  }

  public struct Trend: Codable, Sendable, Equatable {
    public var best: DensityTrend
    /// The interval of the doubling time in days, over resamples of the models and draws of the reference.
    public var doublingInterval: [Double]?
    public var slopeInterval: [Double]?
  }

  /// The settings of the computation.
  public struct Request: Sendable {
    /// The column of scores; the target of the reference if nil.
    public var score: String?
    /// The column of dates (2024-03-31) or of days; none if nil.
    public var date: String?
    public var tokens = 1e12
    public var resamples = 1000
    public var level = 0.9
    public var seed: UInt64 = 0

    public init() {}
  }

  /// - Throws: `TableError` for a column that is missing or invalid, ``LawError`` for a reference of other inputs.
  public init(_ table: RunTable, reference chain: FittedChain, _ request: Request, runs: FitDocument.Runs) throws {
    let column = request.score ?? chain.links.last?.law.target ?? ""
    _ = try table.validated(for: [.params])
    let sizes = try table.values(for: .params)
    let scores = try table.values(named: column)
    if let row = scores.firstIndex(where: { !$0.isFinite }) {
      throw TableError(
        .badData, file: table.table.name, line: table.table.line(ofRow: row), column: column,
        message: "the score is missing or not finite; leave the model out with --where '\(column) > 0'")
    }
    let days = try request.date.map { try Self.days(table, $0) }
    let density = try CapacityDensity(reference: chain, tokens: request.tokens)
    let role: Role? = try [Role.model, .run].first { try table.column(for: $0) != nil }
    let names = try role.map { try table.labels(for: $0) }
    let found = scores.map { density.effectiveSize(score: $0) }
    let drawn = scores.map { density.drawnSizes(score: $0) }
    let known = found.indices.filter { found[$0] != nil }
    let densities = found.indices.map { (found[$0] ?? .nan) / sizes[$0] }
    let records = days.map { days in
      DensityTrend.records(days: known.map { days[$0] }, densities: known.map { densities[$0] }).map { known[$0] }
    }
    models = found.indices.map { index in
      let samples = drawn[index].compactMap { $0.map { $0 / sizes[index] } }
      // Draws without an effective size are not random: with half of them or more there is no interval.
      let ends = 2 * samples.count > drawn[index].count ? percentileInterval(samples, level: request.level) : nil
      return Model(
        model: names?[index] ?? "line \(table.table.line(ofRow: index))", params: sizes[index], score: scores[index],
        days: days?[index], effectiveParams: found[index], density: found[index].map { $0 / sizes[index] },
        interval: ends.map { [$0.lowerBound, $0.upperBound] }, isRecord: records?.contains(index) ?? false)
    }
    trend = days.flatMap { Self.trend($0, sizes, densities, drawn, known, request) }
    self.runs = runs
    reference = chain.links.map(\.law.name)
    tokens = request.tokens
    score = column
    level = request.level
    seed = request.seed
    warnings = Self.warnings(models, chain, hasDates: days != nil, trend)
    citation = "Xiao et al. 2024, Densing Law of LLMs"
    tool = "windtunnel \(windtunnelVersion)"
  }

  private static func trend(
    _ days: [Double], _ sizes: [Double], _ densities: [Double], _ drawn: [[Double?]], _ known: [Int],
    _ request: Request
  ) -> Trend? {
    guard let best = DensityTrend(days: known.map { days[$0] }, densities: known.map { densities[$0] }) else {
      return nil
    }
    let random = Random(seed: request.seed)
    let again = (0..<request.resamples).compactMap { resample -> DensityTrend? in
      let picked = known.map { _ in known[random.integer(below: known.count)] }
      let values = picked.map { index -> Double in
        let draws = drawn[index]
        guard !draws.isEmpty else { return densities[index] }
        return (draws[resample % draws.count] ?? .nan) / sizes[index]
      }
      let kept = values.indices.filter { values[$0].isFinite }
      return DensityTrend(days: kept.map { days[picked[$0]] }, densities: kept.map { values[$0] })
    }
    // Doubling times pass through infinity where the slope passes 0, so the slope's interval is inverted instead.
    let slopes = percentileInterval(again.map(\.slope), level: request.level)
    return Trend(
      best: best,
      doublingInterval: slopes.flatMap { $0.lowerBound > 0 ? [log(2) / $0.upperBound, log(2) / $0.lowerBound] : nil },
      slopeInterval: slopes.map { [$0.lowerBound, $0.upperBound] })
  }

  /// Days from the first date of a column.
  private static func days(_ table: RunTable, _ column: String) throws -> [Double] {
    guard let resolution = try table.resolve(column) else { throw table.missing(column, "of dates") }
    let style = Date.ISO8601FormatStyle().year().month().day()
    let days = try table.table.texts(resolution.column).enumerated().map { row, text in
      if let number = Double(text), number.isFinite { return number }
      if let date = try? style.parse(text) { return (date.timeIntervalSince1970 / 86_400).rounded() }
      throw TableError(
        .badData, file: table.table.name, line: table.table.line(ofRow: row), column: resolution.column,
        message: "'\(text)' is neither a date such as 2024-03-31 nor a number of days")
    }
    let first = days.min() ?? 0
    return days.map { $0 - first }
  }

  private static func warnings(_ models: [Model], _ chain: FittedChain, hasDates: Bool, _ trend: Trend?) -> [String] {
    var words: [String] = []
    let beyond = models.filter { $0.effectiveParams == nil }.map(\.model)
    if !beyond.isEmpty {
      words.append(
        "no reference model of any size scores as \(beyond.prefix(3).joined(separator: ", "))"
          + "\(beyond.count > 3 ? " and \(beyond.count - 3) more" : ""): they have no density")
    }
    let largest = chain.links.first?.ranges["params"]?.upperBound
    if let largest, let most = models.compactMap(\.effectiveParams).max(), most > 10 * largest {
      words.append(
        "the largest effective size is \(Int((most / largest).rounded())) times the largest reference model: this "
          + "extrapolates"
      )
    }
    if chain.links.contains(where: \.draws.isEmpty) {
      words.append("a law of the reference comes without draws, so the intervals do not include its uncertainty")
    }
    if hasDates, trend == nil {
      words.append("fewer than three models were denser than all before: there is no trend to fit")
    } else if let trend, trend.best.slope <= 0 {
      words.append("the best density does not grow")
    }
    return words
  }
}
