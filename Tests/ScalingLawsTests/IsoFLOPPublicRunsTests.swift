import Foundation
import ScalingLaws
import Tables
import Testing

private let quick = IsoFLOPOptions(resamples: 0)

@Suite("IsoFLOP profiles of public runs", .enabled(if: haveLaws, "../shared/data is not there"))
struct IsoFLOPPublicRunsTests {
  private func openAthena(_ experiment: String, outliers: Bool = false) throws -> RunColumns {
    let table = try publicRuns("openathena_isoflops_all.csv")
    let names = try table.table.texts("experiment")
    let outlier = try table.table.texts("outlier")
    let rows = names.indices.filter {
      names[$0] == experiment && (outliers || !["True", "true", "1"].contains(outlier[$0]))
    }
    let chosen = table.selecting(rows: rows)
    let budget = try chosen.values(for: .budget)
    return try RunColumns(
      params: chosen.values(for: .params), tokens: chosen.values(for: .tokens), flops: budget,
      loss: chosen.values(for: .loss), budget: budget)
  }

  struct Oracle: Sendable {
    var experiment: String
    var outliers = false
    var budgets: Int
    var a: Double
    var b: Double
    var k: Double
  }

  /// Figures of an independent program in double precision.
  @Test(
    "the experiments collected by Open Athena have the exponents that an independent program finds",
    arguments: [
      Oracle(
        experiment: "epochai_chinchilla__massivetext__chinchilla", budgets: 7, a: 0.541421347, b: 0.458578653,
        k: 0.0133279889),
      Oracle(
        experiment: "epochai_chinchilla__massivetext__chinchilla", outliers: true, budgets: 8, a: 0.491986384,
        b: 0.508013616, k: 0.127469719),
      Oracle(experiment: "llama_3__exp_loss", budgets: 8, a: 0.495261278, b: 0.504738722, k: 0.130971323),
      Oracle(
        experiment: "llama_3__exp_loss", outliers: true, budgets: 10, a: 0.463120810, b: 0.536879190, k: 0.55967364),
      Oracle(experiment: "llama_3__raw_loss", budgets: 8, a: 0.499999615, b: 0.500000385, k: 0.104698837),
      Oracle(
        experiment: "misfitting__fineweb_c4__transformer", budgets: 14, a: 0.523380706, b: 0.476619294, k: 0.0349997893),
      Oracle(
        experiment: "misfitting__fineweb_c4__transformer", outliers: true, budgets: 20, a: 0.497060355, b: 0.502939645,
        k: 0.110403977),
      Oracle(
        experiment: "ml_scalefit__massivetext__chinchilla", budgets: 7, a: 0.541531443, b: 0.456956393, k: 0.0131710611),
      Oracle(
        experiment: "ml_scalefit__massivetext__chinchilla", outliers: true, budgets: 8, a: 0.510451164, b: 0.490739937,
        k: 0.0527936256),
    ])
  func openAthenaExponents(oracle: Oracle) throws {
    let found = try ComputeExponents.isoFLOPProfiles(
      openAthena(oracle.experiment, outliers: oracle.outliers), quick)
    #expect(found.points.count == oracle.budgets)
    #expect(abs(found.size.exponent.value - oracle.a) < 6e-10)
    #expect(abs(found.tokens.exponent.value - oracle.b) < 6e-10)
    #expect(isClose(found.size.coefficient, oracle.k, 1e-8))
  }

  @Test("the minima of the Chinchilla experiment")
  func minima() throws {
    let found = try ComputeExponents.isoFLOPProfiles(openAthena("epochai_chinchilla__massivetext__chinchilla"), quick)
    let params = [168_840_183, 281_312_729, 490_973_183, 705_282_239, 1.79209567e9, 2.25539045e9, 2.91445252e9]
    let tokens = [
      5.92276069e9, 5.92460453e9, 1.01838556e10, 1.41787209e10, 2.79002962e10, 4.43382209e10, 5.71862693e10,
    ]
    let curvature = [0.0852807, 0.100656, 0.0570987, 0.054794, 0.0452993, 0.057203, 0.0576479]
    for (index, point) in found.points.enumerated() {
      #expect(isClose(point.params, params[index], 5e-9) && isClose(point.tokens, tokens[index], 5e-9))
      #expect(isClose(try #require(point.curvature), curvature[index], 1e-5))
    }
    #expect(found.points.map(\.runs) == [7, 14, 16, 10, 12, 12, 14])
  }

  struct PorianOracle: Sendable {
    var hparams: String
    var warmup: String
    var decay: String
    var count: String
    var interpolated: Double
    var within4: Double
    var within10: Double
    var budgets: Int
  }

