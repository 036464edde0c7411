import Foundation
import Workflows

/// Reads a session's events until one gives the result; Ctrl-C cancels the session, and pressed again ends this process.
///
/// - Parameters:
///   - stopping: a note for the first press.
///   - atOnce: done at the second press, before this process ends.
///   - result: prints an event, and returns the result that it carries.
/// - Throws: what the session throws; `CancellationError` where it was stopped.
func reading<Event: Sendable, Result: Sendable>(
  _ events: SessionEvents<Event>, stopping: @escaping @Sendable @autoclosure () -> String,
  atOnce: @escaping @Sendable () -> Void = {}, _ result: @escaping @Sendable (Event) -> Result?
) async throws -> Result {
  let running = Task {
    for try await event in events { if let result = result(event) { return result } }
    throw CancellationError()
  }
  let interruption = Interruption(
    first: {
      note(stopping())
      running.cancel()
    },
    second: {
      atOnce()
      _exit(EX_TEMPFAIL)
    })
  defer { interruption.end() }
  return try await running.value
}

/// Prints that an engine stopped answering, or, without a reason, that it answers again.
func note(trouble: String?) { note(trouble.map { "\($0); trying again" } ?? "the engine answers again") }

extension UsageError {
  /// The end of a command that was stopped and can go on.
  static func interrupted(_ description: String) -> UsageError {
    var error = UsageError(description)
    error.code = EX_TEMPFAIL
    return error
  }
}
