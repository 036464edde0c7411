import Documents
import Foundation
import Launch
import Report
import RunStore
import Tables

/// The jobs of a launch as a document, `windtunnel.jobs/1`.
struct JobsDocument: Document {
  static let schema = "windtunnel.jobs/1"
  static let kind = "list of jobs"
  static let remedy = "write one with 'windtunnel jobs list DIRECTORY --output FILE'"

  let jobs: [Entry]

  struct Entry: Codable {
    let name, state: String
    let attempt: Int
    let handle: String?
    let reason: String?
    let directory: String
    /// Seconds since 1970.
    let began, ended: Double?
    /// The last step that was measured, of all steps.
    let step: Double?
    let steps: Int?
    /// The last held-out loss in nats per token, or the last training loss where none was measured.
    let loss: Double?
    /// The way in which its losses left the predicted curve.
    let deviation: String?

    /// The reason and the deviation, in a few words.
    var remark: String { [reason, deviation == reason ? nil : deviation].compactMap { $0 }.joined(separator: "; ") }

    /// `45 %`.
    var progress: String {
      // A trainer may tell no step, or none at its end.
      guard state != JobRecord.State.succeeded.rawValue else { return "100 %" }
      guard let step, let steps else { return "–" }
      return "\(Int((100 * min(1, step / Double(max(1, steps)))).rounded(.down))) %"
    }
  }

  init(of store: JobStore) throws {
    let last = try store.lastValues(of: ["loss", "train_loss"])
    let reach = try store.lastSteps()
    let intakes = try store.intakes()
    jobs = try store.jobs().map { job in
      let spec = try? JobSpec(document: job.description, path: "\(job.directory)/job.json")
      return Entry(
        name: job.name, state: job.state.rawValue, attempt: job.attempt, handle: job.handle, reason: job.reason,
        directory: job.directory, began: job.began, ended: job.ended, step: reach[job.name],
        steps: spec?.training.steps, loss: (last[job.name]?["loss"] ?? last[job.name]?["train_loss"])?.value,
        deviation: intakes[job.name]?.deviation)
    }
  }

}

extension JobsDocument: ShownDocument {
  func text(on terminal: Terminal) -> String {
    var table = TextTable([
      .init("job"), .init("state"), .init("attempt", .right), .init("time", .right), .init("done", .right),
      .init("loss", .decimal), .init("engine's name"),
      .init("", wraps: true),
    ])
    let now = Date().timeIntervalSince1970
    for job in jobs {
      let time = job.began.map { formatDuration(max(0, (job.ended ?? now) - $0), digits: 2) } ?? "–"
      table.add([
        job.name, job.state, "\(job.attempt)", time, job.progress,
        job.loss.map { NumberText.rounded($0, 5) } ?? "–", job.handle ?? "–", job.remark,
      ])
    }
    let counts = JobRecord.State.allCases.map { state in (state, jobs.count { $0.state == state.rawValue }) }
    let summary = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
    return table.render(width: 100) + "\n\(jobs.count) \(jobs.count == 1 ? "job" : "jobs"): \(summary)\n"
  }
}
