import Foundation
import Testing

/// Loss curves under learning-rate schedules, from the command line.
@Suite struct ScheduleTests {
  private let place: Workplace

  private func rate(_ step: Int, decaying: Bool) -> Double {
    decaying ? 3e-5 + 1.35e-4 * (1 + cos(.pi * Double(step) / 8000)) : 3e-4
  }

  init() throws {
    place = try Workplace()
    // The law's own sum, step by step, with a little scatter.
    let rows = [false, true].flatMap { decaying -> [String] in
      let rates = (0...8000).map { rate($0, decaying: decaying) }
      let sums = rates.reduce(into: [Double]()) { $0.append(($0.last ?? 0) + $1) }
      return (1...40).map { index -> String in
        let step = index * 200
        var fall = rates[0] * (1 - pow(1 + 2 * pow(rates[0], -0.6) * sums[step], -0.6))
        for k in 1...step where rates[k] != rates[k - 1] {
          let since = sums[step] - sums[k - 1]
          fall += (rates[k] - rates[k - 1]) * (1 - pow(1 + 2 * pow(rates[k], -0.6) * since, -0.6))
        }
        let loss = 3 + 0.5 / sums[step].squareRoot() + 400 * fall + 1e-3 * sin(Double(7 * index))
        return "\(decaying ? "cosine" : "constant"),\(step),\(rates[step]),\(loss)\n"
      }
    }
    try place.write("run,step,lr,loss\n" + rows.joined(), to: "curves.csv")
    let linear = (1...50).map { "\($0 * 200),\(3e-4 * (1 - Double($0) / 51))\n" }.joined()
    try place.write("step,lr\n" + linear, to: "linear.csv")
  }

  @Test func aStoredDocumentIsShown() throws {
    let fit = try place.shell(
      "$W fit curves.csv --law multi-power --starts 4 --bootstrap 20 --no-sensitivity --output fit.json")
    try #require(fit.status == 0, "\(fit.errors)")
    try place.checkShown("predict fit.json --schedule linear.csv", "windtunnel.curve/1")
  }

  @Test func aFitOfCurvesForetellsTheCurveOfAnotherSchedule() throws {
    let fit = try place.shell(
      "$W fit curves.csv --law multi-power --starts 4 --bootstrap 20 --no-sensitivity --output fit.json"
    )
    #expect(fit.status == 0, "\(fit.errors)")
    #expect(fit.text.contains("…") && !fit.text.contains("lr_change_3"))
    // Curves are left out whole, not their points: without the one that decays, what a decay does is not known.
    let words = fit.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("the curve that begins at line 42 (") && words.contains("check those curves"), "\(words)")
    #expect(!words.contains("line 43"))
    let curve = try place.shell("$W predict fit.json --schedule linear.csv --format json").json()
    #expect(curve["schema"] as? String == "windtunnel.curve/1")
    let points = try #require(curve["points"] as? [[String: Any]])
    #expect(points.count == 50)
    let losses = points.compactMap { $0["loss"] as? Double }
    #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 } && losses.allSatisfy { $0 > 2 && $0 < 6 })
    #expect((points.last?["interval"] as? [Double])?.count == 2)
    let table = try place.shell("$W predict fit.json --schedule linear.csv")
    #expect(table.status == 0 && table.text.contains("learning rate") && table.text.contains("10k"))
    expectFailure(try place.shell("$W predict fit.json"), 64, "--schedule")
    expectFailure(try place.shell("$W predict fit.json --schedule linear.csv --params 7B"), 64, "leave out")
    expectFailure(try place.shell("$W predict fit.json --schedule none.csv"), 66, "none.csv")
  }

  @Test func theLawOfSchedulesIsComparedWithLawsOfTheSteps() throws {
    let json = try place.shell(
      "$W compare curves.csv --law multi-power --law bnsl --formula 'E + A/step^a' --folds 3 --format json"
    ).json()
    #expect(json["dear_by"] as? String == "steps")
    let laws = try #require(json["laws"] as? [[String: Any]])
    #expect(laws.map { $0["law"] as? String }.contains("bnsl") && laws.count == 3)
    // It alone knows the schedules that the curves were drawn from.
    let best = try #require(laws.first { $0["law"] as? String == "multi-power" })
    for law in laws where law["law"] as? String != "multi-power" {
      for key in ["cross_validation_error", "extrapolation_error"] {
        #expect(try #require(best[key] as? Double) < 0.5 * #require(law[key] as? Double), "\(key)")
      }
      #expect(try #require(best["aic"] as? Double) < #require(law["aic"] as? Double) - 100)
      #expect(law["back_test_error"] as? Double != nil)
    }
    let cut = ((best["back_test"] as? [String: Any])?["cuts"] as? [[String: Any]])?.first
    #expect(cut?["steps"] != nil && cut?["flops"] == nil)
    let whole = try place.shell("$W compare curves.csv --laws bnsl --fold-by run --format json").json()
    #expect(whole["folds"] as? Int == 2 && whole["folded_by"] as? String == "run")
    // A law of the steps alone lies midway between two curves that it has both seen, and on one where it has seen that.
    func error(_ json: [String: Any], _ law: String) -> Double? {
      (json["laws"] as? [[String: Any]])?.first { $0["law"] as? String == law }?["cross_validation_error"] as? Double
    }
    #expect(try #require(error(whole, "bnsl")) > 1.5 * #require(error(json, "bnsl")))
    expectFailure(try place.shell("$W compare curves.csv --laws bnsl --fold-by nosuch"), 65, "nosuch")
    expectFailure(try place.shell("$W compare linear.csv --law multi-power"), 65, "'loss'")
    expectFailure(try place.shell("$W compare curves.csv --law multi-power --warmup -1"), 64, "--warmup")
  }

  @Test func otherLawsHaveNoSchedule() throws {
    expectFailure(
      try place.shell("$W predict --preset besiroglu2024 --schedule linear.csv"), 64, "multi-power", "chinchilla")
    try place.write("step,lr,loss\n1,1e-3,3\n2,1e-3,2.9\n", to: "flat.csv")
    expectFailure(try place.shell("$W fit flat.csv --law multi-power"), 65, "never changes")
    expectFailure(try place.shell("$W fit linear.csv --law multi-power"), 65, "'loss'")
    expectFailure(try place.shell("$W fit curves.csv --law multi-power --warmup -1"), 64, "--warmup")
  }
}
