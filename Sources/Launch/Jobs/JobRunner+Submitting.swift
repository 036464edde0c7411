import Foundation
import RunStore

extension JobRunner {
  /// Finds out what came of jobs that were being submitted when a runner ended or an engine fell silent.
  ///
  /// - Returns: whether anything changed.
  func settle(_ jobs: [JobRecord]) async throws -> Bool {
    for (batch, members) in Dictionary(grouping: jobs, by: { $0.batch ?? "" }).sorted(by: { $0.key < $1.key }) {
      let attempts = members.map { EngineJob($0) }
      let handles = try await engine.find(
        batch: batch, of: attempts, places: members.map { $0.place ?? 0 }, in: directory)
      try change(members) { job, index in
        var job = job
        if job.state == .submitting { job.state = handles == nil ? .waiting : .queued }
        if job.state == .cancelling, handles == nil {
          (job.state, job.ended) = (.cancelled, Date().timeIntervalSince1970)
        }
        job.handle = handles?[index]
        if handles == nil { job.batch = nil }
        return job
      }
    }
    return !jobs.isEmpty
  }

  /// Submits jobs that wait for nothing but what the engine itself can wait for, as far as it takes more.
  ///
  /// - Returns: whether anything changed.
  func submit(_ jobs: [JobRecord]) async throws -> Bool {
    let waiting = jobs.filter { $0.state == .waiting }
    let earlier = try Dictionary(store.jobs(Set(waiting.flatMap(\.after))).map { ($0.name, $0) }) { first, _ in first }
    let blocked = waiting.filter { $0.after.contains { [.failed, .cancelled].contains(earlier[$0]?.state) } }
    try change(blocked) { job, _ in
      var job = job
      job.state = .failed
      job.reason =
        "it comes after \(job.after.filter { earlier[$0]?.state != .succeeded }.joined(separator: ", ")), which failed"
      return job
    }
    let ready = waiting.compactMap { job -> EngineJob? in
      let open = job.after.compactMap { earlier[$0] }.filter { $0.state != .succeeded }
      let handles =
        engine.ordersJobs ? open.filter { [.queued, .running].contains($0.state) }.compactMap(\.handle) : []
      return handles.count == open.count ? EngineJob(job, after: handles) : nil
    }
    let active = jobs.count(where: \.state.isActive)
    let room = engine.outstanding.map { max(0, $0 - active) } ?? waiting.count
    // What can run at once goes before what would wait in the queue.
    let next = (ready.filter(\.after.isEmpty) + ready.filter { !$0.after.isEmpty }).prefix(room)
    for batch in Array(next).batches(of: engine.largestBatch) { try await handIn(batch) }
    return !blocked.isEmpty || !next.isEmpty
  }

  private func handIn(_ jobs: [EngineJob]) async throws {
    let batch = "wt-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    var place = 0
    let members = try store.update(jobs.map(\.name)) { job in
      guard job.state == .waiting else { return nil }
      var job = job
      (job.state, job.batch, job.reason) = (.submitting, batch, nil)
      job.place = place
      place += 1
      return job
    }
    guard !members.isEmpty else { return }
    let attempts = members.map { EngineJob($0, after: jobs.first?.after ?? []) }
    let handles: [String]
    do {
      handles = try await engine.submit(attempts, batch: batch, in: directory)
    } catch {
      if !error.isUnreachable {
        // Refused: nothing was submitted.
        try change(members) { job, _ in
          var job = job
          (job.state, job.batch, job.handle) = (.waiting, nil, nil)
          return job
        }
      }
      throw error
    }
    try change(members) { job, index in
      var job = job
      (job.state, job.handle) = (.queued, handles[index])
      return job
    }
    // Someone may have cancelled jobs meanwhile, when there was nothing yet to cancel.
    try store.update(members.map(\.name)) { job in
      guard job.state == .cancelling, job.batch == batch, let place = job.place else { return nil }
      var job = job
      job.handle = handles[place]
      return job
    }
  }
}

extension JobRecord {
  /// The position of a job in a batch that is being submitted, stored in place of its future handle.
  var place: Int? {
    get { handle.flatMap { $0.hasPrefix("#") ? Int($0.dropFirst()) : nil } }
    set { handle = newValue.map { "#\($0)" } }
  }
}
