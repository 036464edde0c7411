import Foundation
import Launch
import RunStore
import Workflows

extension LaunchEvent {
  /// Notes the event on standard error.
  ///
  /// - Parameter directory: the launch's.
  /// - Returns: the outcome that the event carries.
  func note(in directory: String) -> LaunchOutcome? {
    switch self {
    case .jobChanged(let job): windtunnel.note(job.progress)
    case .engineTrouble(let trouble): windtunnel.note(trouble: trouble)
    case .deviation(let deviation, let job, let isStopped):
      for line in deviation.lines(of: job, in: directory, isStopped: isStopped) { windtunnel.note(line) }
    case .finished(let outcome): return outcome
    }
    return nil
  }
}

extension UsageError {
  /// The end of a command that no longer follows a launch.
  static func stoppedFollowing(_ directory: String) -> UsageError {
    .interrupted("stopped following; run the same command again to go on, or see 'windtunnel jobs \(directory)'")
  }
}

extension JobRecord {
  /// The job's change in one line.
  var progress: String {
    var text = "job \(name): \(state.rawValue)"
    if attempt > 1 { text += ", attempt \(attempt)" }
    if let handle, state == .queued || state == .running { text += " (\(handle))" }
    if let reason { text += ": \(reason)" }
    return text
  }
}
