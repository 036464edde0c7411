import Foundation
import GRDB

/// The log of one study, in SQLite: every result is on the disk before `append` returns, so that a process killed at any
/// moment, or a machine that loses its power, loses nothing that was acknowledged.
///
/// One process writes a study at a time; it holds a lock that the system releases when the process ends. Others may read
/// meanwhile.
public final class StudyStore: Sendable {
  public static let fileName = "study.sqlite"
  private static let lockName = "study.lock"

  private let queue: DatabaseQueue
  private let path: String
  private let lock: FileLock?

  /// Begins a study in a directory, which is created where it is missing.
  ///
  /// - Parameters:
  ///   - fingerprint: the identity of the study; one with another fingerprint cannot resume it.
  ///   - description: the header of the study, for later readers.
  /// - Throws: ``StoreError`` where one is there already, or it cannot be written.
  public static func create(
    in directory: String, fingerprint: String, description: String
  ) throws(StoreError) -> StudyStore {
    let path = "\(directory)/\(fileName)"
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw StoreError(.noDirectory, "\(directory): cannot make this directory")
    }
    let lock = try FileLock("\(directory)/\(lockName)", subject: "study")
    return try performing(path, "study") {
      let queue = try DatabaseQueue(path: path, configuration: .store(readonly: false))
      try queue.write { db in
        // A process that is killed while it begins a study leaves a file without one.
        guard try !db.tableExists("study") else {
          throw StoreError(.studyExists, "\(directory): a study is here already")
        }
        try db.execute(sql: schema)
        try db.execute(
          sql: "INSERT INTO study (id, version, fingerprint, description) VALUES (1, ?, ?, ?)",
          arguments: [version, fingerprint, description])
      }
      return StudyStore(queue, path, lock)
    }
  }

  /// Opens the study in a directory, to resume it or only to read it.
  ///
  /// - Throws: ``StoreError`` where there is none, it is damaged, another process writes it, or it is another study's.
  public static func open(
    in directory: String, fingerprint: String? = nil, toWrite: Bool
  ) throws(StoreError) -> StudyStore {
    let path = "\(directory)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw StoreError(.noStudy, "\(directory): no study is here")
    }
    let lock = toWrite ? try FileLock("\(directory)/\(lockName)", subject: "study") : nil
    let store = try performing(path, "study") {
      StudyStore(try DatabaseQueue(path: path, configuration: .store(readonly: !toWrite)), path, lock)
    }
    let found = try performing(path, "study") {
      try store.queue.read { db in
        guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else {
          throw StoreError(.badData, "\(path): the file is damaged; restore it from a copy, or begin again")
        }
        return try String.fetchOne(
          db, sql: "SELECT fingerprint FROM study WHERE version = ?", arguments: [version])
      }
    }
    guard let found else {
      throw StoreError(.badData, "\(path): this study was begun by another version, or was never begun")
    }
    if let fingerprint, found != fingerprint {
      throw StoreError(
        .otherStudy, "\(directory): the study here has another space, objective, algorithm or seed")
    }
    return store
  }

  /// Whether a process runs the study in a directory.
  public static func isWritten(in directory: String) -> Bool { FileLock.isHeld("\(directory)/\(lockName)") }

  /// Writes events, all or none. It waits for the disk unless they are only trials that began: a study asks for those again
  /// where they are lost.
  public func append(_ events: [StudyEvent]) throws(StoreError) {
    try performing(path, "study") {
      try queue.writeWithoutTransaction { db in
        let synchronous = events.allSatisfy(\.isAsked) ? "NORMAL" : "FULL"
        try db.cachedStatement(sql: "PRAGMA synchronous = \(synchronous)").execute()
        try db.inTransaction {
          for event in events { try event.insert(db) }
          return .commit
        }
      }
    }
  }

  /// All events in their order.
  public func events() throws(StoreError) -> [StudyEvent] {
    let path = path
    return try performing(path, "study") {
      try queue.read { db in
        try Row.fetchAll(db, sql: "SELECT * FROM event ORDER BY id").map { row in
          guard let event = StudyEvent(row) else {
            throw StoreError(.badData, "\(path): an event cannot be read; restore the file from a copy, or begin again")
          }
          return event
        }
      }
    }
  }

  /// The header that the study began with.
  public func description() throws(StoreError) -> String {
    try performing(path, "study") {
      try queue.read { db in try String.fetchOne(db, sql: "SELECT description FROM study") ?? "" }
    }
  }

  private init(_ queue: DatabaseQueue, _ path: String, _ lock: FileLock?) {
    self.queue = queue
    self.path = path
    self.lock = lock
  }

  private static let version = 2

  private static let schema = """
    CREATE TABLE study (
      id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, fingerprint TEXT NOT NULL,
      description TEXT NOT NULL);
    CREATE TABLE event (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, trial INTEGER NOT NULL, fidelity REAL, loss REAL, losses BLOB, flag INTEGER,
      point BLOB, seconds REAL, cost REAL, metrics TEXT, failure TEXT, excess REAL);
    """
}
