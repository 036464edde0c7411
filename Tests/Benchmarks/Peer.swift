import Foundation

/// scipy's way of the same work, timed by its own script.
enum Peer {
  enum Way: String, CaseIterable {
    case published, analytic

    var title: String {
      self == .published ? "scipy, numeric gradients as published" : "scipy, analytic gradients"
    }
  }

  enum Work: String { case grid, bootstrap }

  enum Result {
    /// Seconds for all of the work, and how they were come by.
    case timed(Way, seconds: Double, how: String, objective: Double?)
    case failed(Way, why: String)
  }

  private struct Report: Decodable {
    let extrapolatedFullSeconds: Double
    let extrapolation: String
    let bestObjective: Double?
  }

  /// The Chinchilla law, from Hoffmann's grid or by bootstrap.
  static func run(_ way: Way, _ work: Work, runs: String, dropHighestLoss: Int, resamples: Int, sample: Int) -> Result {
    run(
      way, "Tests/Peers/chinchilla_scipy.py",
      [
        runs, "--drop-highest-loss", "\(dropHighestLoss)", "--way", way.rawValue, "--work", work.rawValue,
        "--resamples", "\(resamples)", "--sample", "\(sample)",
      ])
  }

  /// Any law, from as many starts as it was given here.
  static func run(_ bench: CatalogBench, seconds: Double) -> Result {
    do {
      return run(
        .published, "Tests/Peers/law_scipy.py", ["--seconds", "\(seconds)"], input: try bench.specification())
    } catch {
      return .failed(.published, why: "\(error)")
    }
  }

  /// What Optuna's ask and tell take, and the least loss that it finds; nil where it cannot be run.
  static func search(_ sampler: String, trials: Int) -> SearchResult? {
    guard
      let data = try? output(of: "Tests/Peers/search_optuna.py", [sampler, "--trials", "\(trials)"])
    else { return nil }
    return try? JSONDecoder().decode(SearchResult.self, from: data)
  }

  struct SearchResult: Decodable {
    let micros: Double
    let best: Double
  }

  private static func run(_ way: Way, _ script: String, _ arguments: [String], input: Data = Data()) -> Result {
    guard FileManager.default.fileExists(atPath: script) else {
      return .failed(way, why: "\(script) is not there: run from the repository")
    }
    do {
      let data = try output(of: script, arguments, input: input)
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let report = try decoder.decode(Report.self, from: data)
      return .timed(
        way, seconds: report.extrapolatedFullSeconds, how: report.extrapolation, objective: report.bestObjective)
    } catch {
      return .failed(way, why: "\(error)")
    }
  }

  private struct Failed: Error, CustomStringConvertible {
    let status: Int32
    var description: String { "python3 with numpy and scipy is needed (exit status \(status))" }
  }

  private static func output(of script: String, _ arguments: [String], input: Data = Data()) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script] + arguments
    let (asked, output) = (Pipe(), Pipe())
    process.standardInput = asked
    process.standardOutput = output
    try process.run()
    try asked.fileHandleForWriting.write(contentsOf: input)
    try asked.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
    return data
  }
}
