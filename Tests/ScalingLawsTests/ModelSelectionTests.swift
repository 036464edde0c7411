import Fitting
import Foundation
import ScalingLaws
import Tables
import Testing

/// The choice of a model to fine-tune: the authors' own table 1, and tables that give no choice.
@Suite struct ModelSelectionTests {
  /// Lin et al. 2024, table 1: rows for 1/8, 1/16, … 1/512 of 1,638,400 examples.
  struct Published: Sendable {
    let task: String
    let acceptThenStop: [(pearson: Double, accuracy: Double)]
    let subTuning: [(pearson: Double, accuracy: Double)]
    let zeroShot: (pearson: Double, accuracy: Double)
    let modelSize: (pearson: Double, accuracy: Double)
  }

  static let published = [
    Published(
      task: "flan",
      acceptThenStop: [
        (90.9, 93.6), (73.1, 93.2), (65.5, 93.2), (61.1, 93.2), (52.2, 85.3), (50.5, 93.2), (45.6, 93.2),
      ],
      subTuning: [(60.9, 93.2), (46.5, 93.2), (36.4, 93.2), (29.0, 93.2), (24.6, 59.6), (20.9, 59.6), (16.4, 59.6)],
      zeroShot: (-10.7, 85.3), modelSize: (-20.9, 59.6)),
    Published(
      task: "gigaword",
      acceptThenStop: [
        (98.9, 100), (97.6, 91.4), (96.9, 94.3), (92.0, 100), (91.1, 94.3), (89.1, 94.3), (91.0, 91.4),
      ],
      subTuning: [(93.2, 87.6), (89.3, 87.6), (85.4, 87.6), (80.9, 71.3), (76.2, 71.3), (69.9, 71.3), (64.8, 71.3)],
      zeroShot: (-49.2, 71.3), modelSize: (-24.4, 71.3)),
  ]

  @Test(
    .enabled(if: PublicCurves.isThere, "no ../shared/data/laws next to the checkout"),
    arguments: published.map(\.task))
  func `scores are those of the authors' table`(_ task: String) throws {
    let known = try #require(Self.published.first { $0.task == task })
    let runs = try RunTable(Table.read(PublicCurves.path)).filtered(where: "task == '\(task)'").table
    var request = SelectionRequest(target: 1_638_400, threads: 2)
    request.resamples = 0
    request.scores = true
    let budgets = (3...9).map { 1_638_400 / pow(2, Double($0)) }
    let document = try SelectionDocument(runs, by: [], budgets: budgets, request)
    for (place, selection) in document.selections.enumerated() {
      for (method, figures) in [
        (SelectionMethod.acceptThenStop, known.acceptThenStop[place]), (.subTuning, known.subTuning[place]),
        (.zeroShot, known.zeroShot), (.modelSize, known.modelSize),
      ] {
        let score = try #require(selection.ranking(by: method)?.score)
        // They round to four digits and then to three.
        #expect(abs(try #require(score.pearson) - figures.pearson) <= 0.0551, "\(selection.ratio) \(method)")
        #expect(abs(try #require(score.relativeAccuracy) - figures.accuracy) <= 0.0551, "\(selection.ratio) \(method)")
      }
    }
    // 30 models on 200, 400, … 3,200 examples, for a 512th of the full size.
    let spent = try #require(document.selections.last).spent
    #expect(spent.models == 30 && spent.runs == 150 && spent.examples == 30 * 6200)
    #expect(abs(spent.share - 6200 / 1_638_400.0) < 1e-15)
  }

  /// Fitted by scipy 1.17 to the sizes within the budget, from several random starts, and followed to the full size; the
  /// rectified law on eight sizes or less with the loss without tuning, at 0 examples.
  @Test(
    .enabled(if: PublicCurves.isThere, "no ../shared/data/laws next to the checkout"),
    arguments: [
      ("gigaword", "google/t5-v1_1-base", 25_600.0, SelectionMethod.power, 1.0722318),
      ("gigaword", "google/switch-base-16", 25_600, .power, 1.2261301),
      ("gigaword", "google/t5-v1_1-base", 204_800, .rectified, 1.1339678),
      ("flan", "gpt2", 204_800, .rectified, 1.8361780),
      ("flan", "gpt2", 3200, .rectified, 1.8428123),
      ("gigaword", "google/switch-base-16", 25_600, .rectified, 1.2423088),
    ])
  func `laws extrapolate as scipy's fits do`(
    _ task: String, _ model: String, _ budget: Double, _ method: SelectionMethod, _ known: Double
  ) throws {
    let runs = try RunTable(Table.read(PublicCurves.path))
      .filtered(where: "task == '\(task)' && model == '\(model)'").table
    var request = SelectionRequest(target: 1_638_400, threads: 1)
    request.resamples = 50
    let selection = try SelectionDocument(runs, by: [], budgets: [budget], request).selections[0]
    let found = try #require(selection.ranking(by: method)?.ranking.first)
    #expect(abs(found.value - known) < 1e-6)
    let interval = try #require(found.interval)
    #expect(interval[0] < known && known < interval[1])
  }

  private func table(_ lines: [String], header: String = "model,examples,loss,params") throws -> RunTable {
    try RunTable(Table.parse(([header] + lines).joined(separator: "\n") + "\n", name: "tuned.csv"))
  }

