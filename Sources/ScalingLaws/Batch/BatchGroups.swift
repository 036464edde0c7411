import Formulas
import Tables

/// The groups of a table, each with a model and its target loss, and the variable of the critical batch's power law.
struct BatchGroups {
  struct Group {
    var name: String
    var rows: [Int]
    /// The group's value in the column that the law is over; nil without one.
    var size: Double?
  }

  private(set) var groups: [Group]
  /// The columns whose values name the groups.
  let columns: [String]
  /// The column of sizes by its canonical name; nil if there is none that distinguishes groups.
  private(set) var over: String?

  /// - Throws: ``TableError`` if a requested column is missing, or has several values in a group.
  init(_ runs: RunTable, _ options: BatchOptions) throws(TableError) {
    columns = try options.groups.isEmpty ? Self.usual(runs) : Self.named(options.groups, runs)
    var texts: [[String]] = []
    for column in columns { texts.append(try runs.table.texts(column)) }
    var rows: [String: [Int]] = [:]
    var order: [String] = []
    for row in 0..<runs.rowCount {
      let name = texts.isEmpty ? "all runs" : texts.map { $0[row] }.joined(separator: ", ")
      if rows[name] == nil { order.append(name) }
      rows[name, default: []].append(row)
    }
    groups = order.map { Group(name: $0, rows: rows[$0] ?? []) }
    if let over = options.over {
      guard let resolution = try runs.resolve(over) else { throw runs.missing(over, "for --over") }
      let values = try runs.values(named: over)
      for (index, group) in groups.enumerated() {
        if let row = group.rows.first(where: { !(values[$0].isFinite && values[$0] > 0) }) {
          throw TableError(
            .badData, file: runs.table.name, line: runs.table.line(ofRow: row), column: resolution.column,
            message: "a power law over it needs finite numbers above zero")
        }
        guard let value = Self.single(values, group.rows) else {
          throw TableError(
            .badData, file: runs.table.name, column: resolution.column,
            message:
              "has several values in the group '\(group.name)', so it is not a size of groups; name another with "
              + "--over, or group by it as well with --group")
        }
        groups[index].size = value
      }
      self.over = resolution.role?.rawValue ?? resolution.column
      return
    }
    for role in [Role.params, .paramsNonEmbedding, .activeParams, .tokens] where try runs.column(for: role) != nil {
      let values = try runs.values(for: role)
      let sizes = groups.map { group in Self.single(values, group.rows).flatMap { $0.isFinite && $0 > 0 ? $0 : nil } }
      guard sizes.allSatisfy({ $0 != nil }), groups.count == 1 || Set(sizes).count > 1 else { continue }
      for index in groups.indices { groups[index].size = sizes[index] }
      over = role.rawValue
      return
    }
  }

  /// The value of a column in some rows, if there is only one.
  static func single(_ values: [Double], _ rows: [Int]) -> Double? {
    guard let first = rows.first, rows.allSatisfy({ values[$0] == values[first] }) else { return nil }
    return values[first]
  }

  private static func named(_ names: [String], _ runs: RunTable) throws(TableError) -> [String] {
    var columns: [String] = []
    for name in names {
      guard let resolution = try runs.resolve(name) else { throw runs.missing(name, "to group by") }
      columns.append(resolution.column)
    }
    return columns
  }

  /// The first of the columns that usually distinguish models, and the target loss if it varies within them.
  private static func usual(_ runs: RunTable) throws(TableError) -> [String] {
    var columns: [String] = []
    if let group = try runs.column(for: .group) {
      columns = [group.column]
    } else if let model = runs.table.columns.first(where: { ["model", "model_name"].contains($0.name.lowercased()) }) {
      columns = [model.name]
    } else {
      for role in [Role.params, .paramsNonEmbedding] where columns.isEmpty {
        if let resolution = try runs.column(for: role) { columns = [resolution.column] }
      }
    }
    guard let target = runs.table.columns.first(where: { $0.name.lowercased() == "target_loss" }) else {
      return columns
    }
    let targets = try runs.table.texts(target.name)
    let names = try columns.first.map { name throws(TableError) in try runs.table.texts(name) }
    let pairs = Set(targets.indices.map { [names?[$0] ?? "", targets[$0]] })
    return pairs.count > Set(names ?? [""]).count ? columns + [target.name] : columns
  }
}
