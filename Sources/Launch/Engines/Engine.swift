import RunStore
import TrainingCost

/// The place where jobs run: this machine, or a scheduler that queues and starts jobs on others.
///
/// An engine is stateless: its caller keeps the handles. It runs ``JobScript/fileName`` in the job's directory, which writes a
/// file when it ends; the engine reports which jobs are still there, and why others are gone.
public protocol Engine: Sendable {
  /// The name of the kind in a job file.
  var kind: String { get }

  /// The most jobs that are submitted and not ended; nil for no limit.
  var outstanding: Int? { get }

  /// The most jobs in one call of ``submit(_:batch:in:)``.
  var largestBatch: Int { get }

  /// Whether it holds jobs back itself until others have succeeded: ``EngineJob/after``.
  var ordersJobs: Bool { get }

  /// The wait before the engine is asked again: the lower bound after a change, rising to the upper while nothing changes.
  var polling: ClosedRange<Duration> { get }

  /// The files and commands of ``submit(_:batch:in:)``, without writing or running them.
  func rehearse(_ jobs: [EngineJob], batch: String, in directory: String) throws(LaunchError) -> Rehearsal

  /// Submits jobs that need the same resources and come after the same jobs.
  ///
  /// - Parameters:
  ///   - batch: unique, so that ``find(batch:of:places:in:)`` can tell whether they were submitted.
  ///   - directory: the launch's, for the engine's own files.
  /// - Returns: a handle for each.
  /// - Throws: ``LaunchError``; unreachable where it is not known whether the jobs were submitted.
  func submit(_ jobs: [EngineJob], batch: String, in directory: String) async throws(LaunchError) -> [String]

  /// The handles of jobs whose submission was interrupted; nil where they were not submitted.
  ///
  /// - Parameter places: the index of each among the jobs of the batch.
  func find(
    batch: String, of jobs: [EngineJob], places: [Int], in directory: String
  ) async throws(LaunchError) -> [String]?

  /// The states of jobs, in their order.
  func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState]

  /// Cancels jobs; those that have ended are left as they are.
  func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError)
}

extension Engine {
  public var ordersJobs: Bool { false }
}

/// An attempt at a job, for an engine.
public struct EngineJob: Sendable, Hashable {
  public let name: String
  /// The attempt's number, from 1.
  public let attempt: Int
  /// The job's own directory, an absolute path.
  public let directory: String
  public let resources: JobSpec.Resources
  /// The handles of jobs that must succeed before; empty for engines that do not order jobs.
  public let after: [String]

  public init(name: String, attempt: Int, directory: String, resources: JobSpec.Resources, after: [String] = []) {
    (self.name, self.attempt, self.directory, self.resources) = (name, attempt, directory, resources)
    self.after = after
  }

  /// The command that stops the script at its time limit, for engines that enforce none.
  ///
  /// The final kill does not reach the trainer, so the script kills it a little earlier.
  var limit: String {
    resources.time.map { "env WINDTUNNEL_GRACE=25 timeout -k 30 \(Int($0.rounded(.up))) " } ?? ""
  }

  /// The directory of this attempt's output, metrics and exit code.
  public var attemptDirectory: String { "\(directory)/attempts/\(attempt)" }
}

extension EngineJob {
  /// - Parameter earlier: the handles of the jobs that it comes after.
  init(_ job: JobRecord, after earlier: [String] = []) {
    self.init(
      name: job.name, attempt: job.attempt, directory: job.directory, resources: JobSpec.Resources(job.resources),
      after: earlier)
  }
}

/// The state of a job as its engine reports it.
public enum EngineState: Sendable, Hashable {
  /// In the queue, with the reason where the engine gives one.
  case queued(String?)
  /// In the queue, but it will never start: a job that it comes after did not succeed.
  case stranded
  case running
  /// No longer there, with the engine's reason; the job's own files say whether it came to its end.
  case gone(String?)
  /// Cancelled by someone else.
  case cancelled
}

/// The files and commands of a dry run.
public struct Rehearsal: Sendable, Hashable {
  public var files: [TrainerCall.File]
  public var commands: [String]

  public init(files: [TrainerCall.File] = [], commands: [String] = []) {
    (self.files, self.commands) = (files, commands)
  }
}

extension Array where Element == EngineJob {
  /// Batches of jobs that can be submitted together, in the order of the first job of each.
  func batches(of size: Int) -> [[EngineJob]] {
    var order: [BatchNeeds] = []
    var groups: [BatchNeeds: [EngineJob]] = [:]
    for job in self {
      let needs = BatchNeeds(resources: job.resources, after: job.after)
      if groups[needs] == nil { order.append(needs) }
      groups[needs, default: []].append(job)
    }
    return order.flatMap { (groups[$0] ?? []).chunks(of: size).map { [EngineJob]($0) } }
  }
}

/// The properties that all jobs of a batch share.
private struct BatchNeeds: Hashable {
  let resources: JobSpec.Resources
  let after: [String]
}
