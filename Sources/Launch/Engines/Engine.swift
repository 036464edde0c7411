import RunStore
import TrainingCost

/// Where jobs run: this machine, or what queues and starts jobs on others.
///
/// An engine is stateless: whoever asks has the handles. What it runs of a job is ``JobScript/fileName`` in the job's directory,
/// which leaves a file behind when it ends; engines tell of jobs that are still there, and why others went.
public protocol Engine: Sendable {
  /// As it is named in a job file.
  var kind: String { get }

  /// The most jobs that are handed in and not ended; nil for no limit.
  var outstanding: Int? { get }

  /// The most jobs of one call of ``submit(_:batch:in:)``.
  var largestBatch: Int { get }

  /// Whether it holds jobs back itself until others have succeeded: ``EngineJob/after``.
  var ordersJobs: Bool { get }

  /// How long to wait before it is asked again, where nothing happened: from the first to the second.
  var polling: ClosedRange<Duration> { get }

  /// What ``submit(_:batch:in:)`` would write and run, for those who look before.
  func rehearse(_ jobs: [EngineJob], batch: String, in directory: String) throws(LaunchError) -> Rehearsal

  /// Hands jobs in that need the same resources and come after the same jobs.
  ///
  /// - Parameters:
  ///   - batch: unique, so that ``find(batch:of:places:in:)`` tells whether they came through.
  ///   - directory: the launch's, for the engine's own files.
  /// - Returns: a handle for each.
  /// - Throws: ``LaunchError``; unreachable where nothing is known of what came of it.
  func submit(_ jobs: [EngineJob], batch: String, in directory: String) async throws(LaunchError) -> [String]

  /// The handles of jobs that were being handed in when their process ended; nil where they did not come through.
  ///
  /// - Parameter places: where each stood among the jobs of the batch.
  func find(
    batch: String, of jobs: [EngineJob], places: [Int], in directory: String
  ) async throws(LaunchError) -> [String]?

  /// What is known of jobs, in their order.
  func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState]

  /// Ends jobs; those that ended already are left as they are.
  func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError)
}

extension Engine {
  public var ordersJobs: Bool { false }
}

/// An attempt at a job, for an engine.
public struct EngineJob: Sendable, Hashable {
  public let name: String
  /// Counted from 1.
  public let attempt: Int
  /// The job's own, an absolute path.
  public let directory: String
  public let resources: JobSpec.Resources
  /// The handles of jobs that must succeed before; of engines that order jobs only.
  public let after: [String]

  public init(name: String, attempt: Int, directory: String, resources: JobSpec.Resources, after: [String] = []) {
    (self.name, self.attempt, self.directory, self.resources) = (name, attempt, directory, resources)
    self.after = after
  }

  /// The words before its script by which it ends at its time limit, for engines that keep none.
  ///
  /// What ends the script at last does not reach the trainer, which the script itself kills a little earlier.
  var limit: String {
    resources.time.map { "env WINDTUNNEL_GRACE=25 timeout -k 30 \(Int($0.rounded(.up))) " } ?? ""
  }

  /// Where this attempt's output, metrics and end are kept.
  public var attemptDirectory: String { "\(directory)/attempts/\(attempt)" }
}

extension EngineJob {
  /// - Parameter earlier: handles of those that it comes after.
  init(_ job: JobRecord, after earlier: [String] = []) {
    self.init(
      name: job.name, attempt: job.attempt, directory: job.directory, resources: JobSpec.Resources(job.resources),
      after: earlier)
  }
}

/// What an engine says of a job.
public enum EngineState: Sendable, Hashable {
  /// With what it waits for, where that is said.
  case queued(String?)
  /// In the queue, and it will never begin: what it comes after did not succeed as the engine sees it.
  case stranded
  case running
  /// It is no longer there, and whether it came to its end is for the job's own files to say. With the engine's reason.
  case gone(String?)
  /// It was cancelled by someone else.
  case cancelled
}

/// Files and commands of a launch that is only looked at.
public struct Rehearsal: Sendable, Hashable {
  public var files: [TrainerCall.File]
  public var commands: [String]

  public init(files: [TrainerCall.File] = [], commands: [String] = []) {
    (self.files, self.commands) = (files, commands)
  }
}

extension Array where Element == EngineJob {
  /// Jobs that can be handed in together, in the order in which the first of each comes.
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

/// What jobs of a batch have in common.
private struct BatchNeeds: Hashable {
  let resources: JobSpec.Resources
  let after: [String]
}
