import Fitting
import Foundation
import ScalingLaws
import Tables
import Testing

@Suite struct MultiPowerTests {
  /// Luo et al. 2025, 25M parameters: L0, A, alpha, B, C, beta, gamma.
  private let parameters = [3.040, 0.525, 0.508, 363.788, 2.066, 0.583, 0.641]

  /// The rate at a step: an even rise to 3e-4, then a cosine to a tenth of it.
  private func rate(_ step: Int) -> Double {
    let warmup = 200
    guard step >= warmup else { return 3e-4 * Double(step) / Double(warmup) }
    return 3e-5 + 1.35e-4 * (1 + cos(.pi * Double(step - warmup) / 5800))
  }

  /// The law's sum over every single step, those of the rise as well.
  private func exact(at step: Int) -> Double {
    let sums = (0...step).reduce(into: [Double]()) { $0.append(($0.last ?? 0) + rate($1)) }
    var drop = 0.0
    for k in 1...step {
      let since = sums[step] - sums[k - 1]
      drop +=
        (rate(k) - rate(k - 1)) * (1 - pow(1 + parameters[4] * pow(rate(k), -parameters[6]) * since, -parameters[5]))
    }
    return parameters[0] + parameters[1] * pow(sums[step], -parameters[2]) + parameters[3] * drop
  }

  private func text(_ steps: [Int]) -> String {
    "step,lr\n" + steps.map { "\($0),\(rate($0))\n" }.joined()
  }

  /// Whether every step is given or every fiftieth.
  @Test(arguments: [1, 50]) func `a few pieces stand for all steps`(_ spacing: Int) throws {
    let steps = Array(stride(from: 200, through: 6000, by: spacing))
    let runs = try RunTable(Table.parse(text(steps), name: "schedule.csv")).addingSchedule(warmup: 200, target: nil)
    let law = try LawCatalog().law("multi-power", over: runs)
    let fitted = try FittedLaw(law: law, parameters: parameters, provenance: "")
    let values = fitted.predictor(columns: try law.variables.map { try runs.values(named: $0.column) })
      .values(parameters: parameters)
    for index in [steps.count / 4, steps.count / 2, steps.count - 1] {
      let expected = exact(at: steps[index])
      #expect(abs(values[index] - expected) < 1.5e-4, "step \(steps[index]): \(values[index]) for \(expected)")
    }
  }

  @Test func `a law over sizes adds what is the size's`() throws {
    let runs = try RunTable(Table.parse(text(Array(200...6000)), name: "schedule.csv"))
      .addingSchedule(warmup: 200, target: nil)
    // The catalog's entry has one piece, as a published fit would.
    let fitted = try FittedLaw(
      law: try LawCatalog().law("multi-power-sizes"), parameters: parameters + [20, 0.25],
      draws: [parameters + [40, 0.25]],
      provenance: "")
    let (best, draws) = try fitted.losses(along: runs, params: 1e8)
    let last = try #require(best.last)
    #expect(abs(last - exact(at: 6000) - 0.2) < 1.5e-4 && abs(draws[0][5800] - last - 0.2) < 1e-9)
    #expect(throws: (any Error).self) { try fitted.losses(along: runs, params: nil) }
  }

  @Test func `rows without a loss give only the schedule`() throws {
    let rows = (0..<40).map { "\($0 * 10),\(3e-4 - 5e-6 * Double($0)),\($0 < 5 ? "" : "3.\($0)")\n" }.joined()
    let runs = try RunTable(Table.parse("step,lr,loss\n" + rows, name: "c.csv")).addingSchedule(target: "loss")
    #expect(runs.rowCount == 35)
    // Fifty steps down a straight line from 3e-4 by 5e-7 a step.
    #expect(abs(try runs.values(named: "lr_sum")[0] - 0.014375) < 1e-12)
  }

  @Test(arguments: [
    ("step,lr,loss\n1,3e-4,4\n2,3e-4,3.9\n", "never changes"), ("step,lr,loss\n1,-1,4\n", "learning rate"),
  ])
  func `curves that do not determine a decay are rejected`(_ text: String, _ words: String) throws {
    let runs = try RunTable(Table.parse(text, name: "c.csv"))
    let error = try #require(throws: TableError.self) { try runs.addingSchedule(target: "loss") }
    #expect(error.description.contains(words), "\(error)")
  }

  /// Luo et al. 2025 print a mean R² of 0.9988 and 0.9978 on the schedules that they did not train on.
  @Test(
    .enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"),
    arguments: [(25, "luo2025-25m", 0.9988), (400, "luo2025-400m", 0.9978)])
  func `the published parameters predict the published curves`(_ model: Int, _ preset: String, _ printed: Double)
    throws
  {
    let share = try explained(model, try LawCatalog().preset(preset).preset.values)
    // Our rows show the rate at every 128th step; the authors know it at each.
    #expect(abs(share - printed) < 1.2e-3, "\(share)")
  }

  /// The mean R² of a model's curves other than those trained on.
  private func explained(_ model: Int, _ parameters: [Double]) throws -> Double {
    let curves = try publicRuns("multipower_loss_curves.csv").filtered(where: "model_M == \(model)").table
    let others = ["constant_72000", "cosine_72000", "wsd_20000_24000", "wsdcon_18", "wsdcon_3", "wsdld_20000_24000"]
    let shares = try others.map { schedule -> Double in
      let runs = try curves.filtered(where: "schedule == '\(schedule)'").table.addingSchedule(warmup: 2160, target: nil)
      let losses = try runs.values(named: "loss")
      let law = try LawCatalog().law("multi-power", over: runs)
      let fitted = try FittedLaw(law: law, parameters: parameters, provenance: "")
      let predicted = fitted.predictor(columns: try law.variables.map { try runs.values(named: $0.column) })
        .values(parameters: parameters)
      let mean = losses.reduce(0, +) / Double(losses.count)
      let left = zip(predicted, losses).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return 1 - left / losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    return shares.reduce(0, +) / Double(shares.count)
  }

  /// Trained on three schedules as published; the objectives, and the mean R² of the other schedules, of scipy's fit with
  /// the sum over all the changes that the rows show, taken one by one.
  @Test(
    .enabled(if: haveLaws, "no ../shared/data/laws next to the checkout"),
    arguments: [(25, 1.4401753e-4, 0.9973976), (400, 8.6913775e-5, 0.9965954)])
  func `curves of other schedules are predicted`(_ model: Int, _ objective: Double, _ share: Double) throws {
    let curves = try publicRuns("multipower_loss_curves.csv").filtered(where: "model_M == \(model)").table
    let known = ["cosine_24000", "constant_24000", "wsdcon_9"].map { "schedule == '\($0)'" }.joined(separator: " || ")
    let trained = try curves.filtered(where: known).table.addingSchedule(warmup: 2160, target: "loss")
    var settings = FitProtocol(threads: 2)
    settings.resamples = 0
    settings.starts = .global(8)
    let fit = try LawFit(try LawCatalog().law("multi-power", over: trained), to: trained, settings)
    // The pieces stand for the changes to within a few 1e-5 of the loss, where residuals are some 5e-4 of it.
    #expect(abs(fit.optimum.value / objective - 1) < 0.02)
    #expect(abs(try explained(model, fit.optimum.parameters) - share) < 5e-4)
  }
}
