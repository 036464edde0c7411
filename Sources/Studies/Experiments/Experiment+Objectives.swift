import Documents
import Formulas
import Foundation
import Launch
import Search
import Tables

extension YAMLSection {
  /// A required entry of an objective.
  func required<Value>(_ key: String, _ read: () throws -> Value?) throws -> Value {
    guard let value = try read() else { throw DocumentError("\(path): 'objective' lacks '\(key)'") }
    return value
  }

  /// `metric: loss` with `direction: minimize`, or lists of them.
  func goals() throws -> [Goal] {
    let metrics = try required("metric") { try texts("metric") }
    let words = try required("direction") { try texts("direction") }
    guard words.count == metrics.count || words.count == 1, Set(metrics).count == metrics.count else {
      throw fault("direction", "every metric needs a name of its own and a direction, as [maximize, minimize]")
    }
    return try metrics.indices.map { index in
      Goal(text: metrics[index], try choice("direction", words[words.count == 1 ? 0 : index], Direction.self))
    }
  }

  /// A value, where errors of the search get the place of an entry.
  func located<Value>(_ key: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as SearchError {
      throw fault(key, error.description)
    } catch let error as FormulaError {
      throw fault(key, error.description)
    } catch let error as LaunchError {
      throw fault(key, error.description)
    }
  }

  /// `{table: results.csv, key: [width], metric: loss, direction: minimize}`.
  func tableObjective(
    _ space: SearchSpace?, _ goals: [Goal], cost: String?, _ constraints: [String],
    _ forbidden: [ForbiddenCombination], _ measured: [MeasuredConstraint],
    of file: YAMLSection
  ) throws -> TableObjective {
    try checkKeys(["table", "key", "metric", "direction", "join", "cost", "fidelity"])
    let key = try required("key") { try texts("key") }
    let (fidelity, reduction) = try fidelityColumn()
    let table = try table()
    return try file.located("constraints") {
      try TableObjective(
        table, key: key, space: space, goals: goals, constraints: constraints, forbidden: forbidden,
        measured: measured, cost: cost, fidelity: fidelity, reduction: reduction)
    }
  }

  /// `{command: python3 train.py --lr {lr}, metric: loss, direction: minimize}`.
  func commandObjective(
    _ space: SearchSpace, _ fidelity: Fidelity?, _ goals: [Goal], cost: String?, _ constraints: [String],
    _ forbidden: [ForbiddenCombination], _ measured: [MeasuredConstraint],
    of file: YAMLSection
  ) throws -> CommandObjective {
    try checkKeys(["command", "metric", "direction", "cost", "fidelity", "metrics", "timeout", "memory", "repeats"])
    let repeats = try count("repeats") ?? 1
    guard repeats == 1 || fidelity == nil else {
      throw fault("repeats", "trials with a fidelity are run once; remove one of the two")
    }
    let memory = try quantity("memory", parseBytes)

    guard fidelity == nil || goals.count == 1 else {
      throw fault("fidelity", "several metrics need full trainings; remove the fidelity, or all metrics but one")
    }
    let command = try required("command") { try text("command") }
    let source = try MetricsSource(self)
    let timeout = try quantity("timeout", parseDuration)
    _ = try file.located("constraints") { try constraints.map { try ParameterConstraint($0, in: space) } }
    return try located("command") {
      try CommandObjective(
        command, space: space, fidelity: fidelity, goals: goals, metrics: source, cost: cost, timeout: timeout,
        memory: memory, repeats: repeats, constraints: constraints, forbidden: forbidden, measured: measured)
    }
  }

  /// The fidelity of a command, as `{epochs: [1, 27], reduction: 3}`.
  func trainedFidelity() throws -> Fidelity? {
    guard let section = try section("fidelity", example: "fidelity: {epochs: [1, 27]}", isSubject: false) else {
      return nil
    }
    let names = section.names.filter { $0 != "reduction" }
    guard names.count == 1, let ends = try section.texts(names[0])?.compactMap({ try? parseNumber($0) }),
      ends.count == 2,
      ends[0] <= ends[1]
    else { throw fault("fidelity", "it should be a name with two numbers in order, as {epochs: [1, 27]}") }
    return try located("fidelity") {
      try Fidelity(names[0], ends[0]...ends[1], reduction: section.count("reduction") ?? 3)
    }
  }

  /// The column of fidelities and its η, as `epoch` or `{column: epoch, reduction: 3}`.
  private func fidelityColumn() throws -> (column: String?, reduction: Int) {
    guard hasSection("fidelity") else { return (try text("fidelity"), 3) }
    guard let section = try section("fidelity", example: "fidelity: {column: epoch, reduction: 3}", isSubject: false)
    else { return (nil, 3) }
    try section.checkKeys(["column", "reduction"])
    return (try section.required("column") { try section.text("column") }, try section.count("reduction") ?? 3)
  }

  /// The table of an objective with what is joined to it.
  private func table() throws -> Table {
    let path = try required("table") { try text("table") }
    var table = try Table.read(fileBeside(self.path, named: path))
    for join in try texts("join") ?? [] {
      guard let on = join.range(of: " on ", options: .backwards) else {
        throw fault("join", "it should name a table and a column, as 'latency.csv on arch_index'")
      }
      let other = try Table.read(fileBeside(self.path, named: String(join[..<on.lowerBound])))
      table = try table.joined(with: other, on: String(join[on.upperBound...]))
    }
    return table
  }
}

/// The path of a file that an experiment names: beside the experiment, or else relative to the
/// working directory.
func fileBeside(_ path: String, named name: String) -> String {
  guard !name.hasPrefix("/") else { return name }
  let beside = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(name).relativePath
  return FileManager.default.fileExists(atPath: beside) ? beside : name
}
