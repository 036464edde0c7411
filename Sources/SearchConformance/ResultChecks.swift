import Search

/// Checks of what an algorithm finds, beside random search.
extension Probe {
  private static let seeds = 0..<10 as Range<UInt64>
  /// The largest ratio of mean losses that still counts as learning: sequences that do not learn
  /// lie around 1.
  private static let worst = 2.0
  /// The least share of random search's hypervolume.
  private static let leastShare = 0.8

  func learning() throws -> [String] {
    guard entry.objectives != .several else { return [] }
    let (own, random) = (try meanLoss(), try Probe(.random).meanLoss())
    return own > Self.worst * random
      ? ["its mean loss on a bowl is \(own), that of random search \(random)"] : []
  }

  /// The mean over seeds of the best loss within the effort of 60 full trainings.
  private func meanLoss() throws -> Double {
    let space = try SearchSpace((0..<4).map { Parameter("x\($0)", .float(0...1, log: false)) })
    var sum = 0.0
    for seed in Self.seeds {
      var study = try study(space, seed: seed)
      var spent = 0.0
      while spent < 60, let trial = study.ask() {
        try tell(trial, &study)
        let from = trial.reports.last?.fidelity ?? 0
        spent += study.fidelity.map { ((trial.fidelity ?? $0.full) - from) / $0.full } ?? 1
      }
      sum += study.bestLoss ?? .infinity
    }
    return sum / Double(Self.seeds.count)
  }

  func severalObjectives() throws -> [String] {
    guard entry.objectives != .one else { return [] }
    let probe = Probe(entry, objectives: 2)
    let (own, random) = (try probe.meanVolume(), try Probe(.random, objectives: 2).meanVolume())
    let isWorse = own < Self.leastShare * random
    return probe.notes.points
      + (isWorse
        ? ["the mean hypervolume of its front is \(own), that of random search \(random)"] : [])
  }

  /// The mean over seeds of the hypervolume after 100 trials, of which every tenth fails.
  private func meanVolume() throws -> Double {
    let space = try Self.grid(4, levels: 9)
    var sum = 0.0
    for seed in Self.seeds {
      var study = try study(space, seed: seed)
      for index in 0..<100 {
        guard let trial = study.ask() else { break }
        try tell(trial, failed: index % 10 == 9, &study)
      }
      sum += ParetoFront.hypervolume(study.front.members.map(\.losses), below: [1, 1])
    }
    return sum / Double(Self.seeds.count)
  }
}
