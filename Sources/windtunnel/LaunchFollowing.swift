import Foundation
import Launch
import RunStore

extension Launch {
  /// Hands the jobs in that are news, and follows all to their ends, with a line for every change.
  ///
  /// - Parameters:
  ///   - description: what the file holds.
  ///   - file: its path, for messages.
  /// - Returns: all jobs of the launch.
  func follow(on choice: EngineChoice, description: String, file: String) async throws -> [JobRecord] {
    let store = try JobStore.make(
      in: directory, description: description,
      engine: String(decoding: try JSONEncoder().encode(choice), as: UTF8.self))
    _ = try add(to: store)
    let runner = JobRunner(
      store, engine: await choice.engine(), directory: directory, onChange: { note($0.progress) },
      onTrouble: { note($0.map { "\($0); trying again" } ?? "the engine answers again") })
    let running = Task { try await runner.run() }
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
    return try store.jobs()
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
