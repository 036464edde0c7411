import Foundation
import Testing

/// Capacity density, from the command line, against the closed form of a published law.
@Suite struct DensityTests {
  private let place: Workplace

  /// The loss of a model as good as one with the given parameters on 1T tokens, by Hoffmann et al.'s unrounded fit.
  private func loss(_ effective: Double) -> Double {
    exp(0.5267228) + exp(6.0073404) / pow(effective, 0.33917084) + exp(6.0179186) / pow(1e12, 0.2849083)
  }

  init() throws {
    place = try Workplace()
    // Every second model is the densest so far, and these double every 100 days.
    var rows = "model,params,loss,released\n"
    for (index, day) in ["2023-01-01", "2023-02-20", "2023-04-11", "2023-05-31", "2023-07-20"].enumerated() {
      let size = [7e9, 3e9, 1.3e10, 1e9, 3e9][index]
      let density = index % 2 == 0 ? pow(2, Double(index) / 2) : 0.3
      rows += "m\(index),\(size),\(loss(density * size)),\(day)\n"
    }
    try place.write(rows, to: "models.csv")
  }

  @Test func aStoredDocumentIsShown() throws {
    try place.checkShown("density models.csv --preset hoffmann2022 --date released", "windtunnel.density/1")
  }

  @Test func densitiesAndTheirTrendAreThoseBehindTheScores() throws {
    let json = try place.shell(
      "$W density models.csv --preset hoffmann2022 --date released --format json"
    ).json()
    let models = try #require(json["models"] as? [[String: Any]])
    let densities = models.compactMap { $0["density"] as? Double }
    for (density, expected) in zip(densities, [1, 0.3, 2, 0.3, 4]) { #expect(abs(density / expected - 1) < 1e-6) }
    #expect(models.compactMap { $0["is_record"] as? Bool } == [true, false, true, false, true])
    let best = try #require((json["trend"] as? [String: Any])?["best"] as? [String: Any])
    #expect(abs((best["doubling_days"] as? Double ?? 0) - 100) < 1e-3)
    #expect(best["records"] as? Int == 3 && abs((best["r_squared"] as? Double ?? 0) - 1) < 1e-9)
    let table = try place.shell("$W density models.csv --preset hoffmann2022 --date released")
    #expect(table.status == 0 && table.text.contains("doubles every 3.29 months"), "\(table.text)\(table.errors)")
  }

  @Test func aReferenceWithDrawsGivesIntervals() throws {
    var noise = Runs.Noise()
    var rows = "params,tokens,loss\n"
    for size in [1e8, 3e8, 1e9, 3e9, 1e10] {
      for tokens in [1e10, 1e11, 1e12] {
        let value = 1.7 + 400 / pow(size, 0.34) + 410 / pow(tokens, 0.28)
        rows += "\(size),\(tokens),\(value * exp(0.004 * noise.normal()))\n"
      }
    }
    try place.write(rows, to: "runs.csv")
    let fit = try place.shell("$W fit runs.csv --bootstrap 100 --no-sensitivity --output fit.json")
    try #require(fit.status == 0, "\(fit.errors)")
    let json = try place.shell("$W density models.csv --fit fit.json --format json").json()
    #expect(json["trend"] == nil)
    for model in try #require(json["models"] as? [[String: Any]]) {
      let value = try #require(model["density"] as? Double)
      let ends = try #require(model["interval"] as? [Double])
      #expect(ends[0] < value && value < ends[1])
    }
  }

  @Test func whatCannotBeMeasuredIsSaid() throws {
    try place.write("model,params,loss,date\nbest,1e9,1.5,2024-01-01\nold,1e9,2.9,yesterday\n", to: "odd.csv")
    expectFailure(
      try place.shell("$W density odd.csv --preset hoffmann2022"), 65, "odd.csv:3", "yesterday", "2024-03-31")
    let beyond = try place.shell("$W density odd.csv --preset hoffmann2022 --where 'loss < 2'")
    #expect(beyond.status == 0 && beyond.text.contains("no reference model of any size"), "\(beyond.errors)")
    expectFailure(try place.shell("$W density models.csv --preset kaplan-d/kaplan2020"), 64, "params and tokens")
    expectFailure(try place.shell("$W density models.csv --preset hoffmann2022 --score scroe"), 65, "scroe")
    expectFailure(try place.shell("$W density models.csv"), 64, "--fit")
  }
}
