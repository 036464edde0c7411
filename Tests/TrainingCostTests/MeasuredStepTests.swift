import Fitting
import Tables
import Testing
import TrainingCost

/// Predictions of steps that others measured, on rows that no constant was fitted to.
@Suite(.enabled(if: MeasuredTables.areThere, "../shared/data/cost is not there"))
struct MeasuredStepTests {
  private var vTrain: MeasuredDefaults {
    var defaults = MeasuredDefaults()
    (defaults.gradientBytes, defaults.networkBytesPerSecond) = (2, 12.5e9)
    return defaults
  }

  private var balanced: MeasuredDefaults {
    var defaults = MeasuredDefaults()
    defaults.stageSplit = .balanced
    return defaults
  }

  /// Bang et al. 2023 (arXiv 2312.12391); the constants were fitted to every twentieth of these.
  @Test func vTrainsStepsOnOneNode() throws {
    let steps = try MeasuredTables.steps("vtrain", vTrain)
      .filter { $0.source == "vtrain-single" && $0.number % 20 != 0 }
    #expect(steps.count > 900)
    let check = try CostCheck(steps)
    let mean = try #require(check.meanError)
    #expect(mean <= 0.08, "\(mean)")
  }

  /// The same source on 256 and 512 devices; the constants were fitted to the even rows.
  @Test func vTrainsStepsOnManyNodes() throws {
    let steps = try MeasuredTables.steps("vtrain", vTrain).filter { $0.source == "vtrain-multi" && $0.number % 2 != 0 }
    #expect(steps.count >= 6)
    let check = try CostCheck(steps)
    let (mean, median) = (try #require(check.meanError), try #require(check.medianError))
    #expect(mean <= 0.12 && median <= 0.065, "\(mean), \(median)")
  }

  /// Sixty rows drawn at random from constants that know none of them.
  @Test(arguments: [1, 2, 3] as [UInt64]) func sixtyOfVTrainsStepsForetellTheOthers(_ seed: UInt64) throws {
    var steps = try MeasuredTables.steps("vtrain", vTrain).filter { $0.source == "vtrain-single" }
    let random = Random(seed: seed)
    for index in 0..<60 { steps.swapAt(index, index + random.integer(below: steps.count - index)) }
    let calibration = try CostCalibration(fitting: Array(steps.prefix(60)), from: Efficiency())
    #expect(calibration.ids.count == 60)
    let mean = try #require(try CostCheck(Array(steps.dropFirst(60)), efficiency: calibration.efficiency).meanError)
    #expect(mean <= 0.08, "\(mean)")
  }

  /// Tazi et al. 2025, the Ultra-Scale Playbook, of steps with an MFU of 20 % and more; the constants were fitted to
  /// every sixth.
  @Test func thePlaybooksSteps() throws {
    let steps = try MeasuredTables.steps("ultrascale", balanced)
      .filter { ($0.utilization ?? 0) >= 0.2 && $0.number % 6 != 0 }
    #expect(steps.count > 200)
    let mean = try #require(try CostCheck(steps).meanError)
    #expect(mean <= 0.10, "\(mean)")
  }

  /// Fitted to the 1B model alone, from constants that know nothing of the 3B one.
  @Test func aSmallModelsStepsForetellALargerOnes() throws {
    let steps = try MeasuredTables.steps("ultrascale", balanced).filter { ($0.utilization ?? 0) >= 0.2 }
    let small = steps.filter { $0.group.contains(" 1B ") }
    let large = steps.filter { $0.group.contains(" 3B ") }
    #expect(small.count > 50 && large.count > 50)
    let calibration = try CostCalibration(fitting: small, from: Efficiency())
    let check = try CostCheck(large, efficiency: calibration.efficiency)
    let mean = try #require(check.meanError)
    #expect(mean <= 0.10, "\(mean)")
    let ranking = check.ranking
    let regret = ranking.map(\.regret).reduce(0, +) / Double(ranking.count)
    #expect(ranking.count >= 3 && regret <= 0.08, "\(regret)")
  }

  @Test func whatRanAndWhatDidNot() throws {
    let fits = try CostCheck(MeasuredTables.steps("ultrascale", balanced)).fits
    #expect(fits.of > 1500 && Double(fits.right) / Double(fits.of) >= 0.93, "\(fits)")
  }
}

/// How tables of steps are read.
@Suite struct MeasuredStepReadingTests {
  private func read(_ header: String, _ rows: String...) throws -> (
    steps: [MeasuredStep], skipped: [(line: Int, reason: String)]
  ) {
    try MeasuredStep.read(Table.parse(([header] + rows).joined(separator: "\n") + "\n", name: "steps.csv"))
  }

  private let header = "model,gpu,n_gpus,seq,global_batch,micro_batch,tp,pp,dp,step_time_s"

  @Test func aRowIsAStep() throws {
    let (steps, skipped) = try read(header, "llama-3-8b,A100-80GB-SXM,16,8192,64,1,4,2,2,12.5")
    let step = try #require(steps.first)
    #expect(skipped.isEmpty && step.cluster.accelerator.name == "A100-80" && step.cluster.count == 16)
    #expect(step.layout.tensor == 4 && step.layout.pipeline == 2 && step.layout.data == 2)
    #expect(step.seconds == 12.5 && step.ran == nil && step.unknown.isEmpty && step.id == "line 2")
    #expect(step.workload.shape == (try TransformerShape.named("llama-3-8b")))
  }

