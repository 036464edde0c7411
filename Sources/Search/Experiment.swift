import Formulas
import Foundation
import Tables

/// A search as an experiment file describes it, `windtunnel.search/1`.
///
/// ```yaml
/// schema: windtunnel.search/1
/// space:
///   operation: {categorical: [skip, conv1x1, conv3x3]}
///   width:     {ordinal: [16, 32, 64]}
///   layers:    {int: [1, 12]}
/// objective:
///   table: results.csv
///   key: [operation, width, layers]
///   metric: accuracy
///   direction: maximize
/// constraints: ["latency_ms <= 2.9"]
/// algorithm: auto
/// budget: {trials: 200}
/// ```
public struct Experiment: Sendable {
  public let name: String
  public let objective: TableObjective
  public let constraints: [String]
  public let algorithm: AlgorithmName
  /// The most trials; nil for as many as the cost allows.
  public let trials: Int?
  /// The most cost, in the unit of the table's column; trials begin while less than this is spent.
  public let cost: Double?
  public let seed: UInt64

  public static let schema = "windtunnel.search/1"
  static let defaultTrials = 100

  /// - Throws: ``FileError``, ``TableError``, ``SearchError`` or ``FormulaError`` with the place in the file where it has one.
  public init(path: String) throws {
    let file = try YAMLSection(
      path: path, kind: "experiment file", schema: Self.schema,
      keys: ["schema", "name", "space", "objective", "constraints", "algorithm", "budget", "seed"])
    name = try file.text("name") ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    constraints = try file.texts("constraints") ?? []
    algorithm = try file.choice("algorithm", AlgorithmName.self) ?? .auto
    seed =
      try file.text("seed").map { text in
        guard let seed = UInt64(text) else { throw file.fault("seed", "it should be a whole number from 0") }
        return seed
      } ?? 0

    let budget = try file.section("budget", example: "budget: {trials: 200}", isSubject: false)
    try budget?.checkKeys(["trials", "cost"])
    cost = try budget?.quantity("cost", parseNumber)
    if let budget, let cost, cost <= 0 { throw budget.fault("cost", "it should be above 0") }
    trials = try budget?.count("trials") ?? (cost == nil ? Self.defaultTrials : nil)

    guard let section = try file.section("objective", example: "objective: {table: results.csv, …}", isSubject: false)
    else {
      throw FileError("\(path): 'objective' is missing; say what to search, as 'objective: {table: results.csv, …}'")
    }
    try section.checkKeys(["table", "key", "metric", "direction", "join", "cost"])
    let space = try file.section("space", example: "space: {width: {ordinal: [16, 32]}}", isSubject: false)
      .map { section in try file.located("space") { try SearchSpace(section.parameters()) } }
    let costColumn = try section.text("cost")
    if cost != nil, costColumn == nil {
      throw FileError("\(path): a budget of cost needs 'cost' in 'objective', the column of what a trial costs")
    }
    let key = try section.required("key") { try section.texts("key") }
    let metric = try section.required("metric") { try section.text("metric") }
    let direction = try section.required("direction") { try section.choice("direction", TableObjective.Direction.self) }
    let table = try section.table()
    let constraints = constraints
    objective = try file.located("constraints") {
      try TableObjective(
        table, key: key, space: space, metric: metric, direction: direction, constraints: constraints, cost: costColumn)
    }
  }
}

extension YAMLSection {
  /// An entry that must be there.
  fileprivate func required<Value>(_ key: String, _ read: () throws -> Value?) throws -> Value {
    guard let value = try read() else { throw FileError("\(path): 'objective' lacks '\(key)'") }
    return value
  }

  fileprivate func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type
  ) throws -> Choice? where Choice.RawValue == String {
    guard let text = try text(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let names = type.allCases.map(\.rawValue)
      let hint =
        nearestName(to: text, among: names).map { "did you mean '\($0)'?" }
        ?? "there are \(names.joined(separator: ", "))"
      throw fault(key, "'\(text.prefix(60))' is none of its values; \(hint)")
    }
    return choice
  }

  /// Gives an error of a search the place of an entry.
  fileprivate func located<Value>(_ key: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as SearchError {
      throw fault(key, error.description)
    } catch let error as FormulaError {
      throw fault(key, error.description)
    }
  }

  /// The table of an objective with what is joined to it.
  fileprivate func table() throws -> Table {
    let path = try required("table") { try text("table") }
    var table = try Table.read(found(path))
    for join in try texts("join") ?? [] {
      guard let on = join.range(of: " on ", options: .backwards) else {
        throw fault("join", "it should name a table and a column, as 'latency.csv on arch_index'")
      }
      let other = try Table.read(found(String(join[..<on.lowerBound])))
      table = try table.joined(with: other, on: String(join[on.upperBound...]))
    }
    return table
  }

  /// A file that an experiment names: beside the experiment, or else from where the command was called.
  private func found(_ name: String) -> String {
    guard !name.hasPrefix("/") else { return name }
    let beside = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(name).relativePath
    return FileManager.default.fileExists(atPath: beside) ? beside : name
  }
}
