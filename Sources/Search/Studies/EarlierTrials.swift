import Tables

/// A full training that was run elsewhere, whose result a search begins with.
public struct EarlierTrial: Sendable, Hashable {
  /// The configuration.
  public let point: SearchSpace.Point
  /// The losses, one per objective, to be minimized.
  public let losses: [Double]
  /// The amount by which measured constraints are exceeded; nil without such constraints.
  public let excess: Double?

  /// A trial that was run elsewhere.
  public init(_ point: SearchSpace.Point, losses: [Double], excess: Double? = nil) {
    self.point = point
    self.losses = losses
    self.excess = excess
  }
}

/// The trials of a table of results, one row per configuration, with columns for the parameters
/// and metrics; or with the columns of `windtunnel search export` and Optuna's data frames
/// (`params_lr`, `value`, `state`).
public struct EarlierTrials: Sendable {
  /// The name of the table, as its file.
  public let name: String
  /// The usable rows.
  public let trials: [EarlierTrial]
  /// The number of rows whose configuration is not in the space.
  public let outsideCount: Int
  /// The number of rows that failed, have no metric, or were not trained in full.
  public let unfinishedCount: Int

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - table: the results.
  ///   - space: the parameters to read.
  ///   - goals: the metrics to read.
  ///   - measured: constraints whose excess is computed from the table's columns, or read from
  ///     `excess`.
  ///   - fidelity: only rows that reached a full training count.
  /// - Throws: `TableError` for a missing column; ``SearchError`` where no row can be used.
  public init(
    _ table: Table, space: SearchSpace, goals: [Goal], measured: [MeasuredConstraint] = [], fidelity: Fidelity? = nil
  ) throws {
    let table = try table.withoutPrefixes(["params_", "metrics_", "user_attrs_"])
    let columns = try space.parameters.map { parameter -> [String]? in
      guard parameter.condition == nil || table.column(parameter.name) != nil else { return nil }
      return try table.texts(parameter.name)
    }
    let values = try goals.indices.map { index in
      try goals[index].values(in: table, exportedAs: goals.count > 1 ? "values_\(index)" : "value")
    }
    let excess = try measured.map { constraint in
      try table.column("excess").map { _ in try table.numbers("excess") } ?? constraint.excess(table)
    }
    let states = try table.column("state").map { _ in try table.texts("state") }
    let reached = try fidelity.map { fidelity in
      try table.numbers(table.column(fidelity.name) == nil ? "fidelity" : fidelity.name)
    }
    var trials: [EarlierTrial] = []
    var (outside, unfinished) = (0, 0)
    for row in 0..<table.rowCount {
      let losses = goals.indices.map { goals[$0].direction.loss(ofValue: values[$0][row]) }
      let over = measured.isEmpty ? nil : measured.excess(excess.map { $0[row] })
      let isDone = states.map { $0[row].uppercased() == "COMPLETE" } ?? true
      let isFull = reached.map { $0[row] >= fidelity?.full ?? 0 } ?? true
      guard isDone, isFull, losses.allSatisfy(\.isFinite), over?.isFinite ?? true else {
        unfinished += 1
        continue
      }
      let given = zip(space.parameters, columns).compactMap { parameter, column in
        column.flatMap { $0[row].isEmpty ? nil : (parameter.name, ParameterValue(cell: $0[row])) }
      }
      if let point = (try? StartConfiguration(given, in: space))?.point(in: space) {
        trials.append(EarlierTrial(point, losses: losses, excess: over))
      } else {
        outside += 1
      }
    }
    guard !trials.isEmpty else {
      throw SearchError(
        "\(table.name): none of its \(table.rowCount) rows is a trial of this search: \(outside) are outside the space, "
          + "\(unfinished) have no result of a full training")
    }
    name = table.name
    self.trials = trials
    outsideCount = outside
    unfinishedCount = unfinished
  }
}

extension Goal {
  /// The metric's values in a table, from the column of that name or from the column of an export.
  fileprivate func values(in table: Table, exportedAs name: String) throws -> [Double] {
    if table.column(metric) == nil, table.column(name) != nil { return try table.numbers(name) }
    return try measure.values(in: table)
  }
}

extension ParameterValue {
  /// A value as a table writes it, which may be in Python's way.
  fileprivate init(cell: String) {
    switch cell {
    case "True": self = .flag(true)
    case "False": self = .flag(false)
    default: self.init(text: cell)
    }
  }
}

extension Table {
  /// The table without prefixes in the names of its columns, where no other column has the shorter
  /// name.
  fileprivate func withoutPrefixes(_ prefixes: [String]) throws(TableError) -> Table {
    try renaming { name in
      guard let prefix = prefixes.first(where: name.hasPrefix) else { return name }
      let short = String(name.dropFirst(prefix.count))
      return short.isEmpty || column(short) != nil ? name : short
    }
  }
}
