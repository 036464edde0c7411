import Foundation
import Launch

extension Engine {
  /// The parts of the contract that an engine breaks, found by running short scripts through it; empty for one that keeps it.
  ///
  /// ```swift
  /// let found = await MyEngine().violations(in: "/shared/scratch")
  /// #expect(found.isEmpty)
  /// ```
  ///
  /// - Parameters:
  ///   - directory: an empty folder at the same path here and where the engine runs jobs; files are left there.
  ///   - resources: what each script takes.
  ///   - patience: the longest that a job may wait, run or end before that counts as a violation.
  public func violations(
    in directory: String, resources: JobSpec.Resources = .init(),
    patience: Duration = .seconds(120)
  ) async -> [Violation] {
    let course = EngineCourse(self, directory: directory, resources: resources, patience: patience)
    return await course.limits() + course.rehearses() + course.runs() + course.finds() + course.cancels()
      + course.orders()
  }
}

/// The checks of one engine, each with jobs of its own.
private struct EngineCourse {
  let engine: any Engine
  let directory: String
  let resources: JobSpec.Resources
  let patience: Duration

  init(_ engine: any Engine, directory: String, resources: JobSpec.Resources, patience: Duration) {
    (self.engine, self.directory) = (engine, URL(fileURLWithPath: directory).path)
    (self.resources, self.patience) = (resources, patience)
  }

  func limits() -> [Violation] {
    var found: [Violation] = []
    if engine.kind.isEmpty || engine.kind.contains(where: \.isWhitespace) {
      found.append(Violation(.limits, "the kind is '\(engine.kind)', not a word"))
    }
    if engine.largestBatch < 1 || engine.outstanding.map({ $0 < 1 }) ?? false {
      found.append(Violation(.limits, "it takes no job: largestBatch \(engine.largestBatch)"))
    }
    if engine.polling.lowerBound <= .zero { found.append(Violation(.limits, "it is asked without a pause")) }
    return found
  }

  func rehearses() async -> [Violation] {
    await checked(.rehearsal) { found in
      let job = try job("rehearsed", "true")
      let before = files()
      _ = try engine.rehearse([job], batch: batch("rehearsed"), in: directory)
      if files() != before || exists(job, "owner") {
        found.append(Violation(.rehearsal, "a rehearsal wrote files"))
      }
    }
  }

  /// Jobs that succeed and fail, in one batch where the engine takes several.
  func runs() async -> [Violation] {
    await checked(.submit) { found in
      let jobs = [
        try job("good", "echo run >> \"$WINDTUNNEL_JOB/runs\"; echo '{\"loss\": 1}' > \"$WINDTUNNEL_METRICS\""),
        try job("bad", "echo the reason >&2; exit 3"),
        try job("again", "echo $WINDTUNNEL_ATTEMPT > \"$WINDTUNNEL_JOB/number\"", attempt: 2),
      ]
      var handles: [String] = []
      for (index, part) in parts(jobs).enumerated() {
        handles += try await engine.submit(part, batch: batch("runs-\(index)"), in: directory)
      }
      guard handles.count == jobs.count, Set(handles).count == jobs.count, !handles.contains("") else {
        found.append(Violation(.submit, "\(jobs.count) jobs got the handles \(handles)"))
        return
      }
      try await follow(jobs, handles, &found)
      if text(jobs[0], "../../runs") != "run\n" {
        found.append(Violation(.submit, "a job ran '\(text(jobs[0], "../../runs"))' and not once"))
      }
      for (job, code) in zip(jobs, ["0\n", "3\n", "0\n"]) where text(job, "exit") != code {
        found.append(
          Violation(
            .attempt,
            "job '\(job.name)' left '\(text(job, "exit"))' as its end, not '\(code)' in \(job.attemptDirectory)"))
      }
      if text(jobs[2], "../../number") != "2\n" {
        found.append(Violation(.attempt, "the second attempt is told that it is '\(text(jobs[2], "../../number"))'"))
      }
      if text(jobs[0], "metrics.jsonl").isEmpty {
        found.append(Violation(.attempt, "a job's metrics are not in its attempt's directory"))
      }
      try await engine.cancel([jobs[0]], handles: [handles[0]])
      if text(jobs[0], "exit") != "0\n" { found.append(Violation(.cancel, "a job that had ended was changed")) }
    }
  }

  /// A batch that came through, and one that was never submitted.
  func finds() async -> [Violation] {
    await checked(.find) { found in
      let known = try job("known", "until [ -e \"$WINDTUNNEL_JOB/go\" ]; do sleep 0.1; done")
      let name = batch("known")
      let handles = try await engine.submit([known], batch: name, in: directory)
      if try await wait({ exists(known, "owner") }) {
        let again = try await engine.find(batch: name, of: [known], places: [0], in: directory)
        if again != handles {
          found.append(Violation(.find, "a job with the handle \(handles) is found as \(again ?? [])"))
        }
      } else {
        found.append(Violation(.submit, "a job that was submitted does not begin"))
      }
      try Data().write(to: URL(fileURLWithPath: "\(known.directory)/go"))
      try await follow([known], handles, &found)

      let lost = try job("lost", "true")
      guard let late = try await engine.find(batch: batch("lost"), of: [lost], places: [0], in: directory) else {
        return
      }
      if try await !wait({ exists(lost, "exit") }) {
        found.append(Violation(.find, "a job that was not submitted is found as \(late), and does not run"))
      }
    }
  }

