import Foundation
import Launch
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
      let spec = try JobSpec(document: job.description, path: "\(job.directory)/job.json")
      let isStopped = spec.expected?.stops == true && deviation.side != .below
      for line in deviation.lines(of: job, in: directory, isStopped: isStopped) { note(line) }
      if isStopped { try await runner.cancel(job.name, reason: deviation.summary) }
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

extension JobStore {
  /// A launch to look at, with all that its jobs have measured until now: brought in here where nobody follows them, and the
  /// place can be written.
  static func measured(in directory: String) async throws -> JobStore {
    guard !JobStore.isRun(in: directory) else { return try open(in: directory, toWrite: false) }
    do {
      let store = try open(in: directory, toWrite: true)
      try await JobWatch(store).look()
      return store
    } catch let error as StoreError where error.code == .cannotWrite {
      return try open(in: directory, toWrite: false)
    }
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
