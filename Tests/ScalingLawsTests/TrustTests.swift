import Fitting
import Formulas
import Foundation
import Tables
import Testing

@testable import ScalingLaws

/// Runs of a known law with normal noise on the logarithm.
private func table(noise: Double, seed: UInt64 = 1, compute: Bool = true) throws -> RunTable {
  let random = Random(seed: seed)
  var text = "params,tokens,flops,loss\n"
  for size in 0..<6 {
    for step in 0..<6 {
      let (n, d) = (1e7 * pow(4, Double(size)), 5e8 * pow(4, Double(step)))
      let loss = (1.8 + 480 / pow(n, 0.35) + 2085 / pow(d, 0.37)) * exp(noise * random.normal())
      text += "\(n),\(d),\(6 * n * d),\(loss)\n"
    }
  }
  return try RunTable(Table.parse(text, name: "runs.csv"))
}

private var quick: FitProtocol {
  var settings = FitProtocol(threads: 2)
  settings.resamples = 0
  return settings
}

@Suite struct StackingTests {
  @Test func `unbiased predictions of independent errors are weighed by the inverse of their variance`() {
    // Orthogonal errors of squared lengths 1 and 4.
    let weights = stackingWeights(errors: [[1, 0, 0], [0, 2, 0]])
    #expect(abs(weights[0] - 0.8) < 1e-12 && abs(weights[1] - 0.2) < 1e-12)
  }

  @Test func `no weight is negative, and a prediction that helps nothing has none`() {
    let weights = stackingWeights(errors: [[1, 1, 1], [2, 2, 2.5]])
    #expect(weights == [1, 0])
  }

  @Test func `errors of opposite sign cancel`() {
    let weights = stackingWeights(errors: [[1, 1], [-3, -3]])
    #expect(abs(weights[0] - 0.75) < 1e-9 && abs(weights[1] - 0.25) < 1e-9)
  }

  @Test func `the weights are as good as any of a grid`() {
    let random = Random(seed: 4)
    for _ in 0..<20 {
      let errors = (0..<3).map { _ in (0..<8).map { _ in random.normal() } }
      func value(_ weights: [Double]) -> Double {
        (0..<8).reduce(0) { sum, row in
          let mixed = zip(weights, errors).reduce(0) { $0 + $1.0 * $1.1[row] }
          return sum + mixed * mixed
        }
      }
      let weights = stackingWeights(errors: errors)
      #expect(abs(weights.reduce(0, +) - 1) < 1e-12 && weights.allSatisfy { $0 >= 0 })
      for a in 0...40 {
        for b in 0...(40 - a) {
          let other = [Double(a) / 40, Double(b) / 40, Double(40 - a - b) / 40]
          #expect(value(weights) <= value(other) + 1e-12)
        }
      }
    }
  }
}

@Suite struct BackTestTests {
  @Test func `the law that made the runs predicts them, and another does not`() throws {
    let laws = try ["chinchilla", "kaplan-n"].map { try LawCatalog().law($0) }
    let comparison = try LawComparison(laws, on: table(noise: 0), threads: 2)
    #expect(comparison.laws.map(\.law) == ["chinchilla", "kaplan-n"])
    #expect(try #require(comparison.laws[0].backTestError) < 1e-9)
    #expect(try #require(comparison.laws[1].backTestError) > 0.01)
    #expect(abs(try #require(comparison.laws[0].stackingWeight) - 1) < 1e-6)
    let cuts = try #require(comparison.laws[0].backTest).cuts
    for cut in cuts {
      #expect(cut.fitted >= 15 && cut.fitted + cut.misses.count == 36)
      #expect(cut.misses.allSatisfy { $0.factor > 1 })
    }
  }

  @Test func `a stack predicts the weighted mean of its laws`() throws {
    let runs = try table(noise: 0.01)
    var settings = quick
    settings.resamples = 20
    let fits = try ["chinchilla", "kaplan-nd"].map { try LawFit(LawCatalog().law($0), to: runs, settings) }
    let document = try FitDocument(
      stacking: zip(fits, [0.25, 0.75]).map { (fit: $0, weight: $1) }, exclusions: [], notes: [])
    let read = try FitDocument.read(text: document.json(), from: "stack.json").value.fittedLaw()
    let predictor = read.predictor(columns: read.law.variables.map { $0.column == "params" ? [3e9] : [6e10] })
    for draw in 0..<20 {
      let each = fits.map { fit in
        let bound = try? fit.fittedLaw().predictor(columns: [[3e9], [6e10]])
        return bound?.values(parameters: fit.draws.parameters[draw])[0] ?? .nan
      }
      let mixed = predictor.values(parameters: read.draws[draw])[0]
      #expect(abs(mixed / (0.25 * each[0] + 0.75 * each[1]) - 1) < 1e-12)
    }
  }
}

@Suite struct CalibrationTests {
  private func calibrate(threads: Int, simulations: Int) throws -> Calibration {
    var settings = Calibration.Settings(threads: threads)
    settings.simulations = simulations
    settings.resamples = 100
    let fit = try LawFit(LawCatalog().law("kaplan-n"), to: table(noise: 0.01), quick)
    return try Calibration(
      of: fit, truth: [3e13, 0.08], noise: NoiseModel(normal: 0.02, runs: 36), settings)
  }

