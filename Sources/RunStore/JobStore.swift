import Foundation
import GRDB

/// The jobs of one launch, in SQLite. Every change is on the disk before ``update(_:_:)`` returns.
///
/// One process submits jobs at a time and holds a lock for that; others may read, cancel and retry meanwhile.
public final class JobStore: Sendable {
  public static let fileName = "jobs.sqlite"
  private static let lockName = "jobs.lock"
  static let subject = "launch"

  let queue: DatabaseQueue
  let path: String
  private let lock: FileLock?

  /// Opens the launch in a directory, or begins one where there is none.
  ///
  /// - Parameters:
  ///   - description: what is launched, as its file says.
  ///   - engine: the choice of the engine, as text.
  /// - Throws: ``StoreError`` where another process runs it, or the file is not of a launch or cannot be written.
  public static func make(
    in directory: String, description: String, engine: String
  ) throws(StoreError) -> JobStore {
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw StoreError(.noDirectory, "\(directory): cannot make this directory")
    }
    let lock = try FileLock("\(directory)/\(lockName)", subject: subject)
    let path = "\(directory)/\(fileName)"
    return try performing(path, subject) {
      let queue = try DatabaseQueue(path: path, configuration: .store(readonly: false))
      try queue.write { db in
        try db.execute(sql: schema + measurementSchema)
        try db.execute(
          sql: "INSERT OR IGNORE INTO launch (id, version, description, engine) VALUES (1, ?, ?, ?)",
          arguments: [version, description, engine])
        try db.execute(sql: "UPDATE launch SET description = ?, engine = ?", arguments: [description, engine])
      }
      let store = JobStore(queue, path, lock)
      try store.check()
      return store
    }
  }

  /// Opens the launch in a directory beside the process that runs it.
  ///
  /// - Throws: ``StoreError`` where there is none, or it is damaged.
  public static func open(in directory: String, toWrite: Bool) throws(StoreError) -> JobStore {
    let path = "\(directory)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw StoreError(.missing, "\(directory): nothing was launched here; check the name, or launch a job file")
    }
    return try performing(path, subject) {
      let store = JobStore(
        try DatabaseQueue(path: path, configuration: .store(readonly: !toWrite)), path, nil)
      try store.check()
      if toWrite { try store.queue.write { try $0.execute(sql: measurementSchema) } }
      return store
    }
  }

  /// Whether a process submits and follows the jobs of a directory.
  public static func isRun(in directory: String) -> Bool { FileLock.isHeld("\(directory)/\(lockName)") }

  /// The choice of the engine that was written last.
  public func engine() throws(StoreError) -> String {
    try performing(path, Self.subject) {
      try queue.read { db in try String.fetchOne(db, sql: "SELECT engine FROM launch") ?? "" }
    }
  }

  /// Adds the jobs whose names are new.
  public func add(_ jobs: [JobRecord]) throws(StoreError) {
    try performing(path, Self.subject) {
      try queue.write { db in for job in jobs { try job.insert(db) } }
    }
  }

  /// All jobs in the order in which they were added.
  public func jobs() throws(StoreError) -> [JobRecord] { try fetch("SELECT * FROM job ORDER BY id") }

  /// The jobs of some names.
  public func jobs(_ names: some Sequence<String>) throws(StoreError) -> [JobRecord] {
    var found: [JobRecord] = []
    for name in names { found += try fetch("SELECT * FROM job WHERE name = ?", [name]) }
    return found
  }

  /// Jobs that have not ended, in the order in which they were added.
  public func openJobs() throws(StoreError) -> [JobRecord] {
    let states = JobRecord.State.allCases.filter { !$0.isEnded }.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    return try fetch("SELECT * FROM job WHERE state IN (\(states)) ORDER BY id")
  }

  func fetch(_ query: String, _ arguments: StatementArguments = []) throws(StoreError) -> [JobRecord] {
    let path = path
    return try performing(path, Self.subject) {
      try queue.read { db in
        try Row.fetchAll(db.cachedStatement(sql: query), arguments: arguments).map { row in
          guard let job = JobRecord(row) else {
            throw StoreError(.badData, "\(path): a job cannot be read; restore the file from a copy")
          }
          return job
        }
      }
    }
  }

  /// Changes jobs as they stand in the store now, all or none, and returns those that were changed.
  ///
  /// - Parameter change: returns nil to leave a job as it is.
  @discardableResult
  public func update(
    _ names: [String], _ change: (JobRecord) -> JobRecord?
  ) throws(StoreError) -> [JobRecord] {
    try performing(path, Self.subject) {
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
        var changed: [JobRecord] = []
        try db.inTransaction(.immediate) {
          for name in names {
            let row = try Row.fetchOne(db, sql: "SELECT * FROM job WHERE name = ?", arguments: [name])
            guard let old = row.flatMap({ JobRecord($0) }), let new = change(old), new != old else { continue }
            try new.update(db)
            changed.append(new)
          }
          return .commit
        }
        return changed
      }
    }
  }

  private init(_ queue: DatabaseQueue, _ path: String, _ lock: FileLock?) {
    (self.queue, self.path, self.lock) = (queue, path, lock)
  }

  private func check() throws {
    let found = try queue.read { db in
      try Int.fetchOne(db, sql: "SELECT version FROM launch WHERE version = ?", arguments: [Self.version])
    }
    guard found != nil else {
      throw StoreError(.badData, "\(path): this launch was begun by another version")
    }
  }

  private static let version = 1

  private static let schema = """
    CREATE TABLE IF NOT EXISTS launch (
      id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, description TEXT NOT NULL,
      engine TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS job (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL, directory TEXT NOT NULL,
      resources TEXT NOT NULL, after TEXT NOT NULL, retries INTEGER NOT NULL, state TEXT NOT NULL,
      attempt INTEGER NOT NULL, batch TEXT, handle TEXT, reason TEXT, began REAL, ended REAL);
    CREATE INDEX IF NOT EXISTS job_state ON job (state);
    """
}

extension JobRecord {
  /// Nil for a row that no version wrote, as in a damaged file.
  fileprivate init?(_ row: Row) {
    guard let name: String = row.read("name"), let text: String = row.read("state"), let state = State(rawValue: text),
      let description: String = row.read("description"), let directory: String = row.read("directory"),
      let attempt: Int = row.read("attempt")
    else { return nil }
    let after: String = row.read("after") ?? ""
    self.init(
      name: name, description: description, directory: directory, resources: row.read("resources") ?? "",
      after: after.split(separator: "\n").map(String.init), retries: row.read("retries") ?? 0)
    (self.state, self.attempt) = (state, attempt)
    (batch, handle, reason) = (row.read("batch"), row.read("handle"), row.read("reason"))
    (began, ended) = (row.read("began"), row.read("ended"))
  }

  fileprivate func insert(_ db: Database) throws {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO job (name, description, directory, resources, after, retries, state, attempt)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        name, description, directory, resources, after.joined(separator: "\n"), retries, state.rawValue, attempt,
      ])
  }

  fileprivate func update(_ db: Database) throws {
    try db.execute(
      sql: """
        UPDATE job SET state = ?, attempt = ?, batch = ?, handle = ?, reason = ?, began = ?, ended = ? WHERE name = ?
        """, arguments: [state.rawValue, attempt, batch, handle, reason, began, ended, name])
  }
}
