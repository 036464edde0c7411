import Launch
import LaunchConformance
import Testing
import TrainingCost

@Suite struct TrainerConformanceTests {
  @Test("a trainer of the library keeps its contract", arguments: TrainerRegistry.builtIn.trainers.map(\.name))
  func builtIn(_ name: String) throws {
    let trainer = try #require(TrainerRegistry.builtIn.named(name))
    let found = trainer.violations()
    #expect(found.isEmpty, "\(found.map(\.description).joined(separator: "\n"))")
  }

  /// A trainer that keeps everything but what a fault says.
  private struct FaultyTrainer: BackEnd {
    enum Fault: CaseIterable {
      case none, forgetsSeed, forgetsSchedule, counts, writesOutside, breaksWords, losesMetrics, refusesAll,
        startsProgram
    }

    let name = "faulty"
    let fault: Fault

    func call(_ job: JobSpec, in directory: String) -> TrainerCall {
      var job = job
      if fault == .forgetsSeed { job.training.seed = 0 }
      if fault == .forgetsSchedule { job.schedule.kind = .cosine }
      var words = ["train.py", "\(job)", directory]
      if fault == .counts { words.append("\(ContinuousClock.now)") }
      if fault == .breaksWords { words = ["sh", "-c", "train \(words.joined(separator: " "))"] }
      if fault == .startsProgram { words[0] = "train" }
      return TrainerCall(
        words, processes: fault == .breaksWords ? .one : .perDevice,
        files: fault == .writesOutside ? [.init("../shared.json", "{}")] : [.init("conf/job.txt", "\(job)")],
        metrics: fault == .losesMetrics ? .patterns(["loss": "loss="]) : .jsonLines,
        unsupported: fault == .refusesAll ? ["it trains nothing"] : [])
    }
  }

  @Test("a trainer that breaks one rule is told which")
  func broken() {
    let rules: [FaultyTrainer.Fault: Set<Violation.Rule>] = [
      .none: [], .forgetsSeed: [.traitKept("seed")],
      .forgetsSchedule: [
        .traitKept("schedule linear"), .traitKept("schedule constant"), .traitKept("schedule wsd"),
      ],
      .counts: [.sameCall], .writesOutside: [.filesInside], .breaksWords: [.wordsWhole],
      .losesMetrics: [.metricsReadable], .refusesAll: [.takesPlainJobs], .startsProgram: [.scriptPerDevice],
    ]
    for fault in FaultyTrainer.Fault.allCases {
      let found = FaultyTrainer(fault: fault).violations()
      #expect(Set(found.map(\.rule)) == rules[fault], "\(fault): \(found)")
    }
  }
}
