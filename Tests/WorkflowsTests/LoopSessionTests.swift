import Foundation
import Launch
import Testing
import Workflows

/// The loop with a trainer whose loss follows the law of Besiroglu et al. (2024), with a little noise that hangs on the run.
@Suite struct LoopSessionTests {
  private struct KnownTrainer: BackEnd {
    let name = "known"

    func call(_ job: JobSpec, in directory: String) -> TrainerCall {
      let (params, tokens) = (Double(job.model.parameters.total), job.training.tokens)
      let loss = 1.8172 + 482.01 / pow(params, 0.3478) + 2085.43 / pow(tokens, 0.3658)
      let noise = 0.001 * sin(params + 7 * tokens / 1e9 + Double(job.training.seed))
      return TrainerCall(
        ["echo", "{\"step\": \(job.training.steps), \"loss\": \(loss * (1 + noise))}"], processes: .one,
        metrics: .jsonLines)
    }
  }

  private func session(in folder: TestFolder) throws -> LoopSession {
    let trainers = TrainerRegistry.builtIn.adding(KnownTrainer())
    let file = try LoopFile(
      path: "loop.yaml",
      text: """
        schema: windtunnel.loop/1
        pilot: {sizes: [100M, 200M, 400M, 800M, 1.6B], budgets: [3e18 FLOP, 1e19 FLOP, 3e19 FLOP]}
        target: {budget: 1e21 FLOP}
        trainer: known
        training: {sequence: 2048, batch: 256}
        engine: {kind: local, slots: 8}
        optimizer: {lr: 1e-3}
        bootstrap: 50
        watch: other
        directory: \(folder.path)/loop
        """, trainers: trainers)
    return LoopSession(file, threads: 2, trainers: trainers)
  }

  @Test("a loop that is cancelled when its prediction is registered keeps it, and another session makes the run")
  func resumed() async throws {
    let folder = try TestFolder()
    let registered = Gathered<Registration>()
    let running = Task { [session = try session(in: folder)] in
      for try await event in session.events() {
        guard case .registered(let registration) = event else { continue }
        registered.add(registration)
        withUnsafeCurrentTask { $0?.cancel() }
      }
    }
    await #expect(throws: CancellationError.self) { try await running.value }
    let first = try #require(registered.values.first)
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/loop/report.json"))

    var (stages, warnings, handedIn): ([LoopSession.Stage], [String], [String]) = ([], [], [])
    var (again, outcome): (Registration?, LoopOutcome?)
    for try await event in try session(in: folder).events() {
      switch event {
      case .began(let stage): stages.append(stage)
      case .launch(.jobChanged(let job)) where job.state == .queued: handedIn.append(job.name)
      case .launch: break
      case .registered(let registration): again = registration
      case .warning(let text): warnings.append(text)
      case .finished(let result): outcome = result
      }
    }
    #expect(stages == [.pilot, .prediction, .target] && handedIn == ["target-s0"])
    #expect(again?.registered == first.registered && again?.loss == first.loss)
    #expect(warnings.count == 1 && warnings[0].contains("no pilot run has measured 'other'"))
    let report = try #require(outcome?.report)
    #expect(report.isWithin == true && report.pilot.runs == 15 && report.watch == nil)
    let truth = 1.8172 + 482.01 / pow(first.params, 0.3478) + 2085.43 / pow(first.tokens, 0.3658)
    #expect(abs(first.loss / truth - 1) < 0.01 && abs((report.outcomes.first?.loss ?? 0) / truth - 1) < 0.002)
  }
}
