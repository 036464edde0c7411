import Foundation
import Testing

/// The same seed gives the same bytes, whatever the number of threads.
@Suite struct SameBytesTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid()), to: "runs.csv")
    try place.write(Runs.csv(Runs.profiles()), to: "isoflops.csv")
  }

  @Test(
    arguments: [
      "fit runs.csv --bootstrap 60", "fit runs.csv --bootstrap 60 --resample residuals",
      "fit runs.csv --bootstrap 60 --resample group:params", "fit runs.csv --bootstrap 60 --interval-method bca",
      "fit isoflops.csv --approach 2 --bootstrap 60", "compare runs.csv",
    ])
  func oneAndTwoThreadsAgree(_ line: String) throws {
    let one = try place.shell("$W \(line) --seed 7 --format json --threads 1")
    let two = try place.shell("$W \(line) --seed 7 --format json --threads 2")
    #expect(one.status == 0 && !one.output.isEmpty, "\(one.errors)")
    #expect(one.output == two.output)
  }

  @Test func anotherSeedDrawsOthers() throws {
    let one = try place.shell("$W fit runs.csv --no-sensitivity --bootstrap 20 --seed 1 --format json")
    let two = try place.shell("$W fit runs.csv --no-sensitivity --bootstrap 20 --seed 2 --format json")
    #expect(one.status == 0 && one.output != two.output)
  }

  @Test func theFileAndStandardOutputHoldTheSame() throws {
    let outcome = try place.shell(
      "$W fit runs.csv --no-sensitivity --bootstrap 20 --format json --output fit.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try place.read("fit.json") == outcome.output)
  }

  @Test func aDashForTheFileReplacesTheTable() throws {
    let outcome = try place.shell("$W fit runs.csv --no-sensitivity --bootstrap 20 --output -")
    #expect(try outcome.json()["schema"] as? String == "windtunnel.fit/2")
  }
}
