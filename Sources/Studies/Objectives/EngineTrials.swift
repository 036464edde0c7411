import Foundation
import Launch
import RunStore
import Search

/// Runs a search's trials as jobs of an engine.
///
/// The name of a job follows from the trial, its fidelity and the attempt, so that a resumed
/// search finds the jobs that it submitted before, and submits none twice.
public struct EngineTrials: Sendable {
  private let runner: JobRunner
  private let resources: JobSpec.Resources

  /// - Parameter resources: of each run of a trial.
  public init(_ runner: JobRunner, resources: JobSpec.Resources) {
    self.runner = runner
    self.resources = resources
  }

  /// The reason of a job that was canceled to stop its trial.
  private static let stopped = "stopped early"

  /// The end of a run's job.
  enum End {
    case exited(JobRecord)
    /// Stopped by `goesOn`.
    case stopped
  }

  /// Submits a run, unless that was done before, and waits for its end.
  ///
  /// - Parameters:
  ///   - goesOn: called every second; false stops the job. Nil where nothing is reported before
  ///     the end.
  /// - Throws: `CancellationError`, while the job goes on; the error that ended the engine's
  ///   runner.
  func run(
    _ name: String, directory: String, command: String, environment: [String: String], timeout: Double?,
    goesOn: (@Sendable () async -> Bool)?
  ) async throws -> End {
    var needs = resources
    needs.time = timeout ?? needs.time
    let script = JobScript(
      shell: command, environment: environment, workingDirectory: FileManager.default.currentDirectoryPath)
    try script.write(to: directory)
    try await runner.add([
      JobRecord(name: name, description: command, directory: directory, resources: needs.description)
    ])
    return try await withThrowingTaskGroup(of: JobRecord?.self) { group in
      group.addTask { try await runner.end(of: name) }
      guard let goesOn else { return .exited(try await end(&group, name)) }
      while true {
        group.addTask {
          try? await Task.sleep(for: .seconds(1))
          return nil
        }
        if let job = try await group.next() ?? nil {
          // It may have been stopped by a search that ended before recording that.
          return job.state == .cancelled && job.reason == Self.stopped ? .stopped : .exited(job)
        }
        try Task.checkCancellation()
        if await !goesOn() {
          try await runner.cancel(name, reason: Self.stopped)
          _ = try await end(&group, name)
          return .stopped
        }
      }
    }
  }

  private func end(
    _ group: inout ThrowingTaskGroup<JobRecord?, any Error>, _ name: String
  ) async throws -> JobRecord {
    while let job = try await group.next() { if let job { return job } }
    return try await runner.end(of: name)
  }
}
