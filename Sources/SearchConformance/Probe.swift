import Search

/// Studies of one algorithm, with losses that are computed from the configuration.
struct Probe {
  let entry: AlgorithmEntry
  let notes = Notes()
  /// The number of objectives: two for an algorithm that is only made for several.
  let objectives: Int

  init(_ entry: AlgorithmEntry, objectives: Int? = nil) {
    self.entry = entry
    self.objectives = objectives ?? (entry.objectives == .several ? 2 : 1)
  }

  /// How far trials are trained, for an algorithm that trains them partly.
  func fidelity() throws -> Fidelity? {
    entry.isMultiFidelity ? try Fidelity("epochs", 1...27) : nil
  }

  func study(
    _ space: SearchSpace, seed: UInt64, isFeasible: (@Sendable (SearchSpace.Point) -> Bool)? = nil
  ) throws -> Study {
    let fidelity = try fidelity()
    let algorithm = try entry.algorithm(fidelity, objectives: objectives)
    return Study(
      space, CheckedAlgorithm(algorithm, range: fidelity?.range, notes), seed: seed,
      fidelity: fidelity,
      isFeasible: isFeasible)
  }

  /// The losses of a configuration: bowls around 0.3 and 0.7 of every parameter's range.
  func losses(_ point: SearchSpace.Point, in space: SearchSpace) -> [Double] {
    let genes = space.genes(of: point)
    return (0..<objectives).map { objective in
      let bottom = objective == 0 ? 0.3 : 0.7
      return genes.reduce(0) { $0 + ($1 - bottom) * ($1 - bottom) }
    }
  }

  /// Tells a trial its losses, or that it failed.
  func tell(
    _ trial: Study.Trial, failed: Bool = false, excess: Double? = nil, _ study: inout Study
  ) throws {
    let losses = losses(trial.point, in: study.space)
    if objectives > 1 {
      try study.tell(
        trial.number, losses: failed ? losses.map { _ in .nan } : losses, excess: excess, cost: 1)
    } else {
      try study.tell(trial.number, loss: failed ? nil : losses[0], excess: excess, cost: 1)
    }
  }

  /// Reports half of a partial training, as a trainer does on its way, and tells the end.
  func train(_ trial: Study.Trial, _ study: inout Study) throws {
    guard let target = trial.fidelity, objectives == 1 else { return try tell(trial, &study) }
    let loss = losses(trial.point, in: study.space)[0]
    let half = ((trial.reports.last?.fidelity ?? 0) + target) / 2
    if try study.report(trial.number, loss: loss, at: half) {
      try tell(trial, &study)
    } else {
      try study.tell(trial.number, loss: loss, stopped: true)
    }
  }

  /// A parameter of every kind, one that depends on another, and a constant.
  static func mixedSpace() throws -> SearchSpace {
    try SearchSpace([
      Parameter("optimizer", .categorical(["adam", "sgd", "lion"].map { .text($0) })),
      Parameter(
        "momentum", .float(0...0.99, log: false),
        when: .init(parameter: "optimizer", values: [.text("sgd")])),
      Parameter("rate", .float(1e-5...1e-1, log: true)),
      Parameter("layers", .int(1...64, log: true)),
      Parameter("width", .stepped(0.5...2, step: 0.25)),
      Parameter("batch", .ordinal([8, 16, 32, 64].map { .number($0) })),
      Parameter("order", .permutation(["a", "b", "c"].map { .text($0) })),
      Parameter(
        "nesterov", .categorical([.flag(false), .flag(true)]),
        when: .init(parameter: "optimizer", values: [.text("sgd"), .text("lion")])),
      Parameter("norm", .categorical([.text("layer")])),
    ])
  }

  static func grid(_ parameters: Int, levels: Int) throws -> SearchSpace {
    try SearchSpace(
      (0..<parameters).map { Parameter("p\($0)", .int(0...(levels - 1), log: false)) })
  }
}
