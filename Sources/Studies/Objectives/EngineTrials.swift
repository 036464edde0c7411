import Foundation
import Launch
import RunStore
import Search

/// Runs a search's trials as jobs of an engine.
///
/// A run of a trial is a job whose name follows from the trial, how far it is trained and the attempt, so that a search that goes
/// on finds the jobs that it handed in before, and hands none in twice.
public struct EngineTrials: Sendable {
  private let runner: JobRunner
  private let resources: JobSpec.Resources

  /// - Parameter resources: what each run of a trial takes.
  public init(_ runner: JobRunner, resources: JobSpec.Resources) {
    self.runner = runner
    self.resources = resources
  }

  /// Why a job is cancelled whose trial is not worth going on with.
  private static let stopped = "stopped early"

  /// How a run's job ended.
  enum End {
    case exited(JobRecord)
    /// Stopped by the one who watched it.
    case stopped
  }

  /// Hands a run in, unless that was done before, and waits for its end.
  ///
  /// - Parameters:
  ///   - goesOn: looked at every second; false stops the job. Nil where nobody looks on the way.
  /// - Throws: `CancellationError`, and the job goes on; what ended the engine's runner.
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
          // Perhaps by a search that ended before it could write that down.
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
