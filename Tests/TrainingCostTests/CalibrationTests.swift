import Documents
import Fitting
import Foundation
import Testing

@testable import TrainingCost

/// Calibration with steps that are simulated, so that the truth is known.
@Suite struct CalibrationTests {
  private struct Case {
    let workload: TrainingWorkload
    let cluster: Cluster
    let layout: Layout
  }

  /// Every layout that fits of GPTs of four sizes on 8 to 32 devices.
  private static let cases: [Case] = {
    var cases: [Case] = []
    guard let a100 = try? Accelerator.named("A100") else { return [] }
    for (layers, hidden, heads) in [(16, 2048, 16), (24, 3072, 24), (32, 4096, 32), (40, 5120, 40)] {
      for count in [8, 16, 32] {
        var options = LayoutSearch.Options()
        options.keep = .max
        let shape = gpt(layers: layers, hidden: hidden, heads: heads)
        guard let model = try? model(shape, count, of: a100, batch: 128) else { continue }
        // As programs are run: not the slowest of all that would fit.
        let found = LayoutSearch(model, options).best
        cases += found.prefix(found.count / 2).map {
          Case(workload: model.workload, cluster: model.cluster, layout: $0.layout)
        }
      }
    }
    return cases
  }()

  private func drawn(_ count: Int, _ random: Random) -> [Case] {
    (0..<count).map { _ in Self.cases[random.integer(below: Self.cases.count)] }
  }

  /// Documents from before a constant came keep what they say of the others.
  @Test func olderDocumentsAreReadWithLaterConstantsAsBefore() throws {
    let random = Random(seed: 11)
    let document = CalibrationDocument(
      try calibration(random, try truth(random), count: 20), accelerator: "A100", file: "steps.csv", fingerprint: "f")
    var older = document
    older.constants.removeLast(4)
    older.covariance = older.covariance.dropLast(4).map { Array($0.dropLast(4)) }
    let calibration = try read(older.json()).calibration
    for (index, constant) in Efficiency.constants.enumerated() {
      let kept = index < older.constants.count ? older.constants[index].value : Efficiency()[keyPath: constant.path]
      #expect(calibration.efficiency[keyPath: constant.path] == kept, "\(constant.name)")
      let variance = calibration.covariance[index * Efficiency.constants.count + index]
      let known = index < older.covariance.count ? older.covariance[index][index] : constant.spread * constant.spread
      #expect(variance == known, "\(constant.name)")
    }
    var broken = older
    broken.covariance.removeLast()
    #expect(throws: DocumentError.self) { try read(broken.json()) }
  }

  private func seconds(_ one: Case, _ efficiency: Efficiency) throws -> Double {
    try StepModel(one.workload, on: one.cluster, efficiency: efficiency).time(one.layout).total
  }

  /// Constants as far from the defaults as is believed of them.
  private func truth(_ random: Random) throws -> Efficiency {
    var truth = Efficiency.standard(for: try Accelerator.named("A100"))
    for constant in Efficiency.constants {
      truth[keyPath: constant.path] *= exp(0.5 * constant.spread * random.normal())
    }
    return truth
  }

  private func measured(_ one: Case, _ seconds: Double, _ id: Int) -> MeasuredStep {
    MeasuredStep(
      id: "step-\(id)", source: "simulated", group: "simulated", workload: one.workload, cluster: one.cluster,
      layout: one.layout, unknown: [], seconds: seconds)
  }

  private func calibration(_ random: Random, _ truth: Efficiency, count: Int = 60) throws -> CostCalibration {
    let steps = try drawn(count, random).enumerated().map { index, one in
      measured(one, try seconds(one, truth) * exp(0.03 * random.normal()), index)
    }
    return try CostCalibration(fitting: steps)
  }

