import Foundation
import Launch
import RunStore

/// Jobs that are handed to an engine and followed to their ends.
///
/// ```swift
/// let session = try LaunchSession(
///   [job], directory: "runs/mine", engine: .local, trainers: .builtIn.adding(MyTrainer()))
/// for try await event in session.events() {
///   if case .jobChanged(let job) = event { print(job.name, job.state) }
/// }
/// ```
///
/// Submitted jobs continue when the session is cancelled or its process is killed; a session of the same jobs and directory
/// follows it again, and hands nothing in twice.
public struct LaunchSession: Sendable {
  /// The jobs with their calls and scripts.
  public let launch: PreparedLaunch
  public let engine: EngineChoice
  private let trainers: TrainerRegistry
  /// The jobs in words, for those who read the store.
  private let description: String

  /// - Parameters:
  ///   - jobs: each with a name of its own.
  ///   - directory: where jobs and their store are kept.
  ///   - trainers: the trainers that jobs name.
  ///   - allowsUnsupported: whether jobs run without what their trainers cannot do.
  /// - Throws: `UnsupportedJobs` for what trainers cannot do, all of it; `DocumentError` for an unknown trainer.
  public init(
    _ jobs: [JobSpec], directory: String, engine: EngineChoice = .local, trainers: TrainerRegistry = .builtIn,
    allowsUnsupported: Bool = false
  ) throws {
    try self.init(
      jobs, from: directory, directory: directory, engine: engine, trainers: trainers,
      description: try jobs.map { try $0.document() }.joined(), allowsUnsupported: allowsUnsupported)
  }

  /// The jobs of a file.
  ///
  /// - Parameters:
  ///   - directory: the file's own where it is nil.
  ///   - trainers: the trainers with which the file was read.
  ///   - allowsUnsupported: whether jobs run without what their trainers cannot do.
  /// - Throws: `UnsupportedJobs` for what trainers cannot do, all of it; `DocumentError` for an unknown trainer.
  public init(
    _ file: JobFile, directory: String? = nil, trainers: TrainerRegistry = .builtIn, allowsUnsupported: Bool = false
  ) throws {
    try self.init(
      file.jobs, from: file.path, directory: directory ?? file.directory, engine: file.engine, trainers: trainers,
      description: file.text, allowsUnsupported: allowsUnsupported)
  }

  /// - Parameter path: the file that the jobs come from, for messages.
  init(
    _ jobs: [JobSpec], from path: String, directory: String, engine: EngineChoice, trainers: TrainerRegistry,
    description: String, allowsUnsupported: Bool = false
  ) throws {
    launch = try PreparedLaunch(
      jobs, from: path, directory: directory, trainers: trainers, allowsUnsupported: allowsUnsupported)
    (self.engine, self.trainers, self.description) = (engine, trainers, description)
  }

  /// The files that would be written and the commands that would be run, without doing either.
  ///
  /// - Throws: `LaunchError` for a job that the engine refuses.
  public func rehearsal() async throws -> Rehearsal { try launch.rehearse(on: await engine.engine()) }

  /// Submits the jobs that are new to the directory, and follows all of its jobs to their ends.
  ///
  /// The sequence throws `DocumentError` where a job of that name was launched otherwise or lacks a secret, `LaunchError` where
  /// the engine refuses a job, `StoreError`, and `CancellationError`. A job that fails is no error.
  public func events() -> SessionEvents<LaunchEvent> {
    SessionEvents { emit in emit(.finished(try await run(emit))) }
  }

  func run(_ emit: @escaping @Sendable (LaunchEvent) -> Void) async throws -> LaunchOutcome {
    let store = try JobStore.make(in: launch.directory, description: description, engine: try engine.stored())
    _ = try launch.add(to: store)
    let runner = JobRunner(
      store, engine: await engine.engine(), directory: launch.directory, onChange: { emit(.jobChanged($0)) },
      onTrouble: { emit(.engineTrouble($0)) })
    let watch = JobWatch(store, trainers: trainers) { job, deviation in
      let spec = try JobSpec(document: job.description, path: "\(job.directory)/job.json")
      let isStopped = spec.expected?.stops == true && deviation.side != .below
      emit(.deviation(deviation, of: job, isStopped: isStopped))
      if isStopped { try await runner.cancel(job.name, reason: deviation.summary) }
    }
    try await withThrowingTaskGroup { group in
      group.addTask { try await watch.run() }
      group.addTask { try await runner.run() }
      defer { group.cancelAll() }
      // The watch ends only by an error.
      try await group.next()
    }
    try await watch.look()
    return LaunchOutcome(store: store, jobs: try store.jobs())
  }
}

extension JobStore {
  /// The launch in a directory with all that its jobs have measured until now: it is read in here where nobody follows the jobs
  /// and the directory can be written.
  ///
  /// - Parameter trainers: those that the jobs name.
  /// - Throws: ``StoreError`` where nothing was launched there, or the store is damaged.
  public static func measured(in directory: String, trainers: TrainerRegistry = .builtIn) async throws -> JobStore {
    guard !JobStore.isRun(in: directory) else { return try open(in: directory, toWrite: false) }
    do {
      let store = try open(in: directory, toWrite: true)
      try await JobWatch(store, trainers: trainers).look()
      return store
    } catch let error as StoreError where error.code == .cannotWrite {
      return try open(in: directory, toWrite: false)
    }
  }
}