  @Test func `least squares under normal noise has its nominal coverage`() throws {
    let calibration = try calibrate(threads: 2, simulations: 300)
    #expect(calibration.failed == 0)
    // Five standard errors of the binomial, and what 36 runs take from the normal approximation.
    for row in calibration.rows where row.kind != .bca {
      #expect(row.coverage > 0.9 - 5 * 0.0173 - 0.02 && row.coverage < 0.9 + 5 * 0.0173, "\(row)")
    }
    #expect(calibration.truth == ["N_c": 3e13, "alpha_N": 0.08])
  }

  /// Runs along a line that bends up a little, for a law that would level off: where it does so they cannot tell from never.
  @Test func `a limit that runs do not reach is unbounded, and unbounded intervals contain it`() throws {
    let random = Random(seed: 3)
    let rows = (1...40).map {
      "\(Double($0) / 10),\(Double($0) / 5 * exp(0.001 * Double($0) + 0.01 * random.normal()))\n"
    }
    let runs = try RunTable(Table.parse("x,y\n" + rows.joined(), name: "line.csv"))
    let law = try Law.custom(
      Formula("A*R*(0 - expm1(0 - x/R))"), target: "y", over: runs,
      declared: [.positive("A", 0.1...10), .positive("R", 0.5...200)])
    let fit = try LawFit(law, to: runs, quick)
    let document = FitDocument(fit, sensitivity: [], exclusions: [], notes: [])
    #expect(document.parameters["R"]?.isEndless == true && document.parameters["A"]?.isEndless == nil)
    #expect(document.diagnostics.contains { $0.code == "optimum_without_end" && $0.message.hasPrefix("R has grown") })
    var settings = Calibration.Settings(threads: 2)
    (settings.simulations, settings.resamples) = (100, 100)
    let calibration = try Calibration(of: fit, settings)
    let row = try #require(calibration.rows.first { $0.quantity == "R" && $0.kind == .percentile })
    // One-sided: no interval lies below a value without end.
    #expect(row.coverage > 0.85 && row.below + row.above < 0.15, "\(row)")
    // A limit within the runs is told from none.
    let bent = try RunTable(
      Table.parse(
        "x,y\n"
          + (1...40).map {
            "\(Double($0) / 10),\(2 * (0 - expm1(0 - Double($0) / 10)) * exp(0.01 * random.normal()))\n"
          }
          .joined(), name: "bent.csv"))
    let end = FitDocument(try LawFit(law, to: bent, quick), sensitivity: [], exclusions: [], notes: [])
    let limit = try #require(end.parameters["R"])
    #expect(limit.isEndless == nil && abs(limit.value - 1) < 0.05, "\(limit)")
  }

  @Test func `the same seed gives the same coverage on any number of threads`() throws {
    #expect(try calibrate(threads: 1, simulations: 30) == calibrate(threads: 3, simulations: 30))
  }

  @Test func `noise that grows along compute is found`() throws {
    let random = Random(seed: 2)
    var text = "params,loss\n"
    for run in 0..<400 {
      let n = 1e7 * pow(10, Double(run % 40) / 10)
      text += "\(n),\(pow(3e13 / n, 0.08) * exp(0.01 * pow(n / 1e9, -0.25) * random.normal()))\n"
    }
    let fit = try LawFit(LawCatalog().law("kaplan-n"), to: RunTable(Table.parse(text, name: "r.csv")), quick)
    let noise = try NoiseModel(of: fit)
    #expect(abs(noise.exponent + 0.25) < 0.08, "\(noise.exponent)")
    #expect(noise.along == "params")
    #expect(noise.seedDeviation != nil)
  }
}

@Suite struct PlausibilityTests {
  private func codes(_ scale: (params: Double, tokens: Double, loss: Double)) throws -> [String] {
    let rows = (0..<20).map { run in
      let (n, d) = (1e8 * pow(2, Double(run % 5)), 1e9 * pow(3, Double(run / 5)))
      let loss = 1.8 + 480 / pow(n, 0.35) + 2085 / pow(d, 0.37)
      return "\(n * scale.params),\(d * scale.tokens),\(loss * scale.loss)\n"
    }
    let runs = try RunTable(Table.parse("params,tokens,loss\n" + rows.joined(), name: "runs.csv"))
    return try LawFit(LawCatalog().law("chinchilla"), to: runs, quick).plausibilityDiagnostics.map(\.code)
  }

  @Test func `counts in their own unit are not asked about`() throws {
    #expect(try codes((1, 1, 1)).isEmpty)
  }

  @Test func `tokens in billions, sizes in billions and perplexities are`() throws {
    #expect(try codes((1, 1e-9, 1)) == ["implausible_units"])
    #expect(try codes((1e-9, 1, 1)) == ["implausible_units"])
    #expect(try codes((1, 1, 20)) == ["implausible_units"])
  }
}
