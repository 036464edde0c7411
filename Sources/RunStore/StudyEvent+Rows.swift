import Foundation
import GRDB

extension StudyEvent {
  /// Nil for a row that no version wrote, as in a damaged file.
  init?(_ row: Row) {
    guard let kind: String = row.read("kind"), let trial: Int = row.read("trial") else { return nil }
    let fidelity: Double? = row.read("fidelity")
    let loss: Double? = row.read("loss")
    let flag: Bool = row.read("flag") ?? false
    switch kind {
    case "known":
      guard let point = row.coordinates("point"), let losses = row.coordinates("losses") else { return nil }
      self = .known(trial: trial, point: point, losses: losses, excess: row.read("excess"))
    case "asked":
      guard let point = row.coordinates("point") else { return nil }
      self = .asked(trial: trial, point: point, fidelity: fidelity, isProposed: flag)
    case "rejected":
      self = .rejected(trial: trial, reason: row.read("failure") ?? "")
    case "reported":
      guard let fidelity, let loss else { return nil }
      self = .reported(trial: trial, fidelity: fidelity, loss: loss, goesOn: flag)
    case "told":
      let text: String? = row.read("metrics")
      let metrics = text.flatMap { try? JSONDecoder().decode([String: Double].self, from: Data($0.utf8)) }
      guard let losses = row.coordinates("losses") else { return nil }
      self = .told(
        trial: trial, losses: losses, stopped: flag,
        record: TrialRecord(
          seconds: row.read("seconds") ?? 0, cost: row.read("cost"), metrics: metrics ?? [:],
          failure: row.read("failure"), excess: row.read("excess")))
    default: return nil
    }
  }

  func insert(_ db: Database) throws {
    switch self {
    case .known(let trial, let point, let losses, let excess):
      try db.cachedStatement(
        sql: "INSERT INTO event (kind, trial, point, losses, excess) VALUES ('known', ?, ?, ?, ?)"
      ).execute(arguments: [trial, Data(coordinates: point), Data(coordinates: losses), excess])
    case .asked(let trial, let point, let fidelity, let isProposed):
      try db.cachedStatement(
        sql: "INSERT INTO event (kind, trial, point, fidelity, flag) VALUES ('asked', ?, ?, ?, ?)"
      ).execute(arguments: [trial, Data(coordinates: point), fidelity, isProposed])
    case .rejected(let trial, let reason):
      try db.cachedStatement(sql: "INSERT INTO event (kind, trial, failure) VALUES ('rejected', ?, ?)")
        .execute(arguments: [trial, reason])
    case .reported(let trial, let fidelity, let loss, let goesOn):
      try db.cachedStatement(
        sql: "INSERT INTO event (kind, trial, fidelity, loss, flag) VALUES ('reported', ?, ?, ?, ?)"
      ).execute(arguments: [trial, fidelity, loss, goesOn])
    case .told(let trial, let losses, let stopped, let record):
      let metrics =
        record.metrics.isEmpty ? nil : String(decoding: try JSONEncoder().encode(record.metrics), as: UTF8.self)
      try db.cachedStatement(
        sql: """
          INSERT INTO event (kind, trial, losses, flag, seconds, cost, metrics, failure, excess)
          VALUES ('told', ?, ?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(arguments: [
        trial, Data(coordinates: losses), stopped, record.seconds, record.cost, metrics, record.failure, record.excess,
      ])
    }
  }
}

extension Row {
  /// A column's value; nil where it is null or of another type, for which a subscript would end the process.
  func read<Value: DatabaseValueConvertible>(_ column: String) -> Value? {
    Value.fromDatabaseValue(self[column] as DatabaseValue)
  }

  /// The numbers of a column; nil where it is null or damaged.
  fileprivate func coordinates(_ column: String) -> [Double]? {
    guard let bytes: Data = read(column), bytes.count % 8 == 0 else { return nil }
    return bytes.coordinates
  }
}

extension Data {
  /// The bit patterns of numbers, little-endian, so that they return to the last bit.
  fileprivate init(coordinates: [Double]) {
    self = coordinates.reduce(into: Data()) { bytes, number in
      Swift.withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  fileprivate var coordinates: [Double] {
    stride(from: startIndex, to: endIndex, by: 8).map { start in
      let pattern = self[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Double(bitPattern: pattern)
    }
  }
}
