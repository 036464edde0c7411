import Foundation
import GRDB

/// A number that a job measured.
public struct JobMeasurement: Sendable, Hashable {
  public let step: Double
  /// In the unit that the store keeps for its name.
  public let metric: String
  public let value: Double

  public init(step: Double, metric: String, value: Double) {
    (self.step, self.metric, self.value) = (step, metric, value)
  }
}

/// The position up to which a job's metrics were read into the store.
public struct Intake: Sendable, Hashable {
  /// The attempt that was read last, counted from 1.
  public var attempt: Int
  /// Whether it was read to its end.
  public var isComplete: Bool
  /// Records that could not be read.
  public var problems: [String]
  /// The departure of its losses from the expected curve, in a few words; nil where they have not left it.
  public var deviation: String?

  public init(attempt: Int, isComplete: Bool, problems: [String] = []) {
    (self.attempt, self.isComplete, self.problems) = (attempt, isComplete, problems)
  }
}

extension JobStore {
  static let measurementSchema = """
    CREATE TABLE IF NOT EXISTS metric (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, unit TEXT);
    CREATE TABLE IF NOT EXISTS measurement (
      job INTEGER NOT NULL, step REAL NOT NULL, metric INTEGER NOT NULL, attempt INTEGER NOT NULL, value REAL,
      PRIMARY KEY (job, step, metric)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS intake (
      job INTEGER NOT NULL, attempt INTEGER NOT NULL, is_complete INTEGER NOT NULL, problems TEXT NOT NULL,
      deviation TEXT, PRIMARY KEY (job, attempt)) WITHOUT ROWID;
    """

  /// Jobs that have begun and whose last attempt was not read to its end.
  public func unreadJobs() throws(StoreError) -> [JobRecord] {
    try fetch(
      """
      SELECT * FROM job WHERE (state <> 'waiting' OR attempt > 1) AND NOT EXISTS (
        SELECT 1 FROM intake WHERE intake.job = job.id AND is_complete AND intake.attempt >= job.attempt) ORDER BY id
      """)
  }

  /// Stores the measurements of an attempt at a job. For a step that is there already, the later attempt wins; within an
  /// attempt, the later measurement. Numbers that are not finite are stored as null.
  ///
  /// - Parameters:
  ///   - units: by the metric's name; those of others stay as they are.
  ///   - intake: how far the job was read with these.
  public func keep(
    _ measurements: [JobMeasurement], units: [String: String], of job: String, _ intake: Intake
  ) throws(StoreError) {
    try performing(path, Self.subject) {
      try queue.write { db in
        guard let id = try Int64.fetchOne(db, sql: "SELECT id FROM job WHERE name = ?", arguments: [job]) else {
          return
        }
        let metrics = try Self.metrics(Set(measurements.map(\.metric)), units, db)
        let insert = try db.cachedStatement(
          sql: """
            INSERT INTO measurement (job, step, metric, attempt, value) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET attempt = excluded.attempt, value = excluded.value
            WHERE excluded.attempt >= attempt
            """)
        for one in measurements {
          let value = one.value.isFinite ? one.value : nil
          try insert.execute(arguments: [id, one.step, metrics[one.metric], intake.attempt, value])
        }
        try db.execute(
          sql: """
            INSERT OR REPLACE INTO intake (job, attempt, is_complete, problems, deviation) VALUES (?, ?, ?, ?, ?)
            """,
          arguments: [
            id, intake.attempt, intake.isComplete, intake.problems.joined(separator: "\n"), intake.deviation,
          ])
      }
    }
  }

