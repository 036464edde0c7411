import Fitting
import Foundation
import ScalingLaws
import Tables
import Testing

/// Capabilities from benchmark scores, on the released table of Ruan, Maddison and Hashimoto 2024 against numpy 2.4 and
/// scipy 1.17 on the same table, and on scores that are made.
@Suite struct ObservationTests {
  private var quick: Observation.Settings {
    var settings = Observation.Settings()
    settings.resamples = 0
    settings.threads = 2
    return settings
  }

  private func table(_ text: String) throws -> RunTable { try RunTable(Table.parse(text, name: "models.csv")) }

  @Test(.enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"))
  func `components of the released scores`() throws {
    let scores = try ModelScores(publicRuns("obsscaling_base_llm.csv"))
    try #require(scores.benchmarks.count == 8 && scores.models.count == 148 && scores.missingCount == 40)
    let found = try Observation(scores, quick)
    let known = [0.852837051773, 0.093393446056, 0.027358329291, 0.011518180819]
    for (share, value) in zip(found.shares, known) { #expect(abs(share.value - value) < 1e-9) }
    // The paper has the first component at about 80 % and the first three at about 97 %.
    #expect(abs(found.cumulative[2].value - 0.97) < 0.005 && found.shares[0].value > 0.8)
    let loading = [
      0.440845051508, 0.315367284981, 0.330011653242, 0.229387221521, 0.088585633246, 0.589439345211, 0.216428297686,
      0.377552067022,
    ]
    for (own, value) in zip(found.space.components.loadings[0], loading) { #expect(abs(own - value) < 1e-8) }
    let trends = Dictionary(uniqueKeysWithValues: found.families.map { ($0.family, $0) })
    #expect(found.families.count == 23)
    for (family, models, slope, rSquared) in [
      ("Pythia", 8, 0.15383404091202277, 0.9840478795349324), ("Llama-2", 3, 0.5292258682441341, 0.9996965021705034),
      ("Qwen1.5", 7, 0.4241988449601013, 0.9702786783856165), ("OLMo", 3, 0.40070862276427655, 0.5105716755640167),
    ] {
      let trend = try #require(trends[family])
      #expect(trend.models == models)
      #expect(abs(trend.slope - slope) < 1e-7 && abs(trend.rSquared - rSquared) < 1e-7, "\(family)")
    }
    let ends = try #require(trends["Pythia"]?.slopeInterval)
    #expect(abs(ends[0] - 0.13829618774593705) < 1e-7 && abs(ends[1] - 0.16937189407810904) < 1e-7)
  }

  /// The best of sixty bounded least-squares searches from random starts.
  @Test(
    .enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"),
    arguments: [
      (1, 0.10902008015530686, 0.020143631393375744), (2, 0.06850414167063275, 0.0076661097989078495),
      (3, 0.08661739953582026, 0.014190669898787193),
    ])
  func `a task above a cutoff is predicted as by scipy`(_ components: Int, _ error: Double, _ square: Double) throws {
    let scores = try ModelScores(publicRuns("obsscaling_base_llm.csv"))
    var settings = quick
    settings.components = components
    let task = try #require(try Observation(scores, task: ("GSM8K", 8.4e22), settings).task)
    #expect(task.fitted == 77 && task.heldOut == 46 && task.leftOut == 25)
    #expect(abs(task.fromCapabilities.heldOutError.value - error) < 1e-5)
    #expect(abs(task.fromCapabilities.heldOutSquaredError - square) < 1e-5)
    #expect(abs(task.fromCompute.heldOutError.value - 0.20336035462727176) < 1e-5)
  }

  /// Scores that follow one capability exactly, so that what is missing is known.
  @Test func `a missing score follows from the others`() throws {
    let rows = (0..<12).map { 0.2 + 0.05 * Double($0) }
    let all = rows.map { [$0, 0.9 - 0.5 * $0, 0.1 + 0.8 * $0] }
    var holed = all
    holed[3][1] = .nan
    holed[9][0] = .nan
    let filled = try ComponentImputation(holed, components: 1)
    for (row, known) in zip(filled.rows, all) {
      for (cell, value) in zip(row, known) { #expect(abs(cell - value) < 1e-8) }
    }
    #expect(abs(filled.filling([.nan, 0.6, 0.58])[0] - 0.6) < 1e-8)
    #expect(abs(try PrincipalComponents(all).shares[0] - 1) < 1e-12)
  }

  @Test func `draws are the same for any number of threads`() throws {
    let text =
      "model,family,flops,a,b,c\n"
      + (0..<20).map { index in
        let skill = 0.2 + 0.03 * Double(index) + 0.02 * sin(Double(7 * index))
        return "m\(index),\(index % 2 == 0 ? "x" : "y"),\(pow(10, 20 + 0.2 * Double(index))),\(skill),"
          + "\(0.9 * skill + 0.01 * cos(Double(3 * index))),\(1 / (1 + exp(2 - 5 * skill)))\n"
      }.joined()
    var settings = Observation.Settings()
    settings.components = 1
    settings.resamples = 30
    let found = try [1, 3].map { threads in
      settings.threads = threads
      return try Observation(try ModelScores(table(text)), task: ("c", 1e22), settings)
    }
    #expect(found[0].task == found[1].task && found[0].shares == found[1].shares)
    let ends = try #require(found[0].task?.fromCapabilities.heldOutError.interval)
    #expect(ends[0] <= ends[1])
    #expect(found[0].families.map(\.family) == ["x", "y"])
  }

  @Test(arguments: [
    ("model,a,b\nm,1,50\nn,2,60\n", "0 to 1"), ("model,a,loss\nm,0.1,2\nn,0.2,3\n", "only 'a'"),
    ("model,flops,a,b\nm,-1,0.1,0.2\nn,1,0.2,0.3\n", "above zero"),
  ])
  func `tables without scores or with invalid compute are rejected`(_ text: String, _ words: String) throws {
    let error = try #require(throws: TableError.self) { try ModelScores(table(text)) }
    #expect(error.description.contains(words), "\(error)")
  }
}
