import Documents
import Fitting
import Foundation
import Report
import RunStore
import Search
import Studies

/// The cost of an ask and its tell, compared with Optuna on the same space and objective.
struct SearchBench {
  private let space: SearchSpace

  private struct Case {
    let algorithm: AlgorithmEntry
    let trials: Int
    /// Optuna's sampler of the same kind, where it ends within a minute.
    var peer: String?
  }

  private static let cases: [Case] = [
    .init(algorithm: .random, trials: 1000, peer: "random"), .init(algorithm: .random, trials: 10_000, peer: "random"),
    .init(algorithm: .differentialEvolution, trials: 1000), .init(algorithm: .differentialEvolution, trials: 10_000),
    .init(algorithm: .evolution, trials: 1000), .init(algorithm: .evolution, trials: 10_000),
    .init(algorithm: .bestFirst, trials: 1000), .init(algorithm: .bestFirst, trials: 10_000),
    .init(algorithm: .auto, trials: 200), .init(algorithm: .auto, trials: 1000),
    .init(algorithm: .auto, trials: 10_000),
    .init(algorithm: .tpe, trials: 1000, peer: "tpe"), .init(algorithm: .tpe, trials: 10_000),
    .init(algorithm: .gp, trials: 100), .init(algorithm: .gp, trials: 1000),
  ]

  init() throws {
    space = try SearchSpace([
      Parameter("learning_rate", .float(1e-5...1e-1, log: true)),
      Parameter("weight_decay", .float(1e-6...1e-1, log: true)),
      Parameter("momentum", .float(0...0.99, log: false)),
      Parameter("dropout", .stepped(0...0.5, step: 0.05)),
      Parameter("width", .int(16...1024, log: true)),
      Parameter("layers", .int(1...12, log: false)),
      Parameter("batch", .ordinal([8, 16, 32, 64, 128].map { .number($0) })),
      Parameter("activation", .categorical(["relu", "gelu", "silu", "tanh"].map { .text($0) })),
      Parameter("optimizer", .categorical(["adam", "sgd", "lion"].map { .text($0) })),
      Parameter("norm", .categorical([.flag(false), .flag(true)])),
    ])
  }

  /// - Parameter peers: run Optuna as well.
  func text(peers: Bool) async throws -> String {
    var table = TextTable([
      .init("algorithm"), .init("trials", .right), .init("µs a trial", .decimal), .init("best", .decimal),
      .init("Optuna, µs", .decimal), .init("ratio", .decimal), .init("its best", .decimal),
    ])
    for one in Self.cases {
      let run = try run(one)
      var cells = [one.algorithm.name, "\(one.trials)", number(run.micros), number(run.best)]
      if peers, let sampler = one.peer, let peer = Peer.search(sampler, trials: one.trials) {
        cells += [number(peer.micros), number(peer.micros / run.micros), number(peer.best)]
      } else {
        cells += ["", "", ""]
      }
      table.add(cells)
    }
    let (alone, shared) = (try await durable(workers: 1, trials: 2000), try await durable(workers: 16, trials: 2000))
    return """
      Ask and tell on ten mixed parameters, seed 0, one thread; best is the least loss of the trials

      \(table.render(width: 200))
      Random search of 2000 trials with every result on the disk before its worker goes on, a trial: \(number(alone)) µs by \
      one worker, \(number(shared)) µs by 16; one synchronized write takes this disk \(number(try disk(writes: 1000))) µs.
      """
  }

  private func run(_ one: Case) throws -> (micros: Double, best: Double) {
    var study = Study(space, try one.algorithm.algorithm(), seed: 0)
    let taken = try seconds {
      for _ in 0..<one.trials {
        guard let trial = study.ask() else { return }
        try study.tell(trial.number, loss: loss(trial.point))
      }
    }
    return (taken / Double(one.trials) * 1e6, study.bestLoss ?? .infinity)
  }

  /// Microseconds per trial of a study with its store, by number of workers.
  private func durable(workers: Int, trials: Int) async throws -> Double {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let runner = StudyRunner(
      Study(space, try AlgorithmEntry.random.algorithm(), seed: 0), seed: 0, goals: [Goal("loss", .minimize)],
      limits: .init(budget: SearchBudget(trials: trials)),
      store: try StudyStore.create(in: folder, fingerprint: "bench", description: ""))
    let start = ContinuousClock.now
    try await runner.run(workers: workers) { job, _ in
      TrialResult(.finished(values: [Double(job.number)]), TrialRecord(seconds: 0))
    }
    return (ContinuousClock.now - start) / .seconds(1) / Double(trials) * 1e6
  }

  /// Microseconds of a bare synchronized write.
  private func disk(writes: Int) throws -> Double {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = open(folder + "/plain", O_CREAT | O_WRONLY, 0o600)
    defer { close(file) }
    let page = [UInt8](repeating: 0, count: 4096)
    let taken = seconds {
      for _ in 0..<writes where write(file, page, page.count) == page.count { fdatasync(file) }
    }
    return taken / Double(writes) * 1e6
  }

  private static func folder() throws -> String {
    let folder = FileManager.default.currentDirectoryPath + "/.build/search-bench"
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  /// A bowl around the middle of every coordinate's upper third, with a price on the wrong categories.
  private func loss(_ point: SearchSpace.Point) -> Double {
    var loss = 0.0
    for (parameter, coordinate) in zip(space.parameters, point) {
      if parameter.isOrdered {
        let apart = coordinate / Double(max(1, (parameter.levels ?? 2) - 1)) - 0.7
        loss += 10 * apart * apart
      } else {
        loss += coordinate == 1 ? 0 : 0.5
      }
    }
    return loss
  }

  private func number(_ value: Double) -> String { NumberText.rounded(value) }
}