  /// 64 sequences of 8192 at 2,000 tokens a second on each of 16 devices.
  @Test func aRateIsATime() throws {
    let (steps, _) = try read(
      "model,gpu,n_gpus,seq,global_batch,tokens_per_s_per_gpu", "llama-3-8b,H100,16,8192,64,2000")
    #expect(isNear(try #require(steps.first?.seconds), 64.0 * 8192 / 32_000))
    #expect(steps.first?.unknown == .microBatch && steps.first?.layout.data == 16)
  }

  /// 6 N and 12 L h s a token over the time and the peak (Chowdhery et al. 2022).
  @Test func utilizationIsPaLMs() throws {
    let (steps, _) = try read(header, "llama-3-8b,H100,16,8192,64,1,1,1,16,12.5")
    let perToken: Double = 6 * 8_030_261_248 + 12 * 32 * 4096 * 8192
    let flops: Double = perToken * 64 * 8192
    #expect(isNear(try #require(steps.first?.utilization), flops / (12.5 * 16 * 989e12)))
  }

  /// With two matrices in the MLP, three, or embeddings of their own, the one whose size is that of the table.
  @Test func theSizeTellsTheShape() throws {
    let columns = "params_b,layers,hidden,ffn_hidden,heads,vocab,gpu,n_gpus,seq,global_batch"
    for (gated, tied) in [(true, true), (false, true), (true, false), (false, false)] {
      let shape = TransformerShape(
        layers: 24, hidden: 2048, feedForward: 8192, heads: 16, vocabulary: 50_304, isGated: gated,
        tiesEmbeddings: tied, biases: gated ? .none : .all, norm: gated ? .rms : .layer)
      let billions = Double(shape.parameters.total) / 1e9
      let (steps, _) = try read(columns, "\(billions),24,2048,8192,16,50304,H100,8,2048,64")
      #expect(steps.first?.workload.shape.isGated == gated && steps.first?.workload.shape.tiesEmbeddings == tied)
    }
  }

  @Test(arguments: [
    ("llama-3-8b,H10O,16,8192,64,1,1,1,16,1", "did you mean"), ("llama-3-8b,H100,0,8192,64,1,1,1,16,1", "from 1"),
    ("llama-3-8b,H100,16,8192,0,1,1,1,16,1", "global batch"), ("llama-3-8b,H100,16,8192,64,0,1,1,16,1", "micro_batch"),
    ("llama-3-8b,H100,16,8192,64,1,0,1,16,1", "tp must be"), ("llama-3-8b,H100,16,8192,64,1,1,0,16,1", "pp must be"),
    ("llama-3-8b,H100,16,8192,64,1,1,1,0,1", "dp must be"), ("llama-3-8b,H100,16,8192,64,1,1e18,1,16,1", "tp must be"),
    ("llama-3-8b,H100,16,8192,64,1,1000000,1000000,1000000,1", "devices"),
    ("llama-3-8b,H100,16,8192,64,1.5,1,1,16,1", "whole number"), ("nothing,H100,16,8192,64,1,1,1,16,1", "layers"),
    ("llama-3-8b,H100,16,,64,1,1,1,16,1", "seq is missing"),
  ])
  func aRowThatCannotBeUsedIsSkippedWithItsReason(_ row: String, _ words: String) throws {
    let (steps, skipped) = try read(header, row, "llama-3-8b,H100,16,8192,64,1,1,1,16,1")
    #expect(steps.count == 1 && skipped.map(\.line) == [2])
    #expect(skipped.first?.reason.contains(words) == true, "\(skipped)")
  }

  @Test func aPrecisionThatTheChipLacksSkipsTheRow() throws {
    let (steps, skipped) = try read(
      "model,gpu,n_gpus,seq,global_batch,precision", "llama-3-8b,A100,8,2048,64,fp8", "llama-3-8b,H100,8,2048,64,fp8")
    #expect(steps.count == 1 && skipped.first?.reason.contains("fp8") == true)
  }

  @Test func aTableWithoutItsColumnsIsRefused() {
    for header in ["model,n_gpus,seq,global_batch", "model,gpu,seq,global_batch", "model,gpu,n_gpus,seq"] {
      #expect(throws: TableError.self) { try read(header, "1,2,3,4") }
    }
  }

  /// What was not written down is what would have been fastest among what may have been.
  @Test func anUnknownMicroBatchIsTheFastestThatFits() throws {
    let (steps, _) = try read(
      "model,gpu,n_gpus,seq,global_batch,micro_batch,tp,zero_stage,step_time_s", "llama-3-8b,H100,64,8192,512,,8,1,9")
    let step = try #require(steps.first)
    let model = try StepModel(step.workload, on: step.cluster)
    let found = step.layout(model)
    for size in [1, 2, 4, 8, 16, 32] {
      var other = found
      other.microBatch = size
      guard (try? model.check(other)) != nil, model.memory(other).total <= step.cluster.accelerator.usableMemoryBytes
      else { continue }
      #expect(model.time(found).total <= model.time(other).total)
    }
  }
}
