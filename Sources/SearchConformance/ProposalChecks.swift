import Search

/// Checks of what an algorithm proposes, whatever the losses are.
extension Probe {
  func determinism() throws -> [String] {
    let space = try Self.mixedSpace()
    func goOn(_ study: inout Study) throws {
      for index in 0..<60 {
        guard let trial = study.ask() else { return }
        try tell(trial, failed: index % 9 == 4, &study)
      }
    }
    var (first, second) = (try study(space, seed: 7), try study(space, seed: 7))
    try goOn(&first)
    try goOn(&second)
    var copy = first
    try goOn(&first)
    try goOn(&copy)
    try goOn(&second)
    var violations: [String] = []
    if let place = difference(first, copy) {
      violations.append(
        "a copy differs from the original at trial \(place); keep all state in values")
    }
    if let place = difference(first, second) {
      violations.append(
        "two runs of one seed differ at trial \(place); draw from the generator that is passed in, "
          + "and do not depend on the order of sets or dictionaries")
    }
    return violations
  }

  /// The first trial in which two studies differ.
  private func difference(_ one: Study, _ other: Study) -> Int? {
    if let place = zip(one.trials, other.trials).first(where: { $0 != $1 })?.0.number {
      return place
    }
    let counts = (one.trials.count, other.trials.count)
    return counts.0 == counts.1 ? nil : min(counts.0, counts.1)
  }

  func proposals() throws -> [String] {
    let space = try Self.mixedSpace()
    var plain = try study(space, seed: 1)
    for _ in 0..<250 {
      guard let trial = plain.ask() else { break }
      try tell(trial, &plain)
    }
    // With measured constraints, which half of the trials exceed.
    var measured = try study(space, seed: 2)
    for _ in 0..<100 {
      guard let trial = measured.ask() else { break }
      try tell(trial, excess: space.genes(of: trial.point)[2] - 0.5, &measured)
    }
    return notes.points
  }

  func fidelities() throws -> [String] {
    let space = try Self.mixedSpace()
    for seed in 0..<3 as Range<UInt64> {
      var study = try study(space, seed: seed)
      for _ in 0..<200 {
        guard let trial = study.ask() else { break }
        try train(trial, &study)
      }
    }
    return notes.fidelities
  }

  func refusals() throws -> [String] {
    let space = try Self.grid(3, levels: 7)
    // 84 of 343 configurations, of which most stay untried.
    var study = try study(space, seed: 4) { $0.reduce(0, +) <= 6 }
    for _ in 0..<30 {
      guard let trial = study.ask() else { break }
      try tell(trial, &study)
    }
    return notes.points + notes.repeats
  }

  func failures() throws -> [String] {
    let space = try Self.mixedSpace()
    var study = try study(space, seed: 2)
    // Nothing but failures at first, then every third one.
    for index in 0..<150 {
      guard let trial = study.ask() else { break }
      try tell(trial, failed: index < 50 || index % 3 == 0, &study)
    }
    return notes.points + notes.fidelities + notes.repeats
  }

  func knownResults() throws -> [String] {
    let space = try Self.grid(3, levels: 3)
    let all = (0..<27).map { number in [number / 9, number / 3 % 3, number % 3].map(Double.init) }
    var study = try study(space, seed: 3)
    for point in all where point[0] == point[1] {
      _ = study.add(EarlierTrial(point, losses: losses(point, in: space)))
    }
    // At most as many asks as there are configurations and rungs.
    for _ in 0..<200 {
      guard let trial = study.ask() else { break }
      try tell(trial, &study)
    }
    let tried = Set(study.trials.map(\.point))
    let left = all.filter { !tried.contains($0) }
    let isStuck =
      left.isEmpty ? [] : ["\(left.count) of 27 configurations are not tried after 200 asks"]
    return notes.points + isStuck
  }

  func outstanding() throws -> [String] {
    let space = try Self.grid(4, levels: 7)
    var study = try study(space, seed: 5)
    var order = SplitMix64(seed: 9)
    var running: [Study.Trial] = []
    for _ in 0..<300 {
      while running.count < 32, let trial = study.ask() { running.append(trial) }
      let trial = running.remove(at: order.integer(below: running.count))
      try tell(trial, &study)
    }
    return notes.points + notes.repeats
  }
}