  /// Twelve sets of constants, sixty steps with 3 % of noise each; twenty other layouts: their mean error stays below 2 %,
  /// and the intervals hold nine of ten times that would be measured.
  @Test func constantsOfSimulatedStepsForetellOtherLayouts() throws {
    var (errors, held): ([Double], [Bool]) = ([], [])
    for seed in 0..<12 {
      let random = Random(seed: UInt64(seed))
      let truth = try truth(random)
      let calibration = try calibration(random, truth)
      #expect(calibration.converged)
      for one in drawn(20, random) {
        let time = try seconds(one, truth)
        errors.append(abs(try seconds(one, calibration.efficiency) / time - 1))
        let interval = try calibration.interval(of: one.layout, for: one.workload, on: one.cluster)
        held.append(interval.contains(time * exp(0.03 * random.normal())))
      }
    }
    let mean = errors.reduce(0, +) / Double(errors.count)
    #expect(mean < 0.02, "\(mean)")
    let coverage = Double(held.count { $0 }) / Double(held.count)
    #expect(held.count >= 200 && (0.8...0.98).contains(coverage), "\(coverage)")
  }

  /// Steps whose memory was measured tell what a program keeps and what it adds, and foretell the memory of others; without
  /// them nothing is learned of that.
  @Test func constantsOfMemoryFollowFromMeasuredMemory() throws {
    let random = Random(seed: 3)
    var truth = Efficiency.standard(for: try Accelerator.named("A100"))
    (truth.keptActivations, truth.fragmentation, truth.runtimeBytes) = (1.25, 0.1, 3e9)
    func memory(_ one: Case, _ efficiency: Efficiency) throws -> Double {
      try StepModel(one.workload, on: one.cluster, efficiency: efficiency).memory(one.layout).total
    }
    let steps = try drawn(40, random).enumerated().map { index, one in
      var step = measured(one, try seconds(one, truth), index)
      step.memoryBytes = try memory(one, truth)
      return step
    }
    let calibration = try CostCalibration(fitting: steps)
    let misses = try drawn(20, random).map { one in
      abs(try memory(one, calibration.efficiency) / memory(one, truth) - 1)
    }
    #expect(misses.allSatisfy { $0 < 0.06 } && misses.reduce(0, +) / 20 < 0.02, "\(misses)")
    let untold = try CostCalibration(
      fitting: steps.map { step in
        var step = step
        step.memoryBytes = nil
        return step
      })
    let prior = Efficiency.standard(for: try Accelerator.named("A100"))
    #expect(isNear(untold.efficiency.keptActivations, prior.keptActivations, within: 1e-6))
    #expect(try #require(CostCheck(steps, efficiency: calibration.efficiency).meanMemoryError) < 0.01)
    #expect(try #require(CostCheck(steps, efficiency: prior).meanMemoryError) > 0.05)
  }

  @Test func aWiderLevelIsAWiderInterval() throws {
    let random = Random(seed: 5)
    let calibration = try calibration(random, try truth(random), count: 40)
    let one = try #require(Self.cases.first)
    let (narrow, wide) = (
      try calibration.interval(of: one.layout, for: one.workload, on: one.cluster, level: 0.5),
      try calibration.interval(of: one.layout, for: one.workload, on: one.cluster, level: 0.95)
    )
    #expect(wide.lowerBound < narrow.lowerBound && narrow.upperBound < wide.upperBound)
    #expect(narrow.contains(try seconds(one, calibration.efficiency)))
  }

  /// A stalled step counts for little: the constants are hardly moved by it.
  @Test func aStepThatStalledCountsForLittle() throws {
    let random = Random(seed: 9)
    let truth = try truth(random)
    let chosen = drawn(40, random)
    var steps = try chosen.enumerated().map { index, one in measured(one, try seconds(one, truth), index) }
    steps[7].seconds = steps[7].seconds.map { 10 * $0 }
    let calibration = try CostCalibration(fitting: steps)
    let errors = try chosen.enumerated().filter { $0.offset != 7 }
      .map { abs(try seconds($0.element, calibration.efficiency) / seconds($0.element, truth) - 1) }.sorted()
    #expect(errors[errors.count / 2] < 0.02, "\(errors)")
  }

