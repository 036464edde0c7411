import Foundation
import RunStore

/// Brings what the jobs of a launch measure into its store, as they write it, and holds it against what was expected of them.
///
/// It may be begun anew at any moment: what is read twice is kept once.
public actor JobWatch {
  private let store: JobStore
  private let trainers: TrainerRegistry
  private let onDeviation: @Sendable (JobRecord, Deviation) async throws -> Void
  /// The readers of attempts that have not ended.
  private var open: [String: OpenAttempt] = [:]

  private struct OpenAttempt {
    var attempt: Int
    var reader: AttemptReader
    let expected: ExpectedCurve?
  }

  private static let shortestWait = Duration.seconds(2)
  /// The share of the time, in parts, that reading may take where there is much to read.
  private static let idleParts = 20

  /// - Parameters:
  ///   - trainers: those that the jobs name.
  ///   - onDeviation: called when the losses of an attempt have left what was expected, once until they are back.
  public init(
    _ store: JobStore, trainers: TrainerRegistry = .builtIn,
    onDeviation: @escaping @Sendable (JobRecord, Deviation) async throws -> Void = { _, _ in }
  ) {
    (self.store, self.trainers, self.onDeviation) = (store, trainers, onDeviation)
  }

  /// Looks again and again, until the task is cancelled.
  ///
  /// - Throws: `StoreError`; what `onDeviation` throws; `CancellationError`.
  public func run() async throws {
    while true {
      let start = ContinuousClock.now
      try await look()
      try await Task.sleep(for: max(Self.shortestWait, (ContinuousClock.now - start) * Self.idleParts))
    }
  }

  /// Reads what is new of all jobs that have begun.
  public func look() async throws {
    let jobs = try store.unreadJobs()
    guard !jobs.isEmpty else { return }
    let known = try store.intakes()
    for job in jobs {
      var before = known[job.name]
      let first = before.map { $0.isComplete ? $0.attempt + 1 : $0.attempt } ?? 1
      for attempt in first...max(first, job.attempt) { before = try await take(job, attempt, before) }
    }
  }

  private func take(_ job: JobRecord, _ attempt: Int, _ before: Intake?) async throws -> Intake {
    let isOver = attempt < job.attempt || job.state.isEnded
    var intake = Intake(attempt: attempt, isComplete: isOver)
    if before?.attempt == attempt { intake.deviation = before?.deviation }
    var measurements: [JobMeasurement] = []
    do {
      if open[job.name]?.attempt != attempt {
        let spec = try JobSpec(document: job.description, path: "\(job.directory)/job.json")
        open[job.name] = OpenAttempt(
          attempt: attempt, reader: try AttemptReader(spec, of: job, attempt: attempt, trainers: trainers),
          expected: try ExpectedCurve(in: job.directory, tokensPerStep: Double(spec.training.tokensPerStep)))
      }
      measurements = open[job.name]?.reader.read(atEnd: isOver) ?? []
      intake.problems = open[job.name]?.reader.problems ?? []
    } catch {
      intake.problems = ["\(error)"]
    }
    try store.keep(measurements, units: open[job.name]?.reader.units ?? [:], of: job.name, intake)
    if !measurements.isEmpty, let expected = open[job.name]?.expected {
      let deviation = expected.deviation(of: try store.measurements(of: job.name))
      let isNews = intake.deviation == nil
      intake.deviation = deviation?.summary
      try store.keep([], units: [:], of: job.name, intake)
      if isNews, let deviation { try await onDeviation(job, deviation) }
    }
    if isOver { open[job.name] = nil }
    return intake
  }
}
