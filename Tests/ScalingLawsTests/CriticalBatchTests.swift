import Fitting
import Foundation
import ScalingLaws
import Tables
import Testing

@Suite struct CriticalBatchTests {
  private func options(resamples: Int = 0) -> BatchOptions {
    var options = BatchOptions(threads: 2)
    options.resamples = resamples
    return options
  }

  private func document(_ runs: RunTable, _ options: BatchOptions) throws -> BatchDocument {
    try BatchDocument(
      stepsToTarget: runs, options, record: FitDocument.Runs(runs, exclusions: [], notes: []))
  }

  @Test func `steps and examples trade as the hyperbola says`() {
    let trade = BatchTradeOff(criticalBatch: 500, minSteps: 2000)
    for batch in [1.0, 64, 500, 1e5] {
      #expect(abs((trade.relativeTime(batch: batch) - 1) * (trade.relativeCompute(batch: batch) - 1) - 1) < 1e-12)
      #expect(abs((trade.steps(batch: batch) ?? 0) * batch / (trade.examples(batch: batch) ?? 1) - 1) < 1e-12)
    }
    #expect(trade.steps(batch: 500) == 4000 && trade.minExamples == 1e6)
  }

  /// Zhang et al. write it as `(b + 5 a 1.2 256)/(5 a)`, `S = a + b/B`.
  @Test func `the overhead definition is that of its paper`() {
    let (a, b) = (1293.83, 2.834e6)
    let trade = BatchTradeOff(criticalBatch: b / a, minSteps: a)
    #expect(abs(trade.criticalBatch(overhead: 0.2, base: 256) - (b + 5 * a * 1.2 * 256) / (5 * a)) < 1e-9)
    // By definition: at that batch, steps exceed the ideal by the overhead.
    let batch = trade.criticalBatch(overhead: 0.1, base: 64)
    let ideal = (trade.steps(batch: 64) ?? 0) * 64 / batch
    #expect(abs((trade.steps(batch: batch) ?? 0) / ideal - 1.1) < 1e-12)
  }

  @Test func `the frontier reaches over the tested batches and about the critical one`() {
    let points = BatchTradeOff(criticalBatch: 1000, minSteps: 10).frontier(tested: 64...4096)
    #expect(points.count == 12)
    #expect(points.first?.batch == 64 && points.last?.batch == 8000)
    #expect(points.filter(\.tested).count == 10)
    #expect(BatchTradeOff(criticalBatch: 2).frontier().allSatisfy { $0.batch >= 1 && $0.steps == nil })
  }

  /// Published S_min, and critical batches at 20 % overhead, to their rounding; standard errors of the logarithms of
  /// S_min and B_crit by scipy 1.17's `curve_fit`.
  @Test(
    .enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"),
    arguments: [
      ("85M", 1293.83, 745.32, 0.0416419, 0.0609092), ("151M", 1752.42, 955.16, 0.0519020, 0.0714652),
      ("302M", 2095.35, 1393.73, 0.0461316, 0.0592278), ("604M", 2459.93, 1888.52, 0.0594053, 0.0729481),
    ])
  func `published critical batch sizes come out of the published steps`(
    _ model: String, _ minSteps: Double, _ critical: Double, _ stepsError: Double, _ batchError: Double
  ) throws {
    let found = try document(try publicRuns("zhang_cbs_steps_to_target.csv"), options(resamples: 1000))
    let group = try #require(found.groups.first { $0.name == model })
    #expect(abs((group.minSteps?.value ?? 0) - minSteps) < 0.006)
    let overhead = try #require(group.critical(.overhead))
    #expect(abs(overhead.batch.value - critical) < 0.006)
    #expect(abs((overhead.tokens ?? 0) - overhead.batch.value * 512) < 1e-6)
    let trade = try #require(group.critical(.trade)?.batch)
    #expect(abs((trade.standardError ?? 0) / trade.value / batchError - 1) < 0.15)
    #expect(abs((group.minSteps?.standardError ?? 0) / minSteps / stepsError - 1) < 0.15)
  }

