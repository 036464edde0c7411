import Foundation
import Report
import Tables
import TrainingCost

/// A public table of measured steps, with the rows that the default constants were fitted to.
struct CostCase {
  let source: String
  let file: String
  var stageSplit = Layout.StageSplit.even
  var sharding = Layout.Sharding.none
  var gradientBytes = 4.0
  /// As the trainer's loss has it, which the table does not say.
  var logitBytes = 10.0
  var networkBytesPerSecond: Double?
  /// Rows with less MFU by the table, in percent, are left out of the times, as in the fit.
  var minMFU = 0.0
  /// The constants were fitted to one in this many rows in 16 bits, those whose number it divides; 0 for none.
  var fittedEvery = 0
  /// Whether constants are fitted to those rows here, from the defaults, rather than taken as they are.
  var isCalibrated = false
  var accelerator: String?

  /// The folder of measured steps next to the checkout, which users need not have.
  static let folder = "../shared/data/cost"

  static let all: [CostCase] = [
    .init(
      source: "vtrain-single", file: "measured_vtrain.csv", gradientBytes: 2, networkBytesPerSecond: 12.5e9,
      fittedEvery: 20),
    .init(
      source: "vtrain-multi", file: "measured_vtrain.csv", gradientBytes: 2, networkBytesPerSecond: 12.5e9,
      fittedEvery: 2),
    .init(
      source: "ultrascale", file: "measured_ultrascale.csv", stageSplit: .balanced, minMFU: 20,
      fittedEvery: 6),
    .init(
      source: "ultrascale", file: "measured_ultrascale.csv", stageSplit: .balanced, minMFU: 20,
      fittedEvery: 6, isCalibrated: true),
    .init(source: "llm-foundry", file: "measured_llmfoundry.csv", logitBytes: 4, fittedEvery: 6, accelerator: "H100"),
    .init(source: "llm-foundry", file: "measured_llmfoundry.csv", logitBytes: 4, accelerator: "A100-40"),
    .init(source: "megatron-sc21-t1", file: "measured_papers_and_docs.csv"),
    .init(source: "korthikanti22-t5", file: "measured_papers_and_docs.csv"),
    .init(source: "megatron-bridge", file: "measured_megatron_bridge.csv", stageSplit: .balanced, sharding: .optimizer),
  ]

  var title: String {
    source + (accelerator.map { ", \($0)" } ?? "") + (isCalibrated ? ", calibrated" : "")
  }

  /// The steps, those whose times count, and of them those that were fitted to.
  func steps() throws -> (all: [MeasuredStep], timed: [MeasuredStep], fitted: [MeasuredStep]) {
    var defaults = MeasuredDefaults()
    (defaults.stageSplit, defaults.sharding, defaults.gradientBytes) = (stageSplit, sharding, gradientBytes)
    (defaults.logitBytes, defaults.networkBytesPerSecond) = (logitBytes, networkBytesPerSecond)
    let table = try Table.read("\(Self.folder)/\(file)")
    let all = try MeasuredStep.read(table, defaults: defaults).steps.filter {
      $0.source == source && (accelerator ?? $0.cluster.accelerator.name) == $0.cluster.accelerator.name
    }
    let slow = Set(zip(try table.texts("id"), try table.numbers("mfu_pct")).filter { $0.1 < minMFU }.map(\.0))
    let timed = all.filter { $0.seconds != nil && !slow.contains($0.id) }
    return (all, timed, timed.filter(isFitted))
  }

  private func isFitted(_ step: MeasuredStep) -> Bool {
    guard fittedEvery > 0, let number = step.id.split(separator: "-").last.flatMap({ Int($0) }) else { return false }
    return number % fittedEvery == 0 && step.workload.precision.isHalf
  }
}

/// How the default constants predict public measured steps that they were not fitted to.
struct CostComparison {
  private var table = TextTable([
    .init("steps of"), .init("rows", .right), .init("fitted to", .right), .init("held out", .right),
    .init("mean error", .right), .init("median", .right), .init("9 of 10", .right), .init("rank corr.", .right),
    .init("regret", .right), .init("fits", .right),
  ])

  mutating func add(_ one: CostCase) throws {
    let steps = try one.steps()
    let fitted = Set(steps.fitted.map(\.id))
    let efficiency = try one.isCalibrated ? CostCalibration(fitting: steps.fitted).efficiency : nil
    let held = try CostCheck(steps.timed.filter { !fitted.contains($0.id) }, efficiency: efficiency)
    let ranking = held.ranking
    let fits = try CostCheck(steps.all, efficiency: efficiency).fits
    table.add([
      one.title, "\(steps.all.count)", "\(fitted.count)", "\(held.errors.count)",
      percent(held.meanError), percent(held.medianError), percent(held.ninthDecile),
      mean(ranking.map(\.correlation)).map { String(format: "%.3f", $0) } ?? "", percent(mean(ranking.map(\.regret))),
      fits.of > 0 ? percent(Double(fits.right) / Double(fits.of)) : "",
    ])
  }

  func render() -> String {
    """
    Measured steps, predicted by default constants unless calibrated; errors are of times of rows not fitted to.
    What fits is of all rows, with which in view the shares that fragment were chosen.

    \(table.render(width: 200))
    """
  }

  private func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  private func percent(_ share: Double?) -> String { share.map { String(format: "%.1f %%", 100 * $0) } ?? "" }
}

/// The search of all layouts of a large model on many devices.
struct LayoutBench {
  private let model: StepModel

  init() throws {
    let shape = try TransformerShape.named("gpt-3-175b")
    let workload = TrainingWorkload(shape: shape, sequence: 2048, globalBatch: 1536)
    model = try StepModel(workload, on: Cluster(Accelerator.named("A100"), count: 1024))
  }

  /// The least of five runs.
  func text() -> String {
    var (least, considered, fitting) = (Double.infinity, 0, 0)
    for _ in 0..<5 {
      least = min(
        least,
        seconds {
          let search = LayoutSearch(model)
          (considered, fitting) = (search.considered, search.fitting)
        })
    }
    let rate = formatCount(Double(considered) / least)
    return """
      All layouts of GPT-3 175B on 1,024 A100 (1,536 sequences of 2,048): \(considered), of which \(fitting) fit, in \
      \(String(format: "%.3g", least)) s on one thread: \(rate) layouts a second.
      Quoted, not run here: calculon (Isaev et al. 2023) evaluates about 480 layouts a CPU-second.
      """
  }
}
