import Fitting
import Tables

/// A comparison of predictions with measured steps.
public struct CostCheck: Sendable {
  /// One measured step with its prediction.
  public struct Row: Sendable {
    public let step: MeasuredStep
    public let layout: Layout
    /// Nil if the layout cannot run.
    public let seconds: Double?
    public let memoryBytes: Double?
    /// The reason why the layout cannot run or does not fit; nil if it fits.
    public let refusal: String?

    /// Predicted over measured time, minus 1.
    public var error: Double? {
      guard let seconds, let measured = step.seconds else { return nil }
      return seconds / measured - 1
    }

    /// Predicted over measured memory, minus 1.
    public var memoryError: Double? {
      guard let memoryBytes, let measured = step.memoryBytes else { return nil }
      return memoryBytes / measured - 1
    }
  }

  public let rows: [Row]

  /// Predicts every step.
  ///
  /// - Parameter efficiency: that of the steps' accelerator; its default if nil.
  public init(_ steps: [MeasuredStep], efficiency: Efficiency? = nil) throws(CostError) {
    var rows: [Row] = []
    for step in steps {
      let model = try StepModel(step.workload, on: step.cluster, efficiency: efficiency)
      let layout = step.layout(model)
      var refusal: String?
      do { try model.check(layout) } catch { refusal = error.description }
      // A measured step did run, whatever the checks say.
      let isKnown = step.seconds != nil || refusal == nil
      let memory = isKnown ? model.memory(layout).total : nil
      if refusal == nil, let memory, memory > step.cluster.accelerator.usableMemoryBytes {
        refusal = "out of memory: \(formatBytes(memory))"
      }
      rows.append(
        Row(
          step: step, layout: layout, seconds: isKnown ? model.time(layout).total : nil, memoryBytes: memory,
          refusal: refusal))
    }
    self.rows = rows
  }

  private init(rows: [Row]) { self.rows = rows }

  /// The rows of each source, in the order of their first row.
  public var bySource: [(source: String, check: CostCheck)] {
    var order: [String] = []
    var groups: [String: [Row]] = [:]
    for row in rows {
      if groups[row.step.source] == nil { order.append(row.step.source) }
      groups[row.step.source, default: []].append(row)
    }
    return order.map { ($0, CostCheck(rows: groups[$0] ?? [])) }
  }

  /// The absolute relative errors of the times, in ascending order.
  public var errors: [Double] { rows.compactMap { $0.error.map(abs) }.sorted() }

  public var meanError: Double? { errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count) }
  public var medianError: Double? {
    errors.isEmpty ? nil : (errors[(errors.count - 1) / 2] + errors[errors.count / 2]) / 2
  }
  /// The 90th percentile of the errors.
  public var ninthDecile: Double? { errors.isEmpty ? nil : quantile(0.9) }

  /// The mean absolute relative error of the memory, if it was measured.
  public var meanMemoryError: Double? {
    let errors = rows.compactMap { $0.memoryError.map(abs) }
    return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
  }

  /// The ranking of layouts within a model on a cluster, for groups with at least five rows.
  public var ranking: [GroupRanking] {
    var groups: [String: [(predicted: Double, measured: Double)]] = [:]
    for row in rows {
      guard let seconds = row.seconds, let measured = row.step.seconds else { continue }
      groups[row.step.group, default: []].append((seconds, measured))
    }
    return groups.keys.sorted().compactMap { name in
      guard let pairs = groups[name], pairs.count >= 5,
        let chosen = pairs.min(by: { $0.predicted < $1.predicted }), let best = pairs.map(\.measured).min()
      else { return nil }
      return GroupRanking(
        group: name, count: pairs.count,
        correlation: rankCorrelation(pairs.map(\.predicted), pairs.map(\.measured)) ?? 0,
        regret: chosen.measured / best - 1)
    }
  }

  /// The number of rows with a status that were correctly predicted to run or not, and the number of rows with a
  /// status.
  public var fits: (right: Int, of: Int) {
    let labeled = rows.filter { $0.step.ran != nil }
    return (labeled.count { ($0.refusal == nil) == $0.step.ran }, labeled.count)
  }

  private func quantile(_ share: Double) -> Double {
    let errors = errors
    return errors[min(errors.count - 1, Int(share * Double(errors.count)))]
  }
}

/// The ranking of the layouts of one model on one cluster.
public struct GroupRanking: Sendable, Hashable {
  public let group: String
  public let count: Int
  /// Spearman's rank correlation of predicted and measured times.
  public let correlation: Double
  /// The relative excess in time of the layout predicted to be fastest over the fastest one.
  public let regret: Double
}
