import Documents
import Fitting
import Foundation
import Launch
import Planning
import RunStore
import ScalingLaws
import Tables

/// The closed loop: pilot runs, a law fitted to them, a registered prediction of a run of ten times their compute, that run, and
/// a report of both.
///
/// ```swift
/// let session = LoopSession(try LoopFile(path: "loop.yaml"))
/// for try await event in session.events() {
///   switch event {
///   case .registered(let registration): print(registration.loss)
///   case .finished(let outcome): print(outcome.report.isWithin ?? false)
///   default: break
///   }
/// }
/// ```
///
/// The prediction is written down and hashed before the target begins, and never changed. Every stage is kept in the loop's
/// directory; a session that was cancelled, or whose process was killed, is continued by another of the same file.
public struct LoopSession: Sendable {
  /// A part of the loop.
  public enum Stage: Sendable, Hashable {
    /// The pilot runs.
    case pilot
    /// The fit, its back-test, the plan and the registration.
    case prediction
    /// The run that is predicted.
    case target
  }

  public let file: LoopFile
  /// The directory of the loop.
  public let directory: String
  private let engine: EngineChoice
  private let seed: UInt64
  private let threads: Int
  private let trainers: TrainerRegistry

  /// - Parameters:
  ///   - directory: the file's own where it is nil.
  ///   - engine: the file's own where it is nil.
  ///   - seed: the seed of the bootstrap and of the prediction's draws.
  ///   - threads: of the fit; the results are the same for any number.
  ///   - trainers: those with which the file was read.
  public init(
    _ file: LoopFile, directory: String? = nil, engine: EngineChoice? = nil, seed: UInt64 = 0,
    threads: Int = ProcessInfo.processInfo.activeProcessorCount, trainers: TrainerRegistry = .builtIn
  ) {
    self.file = file
    self.directory = directory ?? file.directory
    self.engine = engine ?? file.engine
    (self.seed, self.threads, self.trainers) = (seed, threads, trainers)
  }

  /// The directory of the launch of a stage, as a path; nil for a stage that launches nothing.
  public func launchDirectory(of stage: Stage) -> String? {
    switch stage {
    case .pilot: "\(directory)/pilot"
    case .target: "\(directory)/target"
    case .prediction: nil
    }
  }

  /// Goes through the stages that are not done yet.
  ///
  /// The sequence throws ``WorkflowError`` where a run came to no loss, what a ``LaunchSession`` throws, `LawError`, `FitError` or
  /// `PlanError` where the pilots give no prediction, `DocumentError` where a registration was changed, and `CancellationError`.
  public func events() -> SessionEvents<LoopEvent> {
    SessionEvents { emit in emit(.finished(try await run(emit))) }
  }

  private func run(_ emit: @escaping @Sendable (LoopEvent) -> Void) async throws -> LoopOutcome {
    emit(.began(.pilot))
    let pilot = try await launched(file.pilot, in: "\(directory)/pilot", emit).runs
    emit(.began(.prediction))
    let table = pilot.runTable
    try DocumentFile.write(table, to: "\(directory)/runs.csv")
    let (fitted, backTest) = try fit(table)
    let registration = try Registration.made(at: directory) {
      try register(fitted, pilot: pilot, runs: fingerprint(of: table.utf8))
    }
    emit(.registered(registration))
    try Task.checkCancellation()
    var targets = try (0..<file.targetSeeds).map { seed in
      try file.target(
        params: registration.params, seed: seed,
        provenance: .init(
          plan: registration.plan, fit: registration.fit, law: registration.law, predictedLoss: registration.loss,
          predictionInterval: registration.predictionInterval))
    }
    let expected = expected(of: targets[0], registration, pilot, emit)
    for index in targets.indices { targets[index].expected = expected }
    emit(.began(.target))
    let (achieved, store) = try await launched(targets, in: "\(directory)/target", emit)
    let report = LoopReport(
      name: file.name, registration, pilot: pilot, target: achieved, backTest: backTest,
      watch: expected == nil ? nil : file.watch, deviations: try store.intakes().compactMapValues(\.deviation))
    try DocumentFile.write(try report.json(), to: "\(directory)/report.json")
    let curves = try achieved.compactMap { run in
      try ExpectedCurve(
        in: "\(directory)/target/jobs/\(run.spec.name)", tokensPerStep: Double(run.spec.training.tokensPerStep))
    }
    return LoopOutcome(report: report, pilot: pilot, target: achieved, expected: curves)
  }

