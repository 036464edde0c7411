import ArgumentParser
import Fitting
import Foundation
import Report
import ScalingLaws
import Tables

/// Times fits compared with scipy on the same runs and searches compared with Optuna, and compares predicted training steps with
/// measured ones.
@main struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "windtunnel-bench",
    abstract: "Time fits of the whole catalog compared with scipy, and searches compared with Optuna, in the same run.")

  @Argument(help: "Runs with the columns params, tokens and loss.")
  var runs = "Fits/pilot/runs.csv"

  @Option(name: .long, help: "The number of runs of highest loss to leave out (5 for the public Chinchilla runs).")
  var dropHighestLoss = 0

  @Option(help: "Rows of the large table.")
  var rows = 1_000_000

  @Option(help: "Bootstrap resamples.")
  var resamples = 4000

  @Option(help: "Run one in this many of scipy's starts and resamples, and extrapolate the time; 1 runs them all.")
  var sample = 20

  @Option(help: "How long scipy may take for each law of the catalog; the rest of its time is extrapolated.")
  var peerSeconds = 10.0

  @Flag(inversion: .prefixedNo, help: "Run scipy and Optuna as well.")
  var peers = true

  @Flag(help: "Time searches alone.")
  var searches = false

  func validate() throws {
    guard rows >= 10, resamples >= 1, sample >= 1, dropHighestLoss >= 0 else {
      throw ValidationError("--rows must be at least 10, --resamples and --sample at least 1")
    }
  }

  func run() async throws {
    guard !searches else { return print(try await SearchBench().text(peers: peers)) }
    let all = try RunTable(Table.read(runs))
    let kept = dropHighestLoss > 0 ? try all.droppingHighestLoss(dropHighestLoss).table : all
    let bench = try FitBench(kept)
    let threads = ProcessInfo.processInfo.activeProcessorCount
    var table = Comparison(threads: threads)

    table.add("one fit from the usual starts", try bench.time { try bench.fit(.standard, threads: $0) })
    let grid = try bench.time { try bench.fit(.grid, threads: $0) }
    table.add("4,500 starts of Hoffmann et al.", grid)
    if peers { for way in Peer.Way.allCases { table.add(peer(way, .grid, 4500), against: grid) } }
    let bootstrap = bench.time { bench.bootstrap(resamples, threads: $0) }
    table.add("\(resamples) bootstrap refits", bootstrap)
    if peers { for way in Peer.Way.allCases { table.add(peer(way, .bootstrap, resamples), against: bootstrap) } }

    let large = try LargeTable(rows: rows)
    defer { large.remove() }
    var loaded: RunTable?
    table.add("load a CSV of \(rows) rows (\(large.megabytes) MB)", try once { loaded = try large.load() })
    if let loaded {
      let bench = try FitBench(loaded)
      table.add("one fit of those rows", try once { try bench.fit(.standard, threads: threads) })
    }
    print(table.render(runs: kept.rowCount, of: runs, objective: bench.optimum.value))
    try compareCatalog(threads)
    try compareCosts()
    print("\n" + (try await SearchBench().text(peers: peers)))
  }

  private func compareCosts() throws {
    print("\n" + (try LayoutBench().text()))
    guard FileManager.default.fileExists(atPath: CostCase.folder) else {
      print("Steps are not predicted: \(CostCase.folder), a folder of public measured steps, is not there.")
      return
    }
    var table = CostComparison()
    for one in CostCase.all { try table.add(one) }
    print("\n" + table.render())
  }

  private func compareCatalog(_ threads: Int) throws {
    guard FileManager.default.fileExists(atPath: CatalogCase.folder) else {
      print("The catalog is not timed: \(CatalogCase.folder), a folder of public run tables, is not there.")
      return
    }
    var table = CatalogComparison()
    for one in CatalogCase.all {
      let bench = try CatalogBench(one)
      table.add(bench, one.title, peers ? Peer.run(bench, seconds: peerSeconds) : nil)
    }
    print(table.render(threads: threads))
  }

  private func peer(_ way: Peer.Way, _ work: Peer.Work, _ full: Int) -> Peer.Result {
    Peer.run(
      way, work, runs: runs, dropHighestLoss: dropHighestLoss, resamples: resamples, sample: max(1, full / sample))
  }

  private func once(_ body: () throws -> Void) throws -> Timing { Timing(all: try seconds(body)) }
}
