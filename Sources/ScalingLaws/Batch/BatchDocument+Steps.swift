import Documents
import Fitting
import Foundation
import Tables

extension BatchDocument {
  /// Critical batch sizes from the steps that runs take to one loss, group by group.
  ///
  /// - Throws: `TableError` for columns that are missing or do not hold quantities, or if no group shows a critical
  ///   batch.
  public init(stepsToTarget runs: RunTable, _ options: BatchOptions, record: FitDocument.Runs) throws {
    let column = try Self.batchRole(of: runs)
    _ = try runs.validated(for: [column, .steps])
    let grouping = try BatchGroups(runs, options)
    from = .steps
    unit = column == .batchTokens ? .tokens : .sequences
    overhead = options.overhead
    // Zhang's 256 sequences of 512 tokens.
    let base = options.baseBatch ?? (unit == .tokens ? 131_072 : 256)
    baseBatch = base
    level = options.level
    resamples = options.resamples
    resampling = "residuals"
    seed = options.seed
    self.runs = record
    groupedBy = grouping.columns
    var drawn: [[Definition: [Double]]] = []
    let definitions: [(Definition, (BatchTradeOff) -> Double)] = [
      (.trade, { $0.criticalBatch }), (.overhead, { $0.criticalBatch(overhead: options.overhead, base: base) }),
    ]
    for (index, group) in grouping.groups.enumerated() {
      let own = runs.selecting(rows: group.rows)
      let fit: StepsToTargetFit
      do {
        fit = try StepsToTargetFit(own, batch: column, options, seed: options.seed &+ UInt64(index))
      } catch let error as LawError {
        left.append(Left(group: group.name, reason: error.description))
        continue
      }
      let length = unit == .tokens ? 1 : try Self.sequenceLength(own, options)
      func estimate(_ part: (BatchTradeOff) -> Double) -> Estimate {
        // Draws far beyond all batches only show that there is no bound.
        func bounded(_ draws: [BatchTradeOff]) -> [Double] {
          draws.map { $0.criticalBatch < fit.reach.upperBound ? part($0) : .infinity }
        }
        return Estimate(
          part(fit.tradeOff), draws: bounded(fit.draws), intervalDraws: bounded(fit.intervalDraws),
          level: options.level)
      }
      groups.append(
        Group(
          name: group.name, size: group.size, sequenceLength: unit == .tokens ? nil : length, rows: own.rowCount,
          critical: definitions.map { definition, value in
            CriticalBatch(
              definition: definition, batch: estimate(value),
              tokens: length.map { $0 * value(fit.tradeOff) })
          },
          minSteps: Self.estimate(fit, options, \.minSteps),
          minExamples: Self.estimate(fit, options, \.minExamples),
          observed: zip(fit.batches, fit.steps).map { Observed(batch: $0, steps: $1) },
          frontier: fit.tradeOff.frontier(tested: fit.tested)))
      drawn.append(
        Dictionary(
          definitions.map { definition, value in (definition, fit.draws.map(value)) },
          uniquingKeysWith: { first, _ in first }))
      diagnostics += findings(fit, group.name, base: base, options)
    }
    try closeGroups(of: runs)
    scaling = Scaling(over: grouping.over, groups, drawn, level: options.level)
    diagnostics += disagreement + scalingFindings
  }

  /// The column of batch sizes: sequences, unless there are only tokens.
  public static func batchRole(of runs: RunTable) throws(TableError) -> Role {
    guard try runs.column(for: .batchSequences) == nil, try runs.column(for: .batchTokens) != nil else {
      return .batchSequences
    }
    return .batchTokens
  }

  /// Tokens in a sequence of a group's runs; nil if unknown, or if it varies.
  static func sequenceLength(_ runs: RunTable, _ options: BatchOptions) throws(TableError) -> Double? {
    if let given = options.sequenceLength { return given }
    guard try runs.column(for: .sequenceLength) != nil else { return nil }
    _ = try runs.validated(for: [.sequenceLength])
    return BatchGroups.single(try runs.values(for: .sequenceLength), Array(0..<runs.rowCount))
  }

