import Foundation

/// Values that several trainers take in the same form.
extension JobSpec {
  /// The number of steps over which ``Schedule/Kind/wsd`` decays.
  var decaySteps: Int { max(1, Int((Double(training.steps) * schedule.decayShare).rounded())) }

  /// The learning rate at the end of the run.
  var finalLearningRate: Double {
    let rate = schedule.kind == .constant ? optimizer.learningRate : optimizer.learningRate * schedule.finalShare
    // A tenth of 0.0006 should be 6e-05, and not the next number below.
    return Double(String(format: "%.12g", rate)) ?? rate
  }

  /// Steps between two checkpoints, no more than the run has.
  var checkpointInterval: Int { min(checkpoints.every ?? training.steps, training.steps) }

  /// Steps between two evaluations, no more than the run has.
  var evaluationInterval: Int { min(checkpoints.evaluateEvery ?? training.steps, training.steps) }

  /// Batches of `sequences` for an evaluation: about ten million tokens, because the loss of fewer is noisier than the laws that
  /// are fitted to it, and at most a hundred training batches.
  func evaluationBatches(of sequences: Int) -> Int {
    let tokens = min(10_000_000, 100 * training.tokensPerStep)
    let batch = max(1, sequences * training.sequence)
    return max(1, (tokens + batch - 1) / batch)
  }

  func checkpointDirectory(in directory: String) -> String {
    checkpoints.directory ?? "\(directory)/checkpoints"
  }

  /// Whether a setting has one of these names.
  func hasSetting(_ names: String...) -> Bool { settings.contains { names.contains($0.name) } }
}