  /// The measurements of a job by rising step; NaN for those that were not finite.
  public func measurements(of job: String) throws(StoreError) -> [JobMeasurement] {
    try ifMeasured([]) { db in
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: """
            SELECT step, metric.name AS metric, value FROM measurement
            JOIN metric ON metric.id = measurement.metric JOIN job ON job.id = measurement.job
            WHERE job.name = ? ORDER BY step, metric.id
            """), arguments: [job])
      var found: [JobMeasurement] = []
      while let row = try rows.next() {
        guard let step: Double = row.read("step"), let metric: String = row.read("metric") else { continue }
        found.append(JobMeasurement(step: step, metric: metric, value: row.read("value") ?? .nan))
      }
      return found
    }
  }

  /// The last finite value of some metrics, by job and metric.
  public func lastValues(of metrics: [String]) throws(StoreError) -> [String: [String: JobMeasurement]] {
    try ifMeasured([:]) { db in
      var found: [String: [String: JobMeasurement]] = [:]
      for metric in metrics {
        // SQLite takes the other columns from the row of the maximum.
        let rows = try Row.fetchAll(
          db.cachedStatement(
            sql: """
              SELECT job.name AS job, max(step) AS step, value FROM measurement JOIN job ON job.id = measurement.job
              WHERE metric = (SELECT id FROM metric WHERE name = ?) AND value IS NOT NULL GROUP BY job
              """), arguments: [metric])
        for row in rows {
          guard let job: String = row.read("job"), let step: Double = row.read("step"),
            let value: Double = row.read("value")
          else { continue }
          found[job, default: [:]][metric] = JobMeasurement(step: step, metric: metric, value: value)
        }
      }
      return found
    }
  }

  /// The last step at which each job measured something.
  public func lastSteps() throws(StoreError) -> [String: Double] {
    try ifMeasured([:]) { db in
      let rows = try Row.fetchAll(
        db,
        sql: "SELECT name, (SELECT max(step) FROM measurement WHERE measurement.job = job.id) AS step FROM job")
      var steps: [String: Double] = [:]
      for row in rows { if let name: String = row.read("name") { steps[name] = row.read("step") } }
      return steps
    }
  }

  /// The units of metrics, where they are known.
  public func units() throws(StoreError) -> [String: String] {
    try ifMeasured([:]) { db in
      var units: [String: String] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT name, unit FROM metric") {
        if let name: String = row.read("name") { units[name] = row.read("unit") }
      }
      return units
    }
  }

  /// The positions of all jobs by name: of the last attempt, with the problems of all attempts.
  public func intakes() throws(StoreError) -> [String: Intake] {
    try ifMeasured([:]) { db in
      var intakes: [String: Intake] = [:]
      for row in try Row.fetchAll(
        db, sql: "SELECT name, intake.* FROM intake JOIN job ON job.id = intake.job ORDER BY attempt")
      {
        guard let name: String = row.read("name"), let attempt: Int = row.read("attempt"),
          let isComplete: Bool = row.read("is_complete"), let problems: String = row.read("problems")
        else { continue }
        let earlier = intakes[name]?.problems ?? []
        let own = problems.split(separator: "\n").map(String.init).filter { !earlier.contains($0) }
        var intake = Intake(attempt: attempt, isComplete: isComplete, problems: earlier + own)
        intake.deviation = row.read("deviation")
        intakes[name] = intake
      }
      return intakes
    }
  }

  private static func metrics(
    _ names: Set<String>, _ units: [String: String], _ db: GRDB.Database
  ) throws -> [String: Int64] {
    var found: [String: Int64] = [:]
    for name in names.sorted() {
      try db.execute(
        sql: """
          INSERT INTO metric (name, unit) VALUES (?, ?)
          ON CONFLICT DO UPDATE SET unit = coalesce(excluded.unit, unit)
          """, arguments: [name, units[name]])
      found[name] = try Int64.fetchOne(db, sql: "SELECT id FROM metric WHERE name = ?", arguments: [name])
    }
    return found
  }

  /// Reads, or returns a default where no metrics were ever stored.
  private func ifMeasured<Value>(
    _ nothing: Value, _ body: (GRDB.Database) throws -> Value
  ) throws(StoreError) -> Value {
    try performing(path, Self.subject) {
      try queue.read { db in try db.tableExists("intake") ? try body(db) : nothing }
    }
  }
}
