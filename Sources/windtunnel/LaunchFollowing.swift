import Foundation
import Launch
import Report
import RunStore

extension Launch {
  /// Hands the jobs in that are news, and follows all to their ends, with a line for every change.
  ///
  /// - Parameters:
  ///   - description: what the file holds.
  ///   - file: its path, for messages.
  /// - Returns: the launch's store.
  func follow(on choice: EngineChoice, description: String, file: String) async throws -> JobStore {
    let store = try JobStore.make(
      in: directory, description: description,
      engine: String(decoding: try JSONEncoder().encode(choice), as: UTF8.self))
    _ = try add(to: store)
    let runner = JobRunner(
      store, engine: await choice.engine(), directory: directory, onChange: { note($0.progress) },
      onTrouble: { note($0.map { "\($0); trying again" } ?? "the engine answers again") })
    let directory = directory
    let watch = JobWatch(store) { job, deviation in
      for line in deviation.lines(of: job, in: directory) { note(line) }
      let spec = try JobSpec(document: job.description, path: "\(job.directory)/job.json")
      if spec.expected?.stops == true, deviation.side != .below {
        try await runner.cancel(job.name, reason: deviation.summary)
      }
    }
    let running = Task {
      try await withThrowingTaskGroup { group in
        group.addTask { try await watch.run() }
        group.addTask { try await runner.run() }
        defer { group.cancelAll() }
        // The watch ends only by an error.
        try await group.next()
      }
      try await watch.look()
    }
    let interruption = Interruption(
      first: {
        note("no longer following; the jobs go on")
        running.cancel()
      }, second: { _exit(EX_TEMPFAIL) })
    defer { interruption.end() }
    do {
      try await running.value
    } catch is CancellationError {
      var error = UsageError(
        "stopped following; run the same command again to go on, or see 'windtunnel jobs \(directory)'")
      error.code = EX_TEMPFAIL
      throw error
    }
    return store
  }
}

extension Deviation {
  /// The warning, what it may come from, and what can be done.
  func lines(of job: JobRecord, in directory: String) -> [String] {
    var lines = ["warning: job \(job.name): \(summary): \(comparison)"]
    lines += causes.map { "warning: job \(job.name): likely: \($0)" }
    lines.append(
      "warning: job \(job.name): stop it by 'windtunnel jobs cancel \(directory) \(job.name)'; to plan again, fit to what was "
        + "measured: 'windtunnel jobs collect \(directory) --curves'")
    return lines
  }

  private var comparison: String {
    guard side != .diverged else { return "\(format(expected.loss, significant: 4)) was expected there" }
    let (own, far) = (expected, end.expected)
    func interval(_ point: ExpectedCurve.Point) -> String {
      "\(format(point.loss, significant: 4)) [\(format(point.low, significant: 4)), \(format(point.high, significant: 4))]"
    }
    return "\(format(loss, significant: 4)) where \(interval(own)) was expected; so far off it ends at "
      + "\(format(end.loss, significant: 4)), not \(interval(far))"
  }
}

extension JobStore {
  /// A launch to look at, with all that its jobs have measured until now: brought in here where nobody follows them.
  static func measured(in directory: String) async throws -> JobStore {
    guard !JobStore.isRun(in: directory) else { return try open(in: directory, toWrite: false) }
    let store = try open(in: directory, toWrite: true)
    try await JobWatch(store).look()
    return store
  }
}

extension JobRecord {
  /// What happened to it, in a line.
  var progress: String {
    var text = "job \(name): \(state.rawValue)"
    if attempt > 1 { text += ", attempt \(attempt)" }
    if let handle, state == .queued || state == .running { text += " (\(handle))" }
    if let reason { text += ": \(reason)" }
    return text
  }
}
