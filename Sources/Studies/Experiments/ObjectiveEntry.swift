import Documents
import Foundation
import Launch
import Search
import Tables

/// An objective: `{table: results.csv, key: [width], metric: loss, direction: minimize}`, or
/// `{command: python3 train.py --lr {lr}, metric: loss, direction: minimize}`.
struct ObjectiveEntry: DocumentPart {
  static let documentExample = "{table: results.csv, key: [width], metric: loss, direction: minimize}"

  var table: WrittenText?
  var key: [String]?
  var join: [String]?
  var command: WrittenText?
  var metrics: MetricsSource?
  var timeout: WrittenDuration?
  var memory: WrittenBytes?
  var repeats: Int?
  var metric: [String]
  var direction: OneOrMore<Direction>
  var cost: WrittenText?
  var fidelity: FidelityEntry?
}

/// The fidelity of a table, a column as `epoch` or `{column: epoch, reduction: 3}`, or of a command, a name with its least
/// and greatest value as `{epochs: [1, 27], reduction: 3}`.
struct FidelityEntry: Codable, DocumentFormed {
  private typealias Entries = OrderedEntries<OneOrMore<WrittenValue>>
  static let documentForm = JSONSchema.anyOf([WrittenValue.documentForm, Entries.documentForm])
  static let documentPlaceholder = FidelityEntry(all: Entries([]))

  private let all: Entries

  private init(all: Entries) { self.all = all }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let column = try? container.decode(WrittenValue.self) {
      all = Entries([("column", OneOrMore([column]))])
    } else {
      all = try container.decode(Entries.self)
    }
  }

  func encode(to encoder: any Encoder) throws { try all.encode(to: encoder) }

  /// The column of a table.
  ///
  /// - Throws: ``DocumentFault``.
  fileprivate func column() throws(DocumentFault) -> String {
    guard let (name, list) = other, name == "column", list.values.count == 1 else {
      throw DocumentFault(nil, "it should be a column of the table, as epoch or {column: epoch, reduction: 3}")
    }
    return list.values[0].text
  }

  /// The fidelity of a command.
  ///
  /// - Throws: ``DocumentFault`` or ``SearchError``.
  fileprivate func trained() throws -> Fidelity {
    guard let (name, list) = other, let range = list.range else {
      throw DocumentFault(nil, "it should be a name with two numbers in order, as {epochs: [1, 27]}")
    }
    return try Fidelity(name, range, reduction: reduction())
  }

  /// η, 3 unless given.
  fileprivate func reduction() throws(DocumentFault) -> Int {
    guard let given = all.entries.first(where: { $0.name == "reduction" })?.value.values else { return 3 }
    let numbers = given.compactMap { (try? parseNumber($0.text)).flatMap { Int(exactly: $0) } }
    guard given.count == 1, let number = numbers.first, (1...1_000_000_000).contains(number) else {
      throw DocumentFault("reduction", "it should be a whole number from 1 to 1000000000")
    }
    return number
  }

  /// The only entry beside `reduction`.
  private var other: (name: String, list: OneOrMore<WrittenValue>)? {
    let others = all.entries.filter { $0.name != "reduction" }
    return others.count == 1 ? (others[0].name, others[0].value) : nil
  }
}

extension ObjectiveEntry: DocumentChecked {
  func check() throws(DocumentFault) {
    let ofTable = [("table", table != nil), ("key", key != nil), ("join", join != nil)]
    let ofCommand = [
      ("metrics", metrics != nil), ("timeout", timeout != nil), ("memory", memory != nil), ("repeats", repeats != nil),
    ]
    for (name, isGiven) in command == nil ? ofCommand : ofTable where isGiven {
      throw DocumentFault(
        name,
        "it is for \(command == nil ? "a command, and this has none" : "a table, and this has a command"); remove it")
    }
    guard command != nil || table != nil else {
      throw DocumentFault(nil, "'table' or 'command' is missing; write \(Self.documentExample)")
    }
    guard command != nil || key != nil else {
      throw DocumentFault(nil, "'key' is missing; name the columns of the table that are searched, as key: [width]")
    }
    guard [1, metric.count].contains(direction.values.count), Set(metric).count == metric.count, !metric.isEmpty else {
      throw DocumentFault(
        "direction", "every metric needs a name of its own and a direction, as [maximize, minimize]")
    }
  }

  var goals: [Goal] {
    let directions = direction.values
    return metric.indices.map { Goal(text: metric[$0], directions[directions.count == 1 ? 0 : $0]) }
  }

  /// Whether trials cost something: a command takes seconds at least.
  var hasCost: Bool { cost != nil || command != nil }
}

/// The constraints of an experiment, of all kinds.
struct ConstraintEntries {
  let constraints: [String]
  let forbidden: [ForbiddenCombination]
  let measured: [MeasuredConstraint]
}

extension DocumentReading<ExperimentEntries> {
  func tableObjective(_ space: SearchSpace?, _ limits: ConstraintEntries) throws -> TableObjective {
    let objective = value.objective
    let (column, reduction) = try located("objective", "fidelity") {
      (try objective.fidelity?.column(), try objective.fidelity?.reduction() ?? 3)
    }
    let table = try table()
    return try located("constraints") {
      try TableObjective(
        table, key: objective.key ?? [], space: space, goals: objective.goals, constraints: limits.constraints,
        forbidden: limits.forbidden, measured: limits.measured, cost: objective.cost?.text,
        fidelity: column, reduction: reduction)
    }
  }

  func commandObjective(
    _ command: String, _ space: SearchSpace, _ fidelity: Fidelity?, _ limits: ConstraintEntries
  ) throws -> CommandObjective {
    let objective = value.objective
    let repeats = try count(objective.repeats, "objective.repeats") ?? 1
    guard repeats == 1 || fidelity == nil else {
      throw fault("objective.repeats", "trials with a fidelity are run once; remove one of the two")
    }
    guard fidelity == nil || objective.metric.count == 1 else {
      throw fault(
        "objective.fidelity", "several metrics need full trainings; remove the fidelity, or all metrics but one")
    }
    _ = try located("constraints") { try limits.constraints.map { try ParameterConstraint($0, in: space) } }
    return try located("objective", "command") {
      try CommandObjective(
        command, space: space, fidelity: fidelity, goals: objective.goals,
        metrics: objective.metrics ?? .jsonLines, cost: objective.cost?.text, timeout: objective.timeout?.value,
        memory: objective.memory?.value, repeats: repeats, constraints: limits.constraints,
        forbidden: limits.forbidden, measured: limits.measured)
    }
  }

  /// The fidelity of a command.
  func trainedFidelity() throws -> Fidelity? {
    try located("objective", "fidelity") { try value.objective.fidelity?.trained() }
  }

  /// The table of an objective with what is joined to it.
  private func table() throws -> Table {
    var table = try Table.read(fileBeside(source.path, named: value.objective.table?.text ?? ""))
    for join in value.objective.join ?? [] {
      guard let on = join.range(of: " on ", options: .backwards) else {
        throw fault("objective.join", "it should name a table and a column, as 'latency.csv on arch_index'")
      }
      let other = try Table.read(fileBeside(source.path, named: String(join[..<on.lowerBound])))
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