  /// Steps on one device say nothing of networks, whose constants stay where they were.
  @Test func constantsThatTheStepsSayNothingOfAreKept() throws {
    let a100 = try Accelerator.named("A100")
    let model = try model(gpt(layers: 16, hidden: 2048, heads: 16), 1, of: a100, batch: 32)
    let steps = [1, 2, 4].map { size in
      let layout = Layout(microBatch: size, sharding: .none, recomputation: .full)
      return measured(
        Case(workload: model.workload, cluster: model.cluster, layout: layout), 1.3 * model.time(layout).total, size)
    }
    let calibration = try CostCalibration(fitting: steps)
    let document = CalibrationDocument(calibration, accelerator: "A100-80", file: "steps.csv", fingerprint: "0")
    for name in ["network", "network_latency", "link", "exposed_reduction", "exposed_exchange"] {
      let constant = try #require(document.constants.first { $0.name == name })
      #expect(isNear(constant.value, constant.prior, within: 1e-6) && constant.informed < 1e-6, "\(name)")
    }
    #expect(try #require(document.constants.first { $0.name == "matmul" }).informed > 0.05)
  }

  @Test func nothingToFitToIsAnError() {
    #expect(throws: CostError.self) { try CostCalibration(fitting: []) }
  }

  private func document() throws -> CalibrationDocument {
    let random = Random(seed: 3)
    return CalibrationDocument(
      try calibration(random, try truth(random), count: 30), accelerator: "A100-80", file: "steps.csv",
      fingerprint: "abc")
  }

  private func read(_ text: String) throws -> CalibrationDocument {
    try CalibrationDocument.read(text: text, from: "c.json").value
  }

  @Test func aDocumentIsReadBackAsWritten() throws {
    let document = try document()
    let read = try self.read(document.json())
    #expect(read == document)
    // Constants, and so all predictions, to the last bit.
    for (constant, entry) in zip(Efficiency.constants, document.constants) {
      #expect(read.calibration.efficiency[keyPath: constant.path] == entry.value, "\(entry.name)")
      #expect(read.calibration.prior[keyPath: constant.path] == entry.prior, "\(entry.name)")
    }
    let again = CalibrationDocument(
      read.calibration, accelerator: read.accelerator, file: read.file, fingerprint: read.fingerprint)
    #expect(again == document)
  }

  @Test func intervalsHoldTheirConstantAndTheDocumentNamesItsRows() throws {
    let document = try document()
    #expect(document.rows.count == 30 && document.errors == nil)
    for constant in document.constants {
      #expect(constant.interval[0] <= constant.value && constant.value <= constant.interval[1])
      #expect((0...1).contains(constant.informed))
    }
  }

  @Test func whatIsNoCalibrationIsRefused() throws {
    let whole = try document()
    let changes: [(String, (inout CalibrationDocument) -> Void)] = [
      ("'constants': they are not those", { $0.constants.removeLast() }),
      ("'constants': they are not those", { $0.constants = [] }),
      ("'constants': they are not those", { $0.constants[0].name = "matmool" }),
      ("'constants': they are not those", { $0.constants[3].value = -1 }),
      ("'constants': they are not those", { $0.constants[3].interval = [] }),
      ("'constants': they are not those", { $0.covariance.removeLast() }),
      ("'constants': they are not those", { $0.covariance[2].append(0) }),
      ("'constants': they are not those", { $0.scatter = -1 }),
    ]
    for (words, change) in changes {
      var document = whole
      change(&document)
      let text = try document.json()
      let error = try #require(throws: DocumentError.self) { try read(text) }
      #expect(error.description.contains("c.json") && error.description.contains(words), "\(error)")
    }
    let later = try whole.json().replacing(CalibrationDocument.schema, with: "windtunnel.cost-calibration/2")
    for text in ["", "{}", "[]", "nonsense", "{\"schema\": \"windtunnel.cost-calibration/1\"}", later] {
      #expect(throws: DocumentError.self) { try read(text) }
    }
  }
}
