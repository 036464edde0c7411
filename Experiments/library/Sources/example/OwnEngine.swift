import Foundation
import Launch
import LaunchConformance

/// An engine of one's own: this machine, which others use too, so that no job takes many of its cores.
struct SharedMachine: Engine {
  let kind = "shared"
  let outstanding: Int? = 2
  let largestBatch = 1
  let polling: ClosedRange<Duration> = .milliseconds(50)...(.seconds(1))
  private let machine = LocalEngine(slots: 2, devices: [])

  func rehearse(_ jobs: [EngineJob], batch: String, in directory: String) throws(LaunchError) -> Rehearsal {
    try check(jobs)
    return try machine.rehearse(jobs, batch: batch, in: directory)
  }

  func submit(_ jobs: [EngineJob], batch: String, in directory: String) async throws(LaunchError) -> [String] {
    try check(jobs)
    return try await machine.submit(jobs, batch: batch, in: directory)
  }

  func find(
    batch: String, of jobs: [EngineJob], places: [Int], in directory: String
  ) async throws(LaunchError) -> [String]? {
    try await machine.find(batch: batch, of: jobs, places: places, in: directory)
  }

  func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState] {
    try await machine.look(at: jobs, handles: handles)
  }

  func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError) {
    try await machine.cancel(jobs, handles: handles)
  }

  private func check(_ jobs: [EngineJob]) throws(LaunchError) {
    for job in jobs where job.resources.cpusPerNode > 4 {
      throw LaunchError("job '\(job.name)' takes \(job.resources.cpusPerNode) cores; take at most 4")
    }
  }
}

/// The parts of an engine's contract that this one breaks, found by running short scripts through it.
func brokenEngineRules() async throws -> [LaunchConformance.Violation] {
  let scratch = FileManager.default.temporaryDirectory.appending(path: "windtunnel-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: scratch) }
  return await SharedMachine().violations(in: scratch.path)
}