  func cancels() async -> [Violation] {
    await checked(.cancel) { found in
      let job = try job(
        "long", "(while :; do echo x >> \"$WINDTUNNEL_JOB/beats\"; sleep 0.1; done) & while :; do sleep 1; done")
      let handles = try await engine.submit([job], batch: batch("long"), in: directory)
      guard try await wait({ !text(job, "../../beats").isEmpty }) else {
        found.append(Violation(.submit, "a job that was submitted does not begin"))
        return
      }
      let state = try await engine.look(at: [job], handles: handles)
      // An engine's own word of a job that has just begun may come later.
      if state.count != 1 || state.contains(where: \.isOver) {
        found.append(Violation(.look, "a job that runs is said to be \(state)"))
      }
      try await engine.cancel([job], handles: handles)
      var last: [EngineState] = []
      let isGone = try await wait {
        last = try await engine.look(at: [job], handles: handles)
        return last.allSatisfy(\.isOver)
      }
      if !isGone || last.count != 1 { found.append(Violation(.cancel, "a cancelled job is said to be \(last)")) }
      let isStill = try await wait {
        let before = text(job, "../../beats")
        try await Task.sleep(for: .seconds(1))
        return text(job, "../../beats") == before
      }
      if !isStill { found.append(Violation(.cancel, "processes of a cancelled job go on")) }
      if exists(job, "exit") { found.append(Violation(.cancel, "a cancelled job has written that it came to its end")) }
    }
  }

  func orders() async -> [Violation] {
    guard engine.ordersJobs else { return [] }
    return await checked(.order) { found in
      let first = try job("first", "sleep 2; touch \"$WINDTUNNEL_JOB/done\"")
      let handles = try await engine.submit([first], batch: batch("first"), in: directory)
      let second = try job("second", "[ -e '\(first.directory)/done' ]", after: handles)
      let late = try await engine.submit([second], batch: batch("second"), in: directory)
      try await follow([first, second], handles + late, &found)
      if text(second, "exit") != "0\n" {
        found.append(Violation(.order, "a job began before the one that it comes after"))
      }
    }
  }

  // MARK: - Steps of the checks

  /// Runs a check; what it throws breaks the rule that it is about.
  private func checked(
    _ rule: Violation.Rule, _ body: (inout [Violation]) async throws -> Void
  ) async -> [Violation] {
    var found: [Violation] = []
    do { try await body(&found) } catch { found.append(Violation(rule, "it throws: \(error)")) }
    return found
  }

  /// Looks at jobs until all have ended, by their own word and by the engine's.
  private func follow(_ jobs: [EngineJob], _ handles: [String], _ found: inout [Violation]) async throws {
    var states: [EngineState] = []
    let isOver = try await wait {
      states = try await engine.look(at: jobs, handles: handles)
      return states.count != jobs.count || (jobs.allSatisfy { exists($0, "exit") } && states.allSatisfy(\.isOver))
    }
    if states.count != jobs.count {
      found.append(Violation(.look, "\(jobs.count) jobs are said to be \(states)"))
    } else if !isOver {
      let silent = jobs.filter { !exists($0, "exit") }.map(\.name)
      found.append(
        silent.isEmpty
          ? Violation(.look, "jobs that have ended are said to be \(states)")
          : Violation(.attempt, "\(silent) have not come to an end; they are said to be \(states)"))
    }
  }

  private func job(
    _ name: String, _ command: String, attempt: Int = 1, after: [String] = []
  ) throws -> EngineJob {
    let folder = "\(directory)/jobs/\(name)"
    try JobScript(shell: command, environment: [:], workingDirectory: directory).write(to: folder)
    return EngineJob(name: name, attempt: attempt, directory: folder, resources: resources, after: after)
  }

  /// A name of its own, also where the suite runs twice beside one queue.
  private func batch(_ name: String) -> String { "wt-\(name)-\(String(UInt32.random(in: 0 ... .max), radix: 36))" }

  private func parts(_ jobs: [EngineJob]) -> [[EngineJob]] {
    let size = max(1, min(engine.largestBatch, engine.outstanding ?? .max))
    return stride(from: 0, to: jobs.count, by: size).map { Array(jobs[$0..<min(jobs.count, $0 + size)]) }
  }

  private func exists(_ job: EngineJob, _ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(job.attemptDirectory)/\(name)")
  }

  private func text(_ job: EngineJob, _ name: String) -> String {
    (try? String(contentsOfFile: "\(job.attemptDirectory)/\(name)", encoding: .utf8)) ?? ""
  }

  private func files() -> Set<String> {
    Set(FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? [])
  }

  /// Whether something comes about before the patience ends.
  private func wait(_ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + patience
    while try await !condition() {
      guard ContinuousClock.now < end else { return false }
      try await Task.sleep(for: .milliseconds(100))
    }
    return true
  }
}

extension EngineState {
  /// Whether the engine no longer has the job.
  fileprivate var isOver: Bool {
    switch self {
    case .gone, .cancelled: true
    case .queued, .stranded, .running: false
    }
  }
}
