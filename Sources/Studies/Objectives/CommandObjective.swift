import Documents
import Formulas
import Foundation
import Launch
import RunStore
import Search

/// An objective whose values a command computes: it is run once per trial, and writes its metrics.
///
/// Placeholders of the command are the parameters, the fidelity's name, and `trial`, `seed`,
/// `directory`, `checkpoint`, `parameters` (a JSON file), `from` (the fidelity that the trial
/// reached before) and `flags`. Its environment has the same values as `WINDTUNNEL_TRIAL`, …, and
/// the file for its metrics as `WINDTUNNEL_METRICS`.
public struct CommandObjective: Sendable {
  public let template: CommandTemplate
  public let metrics: MetricsSource
  /// The metrics that a trial must write, first the one that is reported before the end.
  public let goals: [Goal]
  /// The constraints on metrics, known after a trial.
  public let measured: [MeasuredConstraint]
  /// The cost of a trial, computed from its metrics and `seconds`; nil for its seconds.
  package let cost: Measure?
  /// The limit of the address space of each process of a run, in bytes; nil for none.
  public let memory: Double?
  /// The number of runs of a trial, each with another seed; its values are the means.
  public let repeats: Int
  /// The time limit of one run, in seconds.
  public let timeout: Double?
  /// The constraints between parameters, known before a trial is run.
  let constraints: [ParameterConstraint]
  let forbidden: [ForbiddenCombination]

  private static let own = ["trial", "seed", "directory", "checkpoint", "parameters", "from", "fidelity", "flags"]

  /// - Throws: `SearchError` for a placeholder that nothing fills; `FormulaError` for a
  ///   constraint that cannot be read.
  public init(
    _ command: String, space: SearchSpace, fidelity: Fidelity?, goals: [Goal],
    metrics: MetricsSource = .jsonLines, cost: String? = nil, timeout: Double? = nil, memory: Double? = nil,
    repeats: Int = 1, constraints: [String] = [], forbidden: [ForbiddenCombination] = [],
    measured: [MeasuredConstraint] = []
  ) throws {
    let template = CommandTemplate(command)
    let known = space.parameters.map(\.name) + (fidelity.map { [$0.name] } ?? []) + Self.own
    for name in template.placeholders where !known.contains(name) {
      let hint = nearestName(to: name, among: known).map { "did you mean '{\($0)}'?" } ?? "write {{ for a brace"
      throw SearchError("the command has an unknown placeholder '{\(name)}'; \(hint)")
    }
    if case .patterns(let patterns) = metrics {
      for text in patterns.values { _ = try MetricsReader.regex(text) }
    }
    self.template = template
    self.metrics = metrics
    self.goals = goals
    self.measured = measured
    self.forbidden = forbidden
    self.cost = cost.map { Measure(text: $0) }
    self.memory = memory
    self.repeats = repeats
    self.timeout = timeout
    self.constraints = try constraints.map { try ParameterConstraint($0, in: space) }
  }

  /// An evaluation that runs trials under a directory, one folder per trial.
  ///
  /// - Parameter engine: runs the commands; nil for local processes.
  public func evaluation(in directory: String, fidelity: Fidelity?, on engine: EngineTrials? = nil) -> Evaluation {
    let once: Evaluation = { job, report in
      let run = try CommandRun(self, job, in: directory, fidelity: fidelity)
      return try await run.result(on: engine, report)
    }
    return repeats > 1 ? repeated(once, times: repeats, goals: goals) : once
  }
}

/// One run of a trial's command.
private struct CommandRun {
  private let objective: CommandObjective
  private let job: TrialJob
  private let fidelity: Fidelity?
  private let directory: String
  /// The number of this run of the trial, in the names of its files.
  private let run: Int

  init(_ objective: CommandObjective, _ job: TrialJob, in directory: String, fidelity: Fidelity?) throws {
    self.objective = objective
    self.job = job
    self.fidelity = fidelity
    let folder = URL(fileURLWithPath: "\(directory)/trials/\(job.number)").path
    self.directory = folder
    do {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(job.checkpoint)", withIntermediateDirectories: true)
      run = (1...).first { !FileManager.default.fileExists(atPath: "\(folder)/\($0).out") } ?? 1
      let parameters = Dictionary(job.values.map { ($0.name, $0.value) }) { first, _ in first }
      let json = try DocumentNode(of: parameters).compactJSON
      try Data(json.utf8).write(to: URL(fileURLWithPath: "\(folder)/parameters.json"), options: .atomic)
    } catch {
      throw StudyError(.cannotWrite, "\(folder): cannot be written; free some space")
    }
  }