  /// A note if the definitions differ by more than a factor of 2.
  private var disagreement: [Diagnostic] {
    let ratios = groups.compactMap { group -> (name: String, trade: Double, overhead: Double, ratio: Double)? in
      guard let trade = group.critical(.trade)?.batch.value, let overhead = group.critical(.overhead)?.batch.value
      else {
        return nil
      }
      return (group.name, trade, overhead, max(trade / overhead, overhead / trade))
    }
    guard let most = ratios.max(by: { $0.ratio < $1.ratio }), most.ratio > 2 else { return [] }
    return [
      Diagnostic(
        "definitions_disagree", .warning,
        "the definitions differ by a factor of up to \(NumberText.rounded(most.ratio)) (\(most.name): "
          + "\(formatCount(most.trade)) and \(formatCount(most.overhead))): quote a critical batch with its definition")
    ]
  }

  private static func estimate(
    _ fit: StepsToTargetFit, _ options: BatchOptions, _ part: (BatchTradeOff) -> Double?
  ) -> Estimate? {
    part(fit.tradeOff).map {
      Estimate(
        $0, draws: fit.draws.compactMap(part), intervalDraws: fit.intervalDraws.compactMap(part), level: options.level)
    }
  }

  /// The largest factor by which seeds change the steps to a loss.
  private static let largestRepeat = 1.3

  /// The warnings for one group's estimates.
  private func findings(_ fit: StepsToTargetFit, _ name: String, base: Double, _ options: BatchOptions) -> [Diagnostic]
  {
    var found = fit.faults.map { Diagnostic($0.code, $0.severity, "\(name): \($0.message)") }
    let trade = fit.tradeOff
    let tested = fit.tested
    func count(_ number: Double) -> String { formatCount(number) }
    let distinct = Set(fit.batches).count
    if distinct < 4 {
      found.append(
        Diagnostic(
          "few_batches", .warning,
          "\(name): \(distinct) batch sizes do not show whether steps follow the law; run 4 or more"))
    }
    let repeats = Dictionary(grouping: fit.steps.indices, by: { fit.batches[$0] })
      .map { batch, runs in
        (batch: batch, ratio: (runs.map { fit.steps[$0] }.max() ?? 1) / (runs.map { fit.steps[$0] }.min() ?? 1))
      }
    if let most = repeats.max(by: { ($0.ratio, $0.batch) < ($1.ratio, $1.batch) }), most.ratio > Self.largestRepeat {
      found.append(
        Diagnostic(
          "repeats_differ", .warning,
          "\(name): runs of batch \(count(most.batch)) differ by a factor of \(NumberText.rounded(most.ratio)) in "
            + "steps: if they have different target losses or learning rates, separate them with --group, or keep the "
            + "best with --where"))
    }
    if trade.criticalBatch > tested.upperBound {
      let rest = trade.relativeTime(batch: tested.upperBound)
      found.append(
        Diagnostic(
          "beyond_tested_batches", .warning,
          "\(name): S_min and E_min/S_min lie beyond the largest batch tested, \(count(tested.upperBound)), where "
            + "steps are still \(NumberText.rounded(rest)) times S_min: run larger batches"))
    } else if trade.criticalBatch < tested.lowerBound {
      let rest = trade.relativeCompute(batch: tested.lowerBound)
      found.append(
        Diagnostic(
          "beyond_tested_batches", .warning,
          "\(name): E_min and E_min/S_min lie below the smallest batch tested, \(count(tested.lowerBound)), which "
            + "takes \(NumberText.rounded(rest)) times E_min: run smaller batches"))
    }
    let allowed = trade.criticalBatch(overhead: options.overhead, base: base)
    for (what, batch) in [("the base batch", base), ("the batch of that overhead", allowed)]
    where !tested.contains(batch) {
      found.append(
        Diagnostic(
          "overhead_beyond_tested_batches", .warning,
          "\(name): \(what), \(count(batch)), is not among the batches tested, \(count(tested.lowerBound)) to "
            + "\(count(tested.upperBound)): its ideal scaling is extrapolated"))
    }
    return found
  }
}
