import ArgumentParser
import Foundation
import Launch
import RunStore

struct JobsCancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "End jobs that have not ended.",
    discussion: """
      Examples:
        windtunnel jobs cancel runs/pilot
        windtunnel jobs cancel runs/pilot long short
      """)

  @OptionGroup var launch: LaunchDirectory

  @Argument(help: ArgumentHelp("The jobs; all unless given.", valueName: "name"))
  var names: [String] = []

  func run() async throws {
    let store = try JobStore.open(in: launch.directory, toWrite: true)
    let wanted = try jobs(of: store, named: names, in: launch.directory)
    var handles: [String: String] = [:]
    let cancelled = try store.update(wanted.map(\.name)) { job in
      guard !job.state.isEnded else { return nil }
      var job = job
      if job.state == .queued || job.state == .running { handles[job.name] = job.handle }
      (job.state, job.reason, job.ended) = (.cancelled, nil, Date().timeIntervalSince1970)
      return job
    }
    let active = cancelled.filter { handles[$0.name] != nil }
    if !active.isEmpty {
      let choice = try JSONDecoder().decode(EngineChoice.self, from: Data(store.engine().utf8))
      try await choice.engine().cancel(
        active.map {
          EngineJob(name: $0.name, attempt: $0.attempt, directory: $0.directory, resources: .init($0.resources))
        }, handles: active.map { handles[$0.name] ?? "" })
    }
    for job in cancelled { note(job.progress) }
    if cancelled.isEmpty { note("nothing to cancel: all have ended") }
  }
}
