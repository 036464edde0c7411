import Foundation
import Report

/// The seconds of each piece of work, with its peers below it and how many times longer they take.
struct Comparison {
  private let threads: Int
  private var table: TextTable
  private var notes: [String] = []

  init(threads: Int) {
    self.threads = threads
    table = TextTable([
      .init("work"), .init("1 thread, s", .right), .init("\(threads) threads, s", .right),
      .init("ratio, 1 thread", .right), .init("ratio, \(threads) threads", .right),
    ])
  }

  mutating func add(_ work: String, _ timing: Timing) {
    table.add([work, timing.single.map(text) ?? "", text(timing.all), "", ""])
  }

  mutating func add(_ peer: Peer.Result, against timing: Timing) {
    switch peer {
    case .timed(let way, let seconds, let how, let objective):
      table.add([
        "  " + way.title, text(seconds), "", timing.single.map { text(seconds / $0) } ?? "", text(seconds / timing.all),
      ])
      notes.append("\(way.title): \(how), best objective \(objective.map { "\($0)" } ?? "unknown")")
    case .failed(let way, let why):
      table.add(["  " + way.title, "not run"])
      notes.append("\(way.title): \(why)")
    }
  }

  func render(runs: Int, of file: String, objective: Double) -> String {
    """
    \(runs) runs of \(file); wall clock, the least of five; objective at the optimum \(objective)

    \(table.render())
    \(notes.joined(separator: "\n"))
    """
  }

}

/// The fits of the catalog on public runs, compared with scipy's.
struct CatalogComparison {
  private var table = TextTable([
    .init("law"), .init("rows", .right), .init("fit, s", .right), .init("with report, s", .right),
    .init("objective", .right), .init("scipy, s", .right), .init("ratio", .right), .init("scipy's best", .right),
    .init("starts of scipy"),
  ])

  mutating func add(_ bench: CatalogBench, _ title: String, _ peer: Peer.Result?) {
    let own = [
      title, String(bench.rowCount), text(bench.plain), bench.reported.map(text) ?? "",
      String(format: "%.6g", bench.objective),
    ]
    switch peer {
    case .timed(_, let seconds, let how, let objective):
      let best = objective.map { String(format: "%.6g", $0) } ?? "–"
      table.add(own + [text(seconds), text(seconds / bench.plain), best, how])
    case .failed(_, let why): table.add(own + ["not run", "", "", why])
    case nil: table.add(own + ["", "", "", ""])
    }
  }

  func render(threads: Int) -> String {
    """
    The catalog on public runs at default settings but for the bootstrap, \(threads) threads; scipy from as many starts
    with numeric gradients on one thread; objectives are sums, the lower the better

    \(table.render(width: 200))
    """
  }
}

private func text(_ value: Double) -> String {
  value >= 100 ? String(format: "%.0f", value) : String(format: "%.3g", value)
}
