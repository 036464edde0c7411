import ArgumentParser
import Documents
import Foundation
import RunStore
import Tables

struct JobsLogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "The last lines of what a job wrote.",
    discussion: """
      Examples:
        windtunnel jobs logs runs/pilot long
        windtunnel jobs logs runs/pilot long --errors --lines 100
        windtunnel jobs logs runs/pilot long --attempt 1
      """)

  @OptionGroup var launch: LaunchDirectory

  @Argument(help: ArgumentHelp("The job.", valueName: "name"))
  var name: String

  @Flag(help: "What it wrote to standard error instead of standard output.")
  var errors = false

  @Option(parsing: .unconditional, help: ArgumentHelp("How many lines.", valueName: "N"))
  var lines = 20

  @Option(parsing: .unconditional, help: ArgumentHelp("Of which attempt; the last unless given.", valueName: "N"))
  var attempt: Int?

  func validate() throws {
    if lines < 1 { throw ValidationError("--lines must be at least 1, not \(lines)") }
  }

  func run() async throws {
    let store = try JobStore.open(in: launch.directory, toWrite: false)
    let job = try jobs(of: store, named: [name], in: launch.directory)[0]
    let path = "\(job.directory)/attempts/\(attempt ?? job.attempt)/\(errors ? "err" : "out")"
    guard let text = try? String(decoding: Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self) else {
      throw DocumentError("\(path): there is no such log; the job has not begun, or not this attempt", code: .missing)
    }
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    let kept = all.last == "" ? all.dropLast() : all
    for line in kept.suffix(lines) { print(line) }
  }
}
