import Documents
import Foundation
import Testing

@testable import windtunnel

extension Workplace {
  /// Checks that `show` prints a command's document as the command did, and that it reads back to the same bytes.
  func checkShown(_ line: String, _ schema: String, location: SourceLocation = #_sourceLocation) throws {
    let made = try shell("$W \(line) --output document.json")
    try #require(made.status == 0, "\(made.errors)", sourceLocation: location)
    let text = String(decoding: try read("document.json"), as: UTF8.self)
    #expect(text.contains("\"schema\": \"\(schema)\""), "\(schema)", sourceLocation: location)
    let shown = try windtunnel("show", "document.json")
    #expect(shown.status == 0 && shown.text == made.text, "\(shown.errors)\(shown.text)", sourceLocation: location)
    #expect(try ShownDocuments.read(path("document.json")).json() == text, sourceLocation: location)
  }
}

/// `windtunnel show`: a stored document is printed as the command that made it printed it.
@Suite struct ShowTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid()), to: "runs.csv")
    try place.write(Runs.csv(Runs.profiles()), to: "isoflops.csv")
    let fit = try place.shell("$W fit runs.csv --bootstrap 40 --no-sensitivity --output fit.json")
    try #require(fit.status == 0, "\(fit.errors)")
    try place.write("schema: windtunnel.trainer/1\ncommand: [\"true\", \"{job}\"]", to: "trainer.yaml")
    try place.write(
      """
      schema: windtunnel.job/1
      name: a
      trainer: trainer.yaml
      model: {params: 100M}
      training: {tokens: 1B, batch: 64}
      optimizer: {lr: 1e-3}
      """, to: "job.yaml")
  }

  private static let commands: [(line: String, schema: String)] = [
    ("fit runs.csv --bootstrap 40", "windtunnel.fit/2"),
    ("fit isoflops.csv --approach 2 --bootstrap 20", "windtunnel.fit/2"),
    ("compare runs.csv --laws chinchilla,kaplan-nd", "windtunnel.comparison/1"),
    ("calibrate chinchilla --design runs.csv --simulations 20 --bootstrap 50", "windtunnel.calibration/1"),
    ("predict fit.json --params 1e9 --tokens 1e11 --interval 0.8", "windtunnel.prediction/1"),
    ("plan --fit fit.json --budget '1e22 FLOP' --sweep 1e20:1e22:3", "windtunnel.plan/2"),
    ("design --fit fit.json --pilot-budget '1e21 FLOP' --target '1e24 FLOP'", "windtunnel.design/1"),
    ("cost --model llama-3-8b --cluster 16xH100 --tokens 1T", "windtunnel.cost/2"),
    ("layout --model llama-3-8b --cluster 16xH100 --tokens 1T", "windtunnel.layouts/2"),
    ("layout --model llama-3-8b --cluster 16xH100+16xA100", "windtunnel.mixed-layout/2"),
    ("shape --params 7B", "windtunnel.shape/2"), ("shape --list", "windtunnel.models/1"),
    ("hardware", "windtunnel.accelerators/1"), ("launch job.yaml --dry-run", "windtunnel.rehearsal/1"),
    ("launch job.yaml", "windtunnel.jobs/1"),
  ]

  /// Those whose inputs other suites have: of mixtures, benchmarks, splits, searches and so on.
  private static let elsewhere: Set = [
    "windtunnel.fits/2", "windtunnel.curve/1", "windtunnel.batch/1", "windtunnel.density/1",
    "windtunnel.observation/1", "windtunnel.selection/1", "windtunnel.mixture/1", "windtunnel.split/1",
    "windtunnel.rl-plan/1", "windtunnel.cost-check/1", "windtunnel.cost-calibration/1", "windtunnel.loop-report/1",
    "windtunnel.study/1", "windtunnel.search-bench/1", "windtunnel.methods/1",
  ]

  @Test("a stored document prints as its command did", arguments: commands.map(\.line))
  func shown(_ line: String) throws {
    let schema = try #require(Self.commands.first { $0.line == line }?.schema)
    try place.checkShown(line, schema)
  }

  @Test("every document that is shown has a test")
  func complete() {
    let tested = Self.elsewhere.union(Self.commands.map(\.schema))
    #expect(Set(ShownDocuments.all.map { $0.schema }) == tested)
  }
}
