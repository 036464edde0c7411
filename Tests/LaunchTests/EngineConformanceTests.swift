import Launch
import LaunchConformance
import Testing

@Suite struct EngineConformanceTests {
  /// The local engine with a fault.
  private struct FaultyEngine: Engine {
    enum Fault: CaseIterable {
      case neverCancels, forgetsHandles, forgetsStates, losesBatches, inventsBatches, writesBefore
    }

    let fault: Fault
    let kind = "faulty"
    let inner = LocalEngine(slots: 2, devices: [])
    let outstanding: Int? = 2
    let largestBatch = 2
    var polling: ClosedRange<Duration> { inner.polling }

    func rehearse(_ jobs: [EngineJob], batch: String, in directory: String) throws(LaunchError) -> Rehearsal {
      if fault == .writesBefore {
        try JobScript(shell: "true", environment: [:], workingDirectory: directory).write(to: "\(directory)/engine")
      }
      return try inner.rehearse(jobs, batch: batch, in: directory)
    }

    func submit(_ jobs: [EngineJob], batch: String, in directory: String) async throws(LaunchError) -> [String] {
      let handles = try await inner.submit(jobs, batch: batch, in: directory)
      return fault == .forgetsHandles ? Array(handles.dropLast()) : handles
    }

    func find(
      batch: String, of jobs: [EngineJob], places: [Int], in directory: String
    ) async throws(LaunchError) -> [String]? {
      if fault == .losesBatches { return nil }
      let found = try await inner.find(batch: batch, of: jobs, places: places, in: directory)
      return found ?? (fault == .inventsBatches ? jobs.map { _ in "process 1 1" } : nil)
    }

    func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState] {
      let states = try await inner.look(at: jobs, handles: handles)
      return fault == .forgetsStates ? states.filter { $0 == .running } : states
    }

    func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError) {
      if fault != .neverCancels { try await inner.cancel(jobs, handles: handles) }
    }
  }

  @Test("the engine of this machine keeps its contract")
  func local() async throws {
    let folder = try TestFolder()
    let found = await LocalEngine(slots: 2, devices: []).violations(in: folder.path)
    #expect(found.isEmpty, "\(found)")
  }

  @Test(
    "an engine that breaks a rule is told which",
    arguments: [
      (.neverCancels, .cancel), (.forgetsHandles, .submit), (.forgetsStates, .look), (.losesBatches, .find),
      (.inventsBatches, .find), (.writesBefore, .rehearsal),
    ] as [(FaultyEngine.Fault, Violation.Rule)])
  private func broken(_ fault: FaultyEngine.Fault, _ rule: Violation.Rule) async throws {
    let folder = try TestFolder()
    // What a job that is never cancelled leaves behind.
    defer { ProcessMark.killAll(markedBy: folder.path) }
    let found = await FaultyEngine(fault: fault).violations(in: folder.path, patience: .seconds(4))
    #expect(found.contains { $0.rule == rule }, "\(found)")
  }
}
