import Documents
import Formulas

/// A table with one row for each run (or checkpoint), whose columns are known by their meaning.
public struct RunTable: Sendable {
  /// The table, after renaming.
  public let table: Table

  /// Takes a table and renames columns: `renames` maps names in the file to the names to use, canonical or not.
  ///
  /// A renamed column keeps its cells, so it should be in the unit of its new name. Throws when a column to rename is
  /// missing, or when two columns would have the same name.
  public init(_ table: Table, renames: [String: String] = [:]) throws(TableError) {
    let names = Set(table.columns.map(\.name))
    for old in renames.keys.sorted() where !names.contains(old) { throw table.missingColumn(old) }
    var taken: Set<String> = []
    let columns = table.columns.map { Column(name: renames[$0.name] ?? $0.name, values: $0.values) }
    for column in columns {
      guard !column.name.isEmpty else {
        throw TableError(.badData, file: table.name, message: "a column cannot be renamed to nothing; give a name")
      }
      guard taken.insert(column.name).inserted else {
        throw TableError(
          .badData, file: table.name, column: column.name,
          message: "after renaming, two columns have this name; rename the other one as well")
      }
    }
    self.init(
      Table(name: table.name, columns: columns, lines: table.lines, fingerprint: table.fingerprint))
  }

  init(_ table: Table) { self.table = table }

  public var rowCount: Int { table.rowCount }

  /// The column of a role, or nil if there is none.
  ///
  /// The canonical name takes precedence over aliases. Several aliases are accepted as one if they have the same value
  /// in every row; otherwise the error names them.
  public func column(for role: Role) throws(TableError) -> Resolution? {
    var canonical: [Resolution] = []
    var aliases: [Resolution] = []
    for column in table.columns {
      guard let recognition = recognize(column.name), recognition.role == role else { continue }
      let resolution = Resolution(column: column.name, role: role, scale: recognition.scale)
      if column.name == role.rawValue { return resolution }
      if recognition.isCanonical { canonical.append(resolution) } else { aliases.append(resolution) }
    }
    let candidates = canonical.isEmpty ? aliases : canonical
    guard let first = candidates.first else { return nil }
    for other in candidates.dropFirst() where !sayTheSame(first, other) {
      let message =
        "columns \(listed(candidates.map(\.column))) could all be '\(role.rawValue)'; choose one with "
        + "--rename '\(first.column)=\(role.rawValue)'"
      throw TableError(.badData, file: table.name, message: message)
    }
    return first
  }

  /// The column that a name in a formula or an option refers to: a column of exactly this name, else the column of the
  /// role that the name stands for (`N`, `D`, `C`, `L`, a canonical name or an alias without a scale); nil if there is
  /// none.
  public func resolve(_ name: String) throws(TableError) -> Resolution? {
    if table.column(name) != nil { return Resolution(column: name, role: recognize(name)?.role, scale: 1) }
    guard let recognition = recognize(name), recognition.scale == 1 else { return nil }
    return try column(for: recognition.role)
  }

  /// The values of a role in its unit, NaN if missing. Throws if there is no such column or it is not numeric.
  public func values(for role: Role) throws(TableError) -> [Double] {
    guard let resolution = try column(for: role) else { throw missingRole(role) }
    return try values(of: resolution)
  }

  /// The values of the column that `name` resolves to, NaN if missing. Throws if there is none or it is not numeric.
  public func values(named name: String) throws(TableError) -> [Double] {
    guard let resolution = try resolve(name) else {
      if let role = recognize(name)?.role { throw missingRole(role) }
      let missing = table.missingColumn(name)
      guard nearestName(to: name, among: table.columns.map(\.name)) == nil else { throw missing }
      throw TableError(
        .badData, file: table.name,
        message: "\(missing.message); if one of them is meant, add --rename 'COLUMN=\(name)'")
    }
    return try values(of: resolution)
  }

  /// The cells of a role as text, such as the names of runs; empty if missing.
  public func labels(for role: Role) throws(TableError) -> [String] {
    guard let resolution = try column(for: role) else { throw missingRole(role) }
    return try table.texts(resolution.column)
  }

  /// The table of these rows (counted from 0), in this order.
  ///
  /// - Precondition: every row is in `0..<rowCount`.
  public func selecting(rows: [Int]) -> RunTable { RunTable(table.selecting(rows: rows)) }

  func values(of resolution: Resolution) throws(TableError) -> [Double] {
    let numbers = try table.numbers(resolution.column)
    return resolution.scale == 1 ? numbers : numbers.map { $0 * resolution.scale }
  }

  private func sayTheSame(_ first: Resolution, _ second: Resolution) -> Bool {
    if first.scale == 1, second.scale == 1,
      let a = try? table.texts(first.column), let b = try? table.texts(second.column), a == b
    {
      return true
    }
    guard let a = try? values(of: first), let b = try? values(of: second) else { return false }
    return zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
  }

  private func missingRole(_ role: Role) -> TableError {
    let names = table.columns.map(\.name)
    let nearest = role.recognizedNames.filter { $0.count > 2 }.compactMap { nearestName(to: $0, among: names) }.first
    // Whether embeddings count is the user's decision, so the other count is proposed and not used.
    let sibling: Role? = role == .params ? .paramsNonEmbedding : role == .paramsNonEmbedding ? .params : nil
    let other = sibling.flatMap { try? column(for: $0) }?.column
    let proposal = other ?? nearest
    let byTheOthers: [Role: [Role]] = [
      .params: [.tokens, .flops], .tokens: [.params, .flops], .flops: [.params, .tokens],
    ]
    let others = (byTheOthers[role] ?? []).filter { (try? column(for: $0)) != nil }
    let derivation =
      others.count == 2
      ? "--derive computes it from '\(others[0].rawValue)' and '\(others[1].rawValue)' by C = 6 N D; or " : ""
    let remedy =
      derivation
      + (proposal.map { "if '\(excerpt($0))' is meant, add --rename '\(excerpt($0))=\(role.rawValue)'" }
        ?? "name it with --rename COLUMN=\(role.rawValue)")
    let message =
      "no column for '\(role.rawValue)' among \(listed(names)); recognized are "
      + "\(listed(Array(role.recognizedNames.prefix(6)))); \(remedy)"
    return TableError(.badData, file: table.name, message: message)
  }
}