  /// Runs that all came to a loss, and their store.
  private func launched(
    _ specs: [JobSpec], in directory: String, _ emit: @escaping @Sendable (LoopEvent) -> Void
  ) async throws -> (runs: [CollectedRun], store: JobStore) {
    let session = try LaunchSession(
      specs, from: file.path, directory: directory, engine: engine, trainers: trainers, description: file.text)
    let outcome = try await session.run { emit(.launch($0)) }
    let runs = try outcome.runs()
    if let bad = runs.first(where: { $0.state != .succeeded || $0.loss == nil }) {
      throw WorkflowError(
        .noLoss(job: bad.spec.name, directory: directory), "run '\(bad.spec.name)' did not come to a loss")
    }
    return (runs, outcome.store)
  }

  /// Fits the law to the pilots, and fits it to the smaller of them for its error on the larger.
  private func fit(_ table: String) throws -> (FittedLaw, BackTest?) {
    let runs = try RunTable(try Table.parse(table, name: "\(directory)/runs.csv"))
    let law = try LawCatalog().law(file.law, over: runs)
    var settings = FitProtocol(threads: threads)
    settings.resamples = file.resamples
    settings.level = file.level
    settings.seed = seed
    let fit = try LawFit(law, to: runs, settings) { _ in }
    let document = FitDocument(fit, sensitivity: [], exclusions: [], notes: [])
    let text = try document.json()
    try DocumentFile.write(text, to: "\(directory)/fit.json")
    var fitted = try document.fittedLaw()
    fitted.fingerprint = fingerprint(of: text.utf8)
    let comparison = try LawComparison([law], on: runs, threads: threads)
    return (fitted, comparison.laws.first?.backTest)
  }

  /// Plans the target's budget, and predicts the run that the plan comes to.
  private func register(_ fitted: FittedLaw, pilot: [CollectedRun], runs: String) throws -> Registration {
    let plan = try planOptimum(
      fitted, for: .flops(file.targetFLOPs), constraints: PlanConstraints(maxTokens: file.maxTokens),
      options: PlanOptions(level: file.level, seed: seed))
    let document = try PlanDocument(plan, budget: formatFLOPs(file.targetFLOPs)).json()
    try DocumentFile.write(document, to: "\(directory)/plan.json")
    let nearest = try file.target(
      params: plan.params?.value ?? 0, sizeColumn: fitted.law.sizeColumn ?? Role.params.rawValue, seed: 0,
      provenance: .init())
    // As it is read from the registration.
    let target = try file.target(params: Double(nearest.model.parameters.total), seed: 0, provenance: .init())
    return try Registration(
      of: target, by: fitted, level: file.level, seed: seed, largestPilot: pilot.map(\.flops).max() ?? 0, runs: runs,
      plan: fingerprint(of: document.utf8))
  }

  /// The losses that the pilots' curves predict along a target; nil where none is watched, or they predict nothing.
  private func expected(
    of target: JobSpec, _ registration: Registration, _ pilot: [CollectedRun],
    _ emit: @Sendable (LoopEvent) -> Void
  ) -> JobSpec.Expected? {
    guard let metric = file.watch else { return nil }
    do {
      let watch = try LoopWatch(metric, of: pilot, in: directory, threads: threads, seed: seed)
      let expected = watch.expected(registration)
      _ = try ExpectedCurve(expected, of: target)
      return expected
    } catch {
      emit(.warning("the target is not compared with the pilots' curves: \(error)"))
      return nil
    }
  }
}
