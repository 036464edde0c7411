import Foundation
import Testing

/// Where results go, and what happens when they cannot.
@Suite struct StreamTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(Runs.csv(Runs.grid()), to: "runs.csv")
  }

  @Test(
    arguments: [
      "fit runs.csv --bootstrap 5 --no-sensitivity", "plan --preset besiroglu2024 --budget '1e22 FLOP'", "laws",
      "predict --preset besiroglu2024 --params 1B --tokens 1B --format json", "--help", "fit --help", "--version",
    ])
  func aFullDiskIsReported(_ line: String) throws {
    expectFailure(try place.shell("$W \(line) > /dev/full"), 73, "cannot write to standard output")
    expectFailure(try place.shell("$W \(line) >&-"), 73, "cannot write to standard output")
  }

  @Test(arguments: ["fit runs.csv --bootstrap 500 --no-sensitivity --format json", "laws", "fit --help"])
  func aReaderThatLeavesEarlyIsNoError(_ line: String) throws {
    let outcome = try place.shell("$W \(line) | head -1")
    #expect(outcome.errors.isEmpty && !outcome.text.isEmpty, "\(outcome.errors)")
  }

  @Test func aPlotThatCannotBeWrittenFailsBeforeTheFit() throws {
    let began = Date()
    expectFailure(
      try place.windtunnel("fit", "runs.csv", "--bootstrap", "1000000", "--plot", "/nonexistent/x.svg"), 73, "folder")
    #expect(Date().timeIntervalSince(began) < 10)
  }

  @Test func aPlotIsDrawn() throws {
    let outcome = try place.windtunnel(
      "fit", "runs.csv", "--bootstrap", "5", "--no-sensitivity", "--plot", "fit.svg", "--output", "fit.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(String(decoding: try place.read("fit.svg"), as: UTF8.self).hasPrefix("<"))
    let plan = try place.windtunnel("plan", "--fit", "fit.json", "--budget", "1e22 FLOP", "--plot", "plan.svg")
    #expect(plan.status == 0, "\(plan.errors)")
    #expect(String(decoding: try place.read("plan.svg"), as: UTF8.self).contains("</svg>"))
  }

  @Test func runsAreReadFromAPipe() throws {
    let outcome = try place.shell("$W fit - --bootstrap 5 --no-sensitivity < runs.csv")
    #expect(outcome.status == 0 && outcome.text.contains("60 runs of standard input"), "\(outcome.errors)")
    expectFailure(try place.shell("$W fit - < /dev/null"), 65, "empty")
    expectFailure(try place.shell("$W plan --fit - --budget '1e22 FLOP' <&-"), 66, "standard input")
    expectFailure(try place.shell("$W plan --fit - --budget '1e22 FLOP' < /tmp"), 66, "standard input")
  }

  @Test func helpIsReadableAndItsExamplesAreWhole() throws {
    let root = try place.windtunnel()
    #expect(root.status == 0)
    for command in [
      "fit", "predict", "plan", "compare", "calibrate", "design", "select", "batch", "mix", "rl-plan", "split",
      "observe", "density", "shape", "hardware", "layout", "cost", "cost estimate", "cost calibrate", "cost check",
      "search", "search run", "search show", "search best", "search methods", "search export", "search bench", "launch",
      "jobs", "jobs list",
      "jobs logs", "jobs cancel", "jobs retry", "jobs collect", "loop", "laws",
    ] {
      let words = command.split(separator: " ")
      #expect(words.count > 1 || root.text.contains(command))
      let help = try place.shell("$W \(command) --help")
      #expect(help.status == 0 && help.text.contains("Examples:"), "\(command)")
      #expect(help.text.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.hasPrefix("USAGE") }, "\(command)")
      let lines = help.text.split(separator: "\n", omittingEmptySubsequences: false)
      let examples = lines.drop { $0 != "Examples:" }.dropFirst().prefix { !$0.isEmpty }
      // An example that is broken in two cannot be copied.
      #expect(examples.allSatisfy { $0.hasPrefix("  windtunnel ") }, "\(examples)")
    }
    #expect(try place.windtunnel("--version").text.split(separator: ".").count == 3)
    #expect(try place.windtunnel("fit", "--help").text.contains("(default: 0.9)"))
  }
}
