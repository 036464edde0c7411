import Search

/// A search for the least value of a closure, one trial at a time.
func search(
  by algorithm: any SearchAlgorithm, trials: Int, objective: (_ rate: Double, _ layers: Double) -> Double
) throws -> Study {
  let space = try SearchSpace([
    Parameter("learning_rate", .float(1e-4...1e-1, log: true)),
    Parameter("layers", .int(1...12, log: false)),
  ])
  var study = Study(space, algorithm, seed: 1)
  for _ in 0..<trials {
    guard let trial = study.ask() else { break }
    let values = space.numbers(of: trial.point)
    try study.tell(trial.number, loss: objective(values["learning_rate"] ?? .nan, values["layers"] ?? .nan))
  }
  return study
}