  /// The published exponents of the first four are .8353, .5715, .4969 and .7171, with random copies of the losses.
  @Test(
    "Porian et al. 2024: the exponents of an independent program, by interpolation and by parabolas in a window",
    arguments: [
      PorianOracle(
        hparams: "base", warmup: "long", decay: "kaplan", count: "kaplan", interpolated: 0.836633151, within4: 0.858383,
        within10: 0.850561, budgets: 11),
      PorianOracle(
        hparams: "base", warmup: "short", decay: "chinchilla", count: "standard", interpolated: 0.571572259,
        within4: 0.547320, within10: 0.562978, budgets: 12),
      PorianOracle(
        hparams: "tuned", warmup: "short", decay: "const", count: "standard", interpolated: 0.496895078,
        within4: 0.508712, within10: 0.512196, budgets: 12),
      PorianOracle(
        hparams: "base", warmup: "long", decay: "kaplan", count: "attention", interpolated: 0.717057633,
        within4: 0.708683, within10: 0.740277, budgets: 10),
      PorianOracle(
        hparams: "tuned", warmup: "short", decay: "const", count: "attention", interpolated: 0.505550264,
        within4: 0.506507, within10: 0.511966, budgets: 12),
    ])
  func porian(oracle: PorianOracle) throws {
    let table = try publicRuns("porian_isoflop_points.csv")
    let wanted = [
      ("dataset", "rw"), ("hparams", oracle.hparams), ("warmup", oracle.warmup), ("decay", oracle.decay),
      ("param_count", oracle.count),
    ]
    let columns = try wanted.map { try table.table.texts($0.0) }
    let rows = (0..<table.rowCount).filter { row in zip(columns, wanted).allSatisfy { $0[row] == $1.1 } }
    let chosen = table.selecting(rows: rows)
    let flops = try chosen.values(for: .flops)
    let runs = try RunColumns(
      params: chosen.values(for: .params), tokens: chosen.values(for: .tokens), flops: flops,
      loss: chosen.values(for: .loss), budget: flops)
    let interpolated = try ComputeExponents.isoFLOPInterpolation(runs, quick)
    #expect(interpolated.points.count == oracle.budgets)
    #expect(abs(interpolated.size.exponent.value - oracle.interpolated) < 6e-10)
    var options = quick
    options.window = .within(factor: 4)
    #expect(abs(try ComputeExponents.isoFLOPProfiles(runs, options).size.exponent.value - oracle.within4) < 6e-7)
    options.window = .within(factor: 10)
    #expect(abs(try ComputeExponents.isoFLOPProfiles(runs, options).size.exponent.value - oracle.within10) < 6e-7)
  }

  private func chinchilla() throws -> RunColumns {
    let table = try publicRuns("chinchilla_epoch_svg.csv").droppingHighestLoss(5).table
    return try RunColumns(
      params: table.values(for: .params), tokens: table.values(for: .tokens), flops: table.values(for: .flops),
      loss: table.values(for: .loss))
  }

  @Test("the nine budgets of Hoffmann et al. 2022 are among those found in the compute read off their figure")
  func budgets() throws {
    let grouping = try chinchilla().isoFLOPBudgets()
    for nominal in hoffmannBudgets {
      #expect(grouping.budgets.contains { isClose($0.flops, nominal, 0.12) && $0.runs.count >= 7 }, "\(nominal)")
    }
    #expect(!grouping.strays.isEmpty)
    let found = try ComputeExponents.isoFLOPProfiles(chinchilla(), IsoFLOPOptions(window: .within(factor: 5)))
    #expect((0.42...0.58).contains(found.size.exponent.value))
    #expect(found.warnings.contains { $0.contains("are near no budget") })
  }

  /// Least squares of the loss at 40 digits: E 1.88281, alpha .357615088, beta .427620621.
  @Test("least squares of the Chinchilla surface on the 240 runs")
  func surface() throws {
    let found = try IsoFLOPSurface(chinchilla(), quick, threads: 2)
    #expect(isClose(found.surface.irreducibleLoss, 1.88281361333291, 1e-6))
    #expect(isClose(found.surface.alpha, 0.357615088349574, 1e-6))
    #expect(isClose(found.surface.beta, 0.427620621328116, 1e-6))
    #expect(isClose(found.rootMeanSquare, (2 * 0.0416019038466507 / 240).squareRoot(), 1e-9))
    #expect(
      isClose(found.exponents.size.exponent.value, 0.427620621328116 / (0.427620621328116 + 0.357615088349574), 1e-6))
  }
}