  /// Two models, of which the one that is worse at first becomes the better one.
  private var crossing: [String] {
    (0..<7).flatMap { step in
      let size = 100 * pow(2, Double(step))
      return ["steep,\(size),\(9 * pow(size, -0.3)),2e9", "flat,\(size),\(2.2 * pow(size, -0.1)),1e9"]
    } + ["steep,0,5,2e9", "flat,0,3.5,1e9"]
  }

  @Test func `a curve that falls faster is chosen before it is the lower one`() throws {
    var request = SelectionRequest(target: 1e6, threads: 1)
    request.resamples = 20
    let selection = try SelectionDocument(table(crossing), by: [], budgets: [800], request).selections[0]
    // 9 x^-0.3 falls below 2.2 x^-0.1 only at 1,146 examples.
    #expect(selection.chosen.model == "steep")
    #expect(abs(selection.chosen.value / (9 * pow(1e6, -0.3)) - 1) < 1e-9)
    #expect(selection.ranking(by: .zeroShot)?.chosen == "flat")
    #expect(selection.ranking(by: .modelSize)?.chosen == "steep")
    #expect(selection.ranking(by: .subTuning)?.chosen == "flat")
    // Four sizes give the power law a point to spare, and the rectified law one with the loss without tuning, else none.
    #expect(selection.ranking(by: .power)?.ranking.count == 2)
    #expect(selection.ranking(by: .rectified)?.ranking.count == 2)
    #expect(selection.methods.allSatisfy { $0.score == nil })
    let tuned = try SelectionDocument(
      table(crossing.filter { !$0.contains(",0,") }), by: [], budgets: [800], request
    ).selections[0]
    #expect(tuned.ranking(by: .rectified)?.unranked.keys.sorted() == ["flat", "steep"])
  }

  /// A line's interval is a formula; a fitted law's takes hundreds of refits, so few models have one.
  @Test func `intervals of fitted laws are those that were asked for`() throws {
    let lines = ["a", "b", "c"].enumerated().flatMap { place, model in
      (0..<7).map { step in
        let size = 100 * pow(2, Double(step))
        return
          "\(model),\(size),\((3 + Double(place)) * pow(size, -0.1) * (1 + 0.01 * sin(Double(7 * step + 3 * place))))"
      }
    }
    var request = SelectionRequest(target: 1e5, threads: 1)
    request.resamples = 20
    func counts(_ method: SelectionMethod, _ intervals: Int) throws -> [Int] {
      (request.method, request.intervals) = (method, intervals)
      let runs = try table(lines, header: "model,examples,loss")
      let selection = try SelectionDocument(runs, by: [], budgets: [6400], request).selections[0]
      return [SelectionMethod.acceptThenStop, .rectified, .power].map { method in
        let ranking = selection.ranking(by: method)?.ranking ?? []
        #expect(ranking.first?.interval != nil)
        return ranking.count { $0.interval != nil }
      }
    }
    #expect(try counts(.acceptThenStop, 3) == [3, 1, 1])
    #expect(try counts(.power, 2) == [3, 1, 2])
    #expect(try counts(.rectified, 10) == [3, 3, 1])
  }

  @Test func `the same seed gives the same intervals for any number of threads`() throws {
    let noisy = (0..<7).flatMap { step in
      let size = 100 * pow(2, Double(step))
      return ["a", "b", "c"].enumerated().map { place, model in
        let loss = (3 + Double(place)) * pow(size, -0.1) * (1 + 0.01 * sin(Double(7 * step + 3 * place)))
        return "\(model),\(size),\(loss),1e9"
      }
    }
    func selection(_ threads: Int) throws -> SelectionDocument {
      var request = SelectionRequest(target: 1e5, threads: threads)
      request.resamples = 50
      (request.method, request.intervals) = (.rectified, 3)
      return try SelectionDocument(table(noisy), by: [], budgets: [6400], request)
    }
    let found = try selection(1)
    #expect(try found == selection(4))
    let ranking = try #require(found.selections[0].ranking(by: .rectified)?.ranking)
    for model in ranking {
      let interval = try #require(model.interval)
      #expect(interval[0] < model.value && model.value < interval[1])
    }
  }

  private func message(_ lines: [String], header: String = "model,examples,loss,params", upTo budget: Double = 800)
    throws
    -> String
  {
    let error = try #require(throws: TableError.self) {
      try SelectionDocument(
        table(lines, header: header), by: [], budgets: [budget], SelectionRequest(target: 1e6, threads: 1))
    }
    return error.description
  }

  @Test func `a table without curves is rejected with its line`() throws {
    #expect(try message(crossing + ["flat,400,2.1,1e9"]).hasPrefix("tuned.csv:18: the model 'flat' ran twice on 400"))
    #expect(try message(crossing + ["flat,-5,2.1,1e9"]).hasPrefix("tuned.csv:18: column 'examples'"))
    #expect(try message(crossing + ["flat,,2.1,1e9"]).contains("found a missing cell"))
    #expect(try message(crossing + ["flat,5,0,1e9"]).hasPrefix("tuned.csv:18: column 'loss'"))
    #expect(try message(crossing + ["flat,5,2,3e9"]).contains("column 'params': the model 'flat' has"))
    #expect(try message(crossing + [",5,2,3e9"]).contains("column 'model': expected a name"))
    #expect(
      try message(crossing, upTo: 400).contains("has 3 sizes up to 400 examples; Accept then Stop with k = 3 needs 4"))
    #expect(try message(crossing, header: "modl,examples,loss,params").contains("'modl' is meant"))
    #expect(try message(crossing, header: "model,exampels,loss,params").contains("'exampels' is meant"))
  }
}
