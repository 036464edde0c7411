import Foundation
import Report
import RunStore
import Tables

/// The jobs of a launch as JSON, `windtunnel.jobs/1`.
struct JobsDocument: Encodable {
  let schema = "windtunnel.jobs/1"
  let jobs: [Entry]

  struct Entry: Encodable {
    let name, state: String
    let attempt: Int
    let handle: String?
    let reason: String?
    let directory: String
    /// Seconds since 1970.
    let began, ended: Double?
  }

  init(_ jobs: [JobRecord]) {
    self.jobs = jobs.map {
      Entry(
        name: $0.name, state: $0.state.rawValue, attempt: $0.attempt, handle: $0.handle, reason: $0.reason,
        directory: $0.directory, began: $0.began, ended: $0.ended)
    }
  }

  var text: String {
    var table = TextTable([
      .init("job"), .init("state"), .init("attempt", .right), .init("time", .right), .init("engine's name"),
      .init("", wraps: true),
    ])
    let now = Date().timeIntervalSince1970
    for job in jobs {
      let time = job.began.map { formatDuration(max(0, (job.ended ?? now) - $0), digits: 2) } ?? "–"
      table.add([job.name, job.state, "\(job.attempt)", time, job.handle ?? "–", job.reason ?? ""])
    }
    let counts = JobRecord.State.allCases.map { state in (state, jobs.count { $0.state == state.rawValue }) }
    let summary = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
    return table.render(width: 100) + "\n\(jobs.count) jobs: \(summary)\n"
  }
}
