/// Collects the metrics of one step, which some formats write one by one.
///
/// The last step is kept until another begins, because it may not be complete.
struct StepMetrics {
  private var step: Double?
  private var values: [String: Double] = [:]
  private var complete: [[String: Double]] = []

  /// A metric that comes a second time begins another record, because some trainers do not count their steps.
  mutating func add(_ name: String, _ value: Double, step: Double) {
    if step != self.step || values[name] != nil { close() }
    self.step = step
    values[name] = value
  }

  /// The complete records, each with its `step`; at the end all records.
  mutating func take(atEnd: Bool) -> [[String: Double]] {
    if atEnd { close() }
    defer { complete = [] }
    return complete
  }

  private mutating func close() {
    if let step, !values.isEmpty { complete.append(["step": step].merging(values) { _, value in value }) }
    (step, values) = (nil, [:])
  }
}