  func result(
    on engine: EngineTrials?, _ report: @escaping @Sendable (Double, Double) async throws -> Bool
  ) async throws -> TrialResult {
    let values = self.values
    let limit = objective.memory.map { "ulimit -v \(Int(($0 / 1024).rounded(.up))) || exit 1\n" } ?? ""
    let command = limit + objective.template.command(values, flags: job.values.map { ($0.name, $0.value.description) })
    var environment: [String: String] = [:]
    for name in ["trial", "seed", "directory", "checkpoint", "parameters", "from", "fidelity"] {
      environment["WINDTUNNEL_" + name.uppercased()] = values[name] ?? ""
    }
    let folder = engine == nil ? directory : "\(directory)/\(jobName)"
    let output = engine == nil ? "\(directory)/\(run).out" : "\(folder)/attempts/1/out"
    let metrics = engine == nil ? "\(directory)/\(run).metrics.jsonl" : "\(folder)/attempts/1/metrics.jsonl"
    let watch = MetricsWatch(
      try MetricsReader(objective.metrics, directory: directory, outputPath: output, metricsPath: metrics),
      goal: objective.goals[0], fidelity: fidelity?.name, report: report)
    let start = ContinuousClock.now
    var seconds: Double?
    let end: TrialResult.End?
    if let engine {
      // Without a fidelity nothing is reported before the end.
      let goesOn = fidelity == nil ? nil : { @Sendable in await watch.look() }
      switch try await engine.run(
        "trial-\(job.number)-\(jobName)", directory: folder, command: command, environment: environment,
        timeout: objective.timeout, goesOn: goesOn)
      {
      case .stopped: end = .stopped
      case .exited(let record):
        seconds = record.began.flatMap { began in record.ended.map { $0 - began } }
        end = record.state == .succeeded ? nil : .failed(record.reason ?? "its job was cancelled")
      }
    } else {
      environment["WINDTUNNEL_METRICS"] = metrics
      let process = LocalProcess(
        command, directory: FileManager.default.currentDirectoryPath, environment: environment,
        timeout: objective.timeout, outputPath: output, errorPath: "\(directory)/\(run).err")
      end = failure(try await process.run(mark: directory) { await watch.look() })
    }
    await watch.look(atEnd: true)
    let last = await watch.last
    if let error = await watch.error { throw error }
    let taken = seconds ?? (ContinuousClock.now - start) / .seconds(1)
    let cost = objective.cost.map { $0.value(last.merging(["seconds": taken]) { own, _ in own }) ?? 0 } ?? taken
    var record = TrialRecord(seconds: taken, cost: cost, metrics: last.filter { $0.value.isFinite })
    if !objective.measured.isEmpty {
      record.excess = objective.measured.excess(objective.measured.map { $0.excess(last) })
    }
    return TrialResult(end ?? success(last, output), record)
  }

  /// The name of this run's job, which is the same when a search is resumed.
  private var jobName: String {
    var name = "run"
    if let target = job.fidelity { name += "-to-\(ParameterValue.number(target))" }
    if job.attempt > 0 { name += "-again-\(job.attempt)" }
    if job.repetition > 0 { name += "-repeat-\(job.repetition)" }
    return name
  }

  /// The result of a command that ended by itself.
  private func success(_ last: [String: Double], _ output: String) -> TrialResult.End {
    let wanted = objective.measured.flatMap(\.names).filter { last[$0] == nil }
    if let missing = objective.goals.compactMap({ $0.measure.missing(last) }).first ?? wanted.first {
      return .failed("it wrote no '\(missing)'; its output is in \(output)")
    }
    return .finished(values: objective.goals.compactMap { $0.measure.value(last) })
  }

  /// The result of a command that failed or was stopped; nil for one that ended by itself.
  private func failure(_ end: LocalProcess.End) -> TrialResult.End? {
    switch end {
    case .exited(0): return nil
    case .exited(let code): return .failed("it ended with code \(code)\(lastError); see \(directory)/\(run).err")
    case .signaled(let signal): return .failed("signal \(signal) ended it\(lastError); see \(directory)/\(run).err")
    case .timedOut: return .failed("it ran longer than its time limit")
    case .stopped: return .stopped
    }
  }

  private var lastError: String {
    guard let text = try? String(contentsOfFile: "\(directory)/\(run).err", encoding: .utf8),
      let line = text.split(separator: "\n").last
    else { return "" }
    return ": \(line.prefix(200))"
  }

  private var values: [String: String] {
    var values = Dictionary(job.values.map { ($0.name, $0.value.description) }) { first, _ in first }
    func number(_ value: Double) -> String { ParameterValue.number(value).description }
    values["trial"] = "\(job.number)"
    values["seed"] = "\(job.seed)"
    values["directory"] = directory
    values["checkpoint"] = "\(directory)/\(job.checkpoint)"
    values["parameters"] = "\(directory)/parameters.json"
    values["from"] = number(job.from ?? 0)
    if let fidelity, let target = job.fidelity {
      values["fidelity"] = number(target)
      values[fidelity.name] = number(target)
    }
    return values
  }
}

/// Reads a command's metrics as they are written, and reports those with a fidelity.
private actor MetricsWatch {
  private var reader: MetricsReader
  private let goal: Goal
  private let fidelity: String?
  private let report: @Sendable (Double, Double) async throws -> Bool
  /// The last value of every metric.
  private(set) var last: [String: Double] = [:]
  private(set) var error: (any Error)?
  private var isStopped = false

  init(
    _ reader: MetricsReader, goal: Goal, fidelity: String?,
    report: @escaping @Sendable (Double, Double) async throws -> Bool
  ) {
    self.reader = reader
    self.goal = goal
    self.fidelity = fidelity
    self.report = report
  }

  /// Whether the command goes on.
  @discardableResult func look(atEnd: Bool = false) async -> Bool {
    for line in reader.read(atEnd: atEnd) {
      last.merge(line) { _, new in new }
      guard !isStopped, let fidelity, let reached = line[fidelity], let value = goal.measure.value(line) else {
        continue
      }
      do {
        isStopped = try await !report(reached, value)
      } catch {
        self.error = error
        isStopped = true
      }
    }
    return !isStopped
  }
}
