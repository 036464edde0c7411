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
  static func run(_ bench: CatalogueBench, seconds: Double) -> Result {
    do {
      return run(
        .published, "Tests/Peers/law_scipy.py", ["--seconds", "\(seconds)"], input: try bench.specification())
    } catch {
      return .failed(.published, why: "\(error)")
    }
  }

  private static func run(_ way: Way, _ script: String, _ arguments: [String], input: Data = Data()) -> Result {
    guard FileManager.default.fileExists(atPath: script) else {
      return .failed(way, why: "\(script) is not there: run from the repository")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script] + arguments
    let (asked, output) = (Pipe(), Pipe())
    process.standardInput = asked
    process.standardOutput = output
    do {
      try process.run()
      try asked.fileHandleForWriting.write(contentsOf: input)
      try asked.fileHandleForWriting.close()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        return .failed(way, why: "python3 with numpy and scipy is needed (exit status \(process.terminationStatus))")
      }
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let report = try decoder.decode(Report.self, from: data)
      return .timed(
        way, seconds: report.extrapolatedFullSeconds, how: report.extrapolation, objective: report.bestObjective)
    } catch {
      return .failed(way, why: "\(error)")
    }
  }
}