  /// The lines that numpy's polyfit draws through the four sizes; the published law, 93.20 and 0.468, has a fifth.
  @Test(.enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"))
  func `critical batch sizes grow with size by an exponent that depends on their definition`() throws {
    let found = try document(try publicRuns("zhang_cbs_steps_to_target.csv"), options(resamples: 200))
    let scaling = try #require(found.scaling)
    #expect(scaling.over == "params")
    for (definition, coefficient, exponent) in [
      (BatchDocument.Definition.overhead, 86.92869, 0.4819995), (.trade, 116.71799, 0.6633833),
    ] {
      let law = try #require(scaling.laws.first { $0.definition == definition })
      #expect(abs(law.batch(at: 1e6) / coefficient - 1) < 1e-5)
      #expect(abs(law.exponent.value - exponent) < 1e-6)
      let ends = try #require(law.exponent.interval).compactMap { $0 }
      #expect(ends.count == 2 && ends[0] < exponent && exponent < ends[1])
    }
    let overhead = try #require(scaling.laws.first { $0.definition == .overhead })
    #expect(abs((overhead.exponent.standardError ?? 0) - 0.0157670) < 1e-6)
    #expect(found.diagnostics.contains { $0.code == "definitions_disagree" })
  }

  /// Steps of four models, each to two losses, of which the higher takes half the steps.
  @Test func `inconsistent groups are detected`() throws {
    var columns = [[Double]](repeating: [], count: 4)
    for (model, size) in [1e8, 3e8, 1e9, 3e9].enumerated() {
      for loss in [3.0, 3.2] {
        for power in 5...12 {
          let batch = pow(2, Double(power))
          // Critical batches that follow no power of the size.
          let critical = [300.0, 900, 200, 800][model]
          let row = [size, loss, batch, 1000 * (1 + critical / batch) * (loss == 3 ? 2 : 1)]
          for index in columns.indices { columns[index].append(row[index]) }
        }
      }
    }
    let runs = try RunTable(
      Table(
        name: "runs",
        columns: zip(["params", "target_loss", "batch_size", "steps"], columns).map {
          Column(name: $0, values: .numbers($1))
        }))
    let apart = try document(runs, options(resamples: 50))
    #expect(apart.groupedBy == ["params", "target_loss"] && apart.groups.count == 8)
    #expect(!apart.diagnostics.contains { $0.code == "repeats_differ" })
    #expect(apart.diagnostics.contains { $0.code == "scatter_beyond_errors" })
    var mixed = options()
    mixed.groups = ["params"]
    #expect(try document(runs, mixed).diagnostics.filter { $0.code == "repeats_differ" }.count == 4)
  }

  /// 300 groups of few runs with 5 % of noise: nine in ten intervals of 90 % hold the truth, within three standard errors.
  @Test(arguments: [4, 9]) func `intervals have their nominal coverage, even with few runs`(_ count: Int) throws {
    let random = Random(seed: UInt64(count))
    var (names, batches, steps) = ([String](), [Double](), [Double]())
    for group in 0..<300 {
      for run in 0..<count {
        let batch = 64 * pow(2, 8 * Double(run) / Double(count - 1))
        names.append("g\(group)")
        batches.append(batch)
        steps.append(2000 * (1 + 1500 / batch) * exp(0.05 * random.normal()))
      }
    }
    let runs = try RunTable(
      Table(
        name: "groups",
        columns: [
          Column(name: "group", values: .text(names)), Column(name: "batch_size", values: .numbers(batches)),
          Column(name: "steps", values: .numbers(steps)),
        ]))
    let found = try document(runs, options(resamples: 300))
    #expect(found.groups.count == 300)
    let holding = found.groups.filter { group in
      guard let ends = group.critical(.trade)?.batch.interval else { return false }
      return (ends[0] ?? 0) <= 1500 && 1500 <= ends[1] ?? .infinity
    }
    #expect(abs(Double(holding.count) / 300 - 0.9) < 0.052, "\(holding.count) of 300")
  }

  @Test func `runs that do not reach either end are distinguished from those that do`() throws {
    func runs(_ batches: [Double], critical: Double) throws -> RunTable {
      let steps = batches.enumerated().map { 1000 * (1 + critical / $1) * ($0 % 2 == 0 ? 1.01 : 0.99) }
      return try RunTable(
        Table(
          name: "runs",
          columns: [
            Column(name: "batch_tokens", values: .numbers(batches)), Column(name: "steps", values: .numbers(steps)),
          ]))
    }
    let batches = [64.0, 128, 256, 512, 1024, 2048]
    let inside = try document(try runs(batches, critical: 400), options())
    #expect(inside.unit == .tokens && inside.groups[0].name == "all runs")
    #expect(!inside.diagnostics.contains { $0.code == "beyond_tested_batches" })
    let beyond = try document(try runs(batches, critical: 6000), options())
    #expect(beyond.diagnostics.contains { $0.code == "beyond_tested_batches" && $0.message.contains("larger") })
    let below = try document(try runs(batches, critical: 20), options())
    #expect(below.diagnostics.contains { $0.code == "beyond_tested_batches" && $0.message.contains("smaller") })
    let few = try document(try runs([64, 512, 2048], critical: 400), options())
    #expect(few.diagnostics.contains { $0.code == "few_batches" })
    for (critical, words) in [(1e9, "fall in proportion"), (1e-4, "do not fall")] {
      let error = #expect(throws: TableError.self) { try document(try runs(batches, critical: critical), options()) }
      #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }
  }
}
