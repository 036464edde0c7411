import Foundation

extension JobSpec {
  /// The learning rate after a number of steps, as the schedule has it; trainers differ from it by a step.
  public func learningRate(at step: Double) -> Double {
    let (total, warmup) = (Double(training.steps), Double(schedule.warmupSteps))
    guard step >= warmup else { return optimizer.learningRate * step / warmup }
    let rest = max(1, total - warmup)
    let progress = min(1, (step - warmup) / rest)
    let share =
      switch schedule.kind {
      case .constant: 1.0
      case .linear: 1 - progress * (1 - schedule.finalShare)
      case .cosine: schedule.finalShare + (1 - schedule.finalShare) * (1 + cos(.pi * progress)) / 2
      case .wsd: 1 - (1 - schedule.finalShare) * decayed(at: step)
      }
    return optimizer.learningRate * share
  }

  /// Steps between which the learning rate is as good as straight, from 0 to the end of the run.
  package func scheduleSteps(parts: Int) -> [Double] {
    let (total, warmup) = (Double(training.steps), Double(schedule.warmupSteps))
    var steps: Set<Double> = [0, warmup, total]
    if schedule.kind == .wsd { steps.insert(max(warmup, total - Double(decaySteps))) }
    for part in 1..<max(2, parts) {
      let share = Double(part) / Double(parts)
      // Losses fall the fastest at first.
      steps.formUnion([(share * total).rounded(), pow(total, share).rounded()])
    }
    return steps.filter { $0 <= total }.sorted()
  }

  /// The share of the decay that is done.
  private func decayed(at step: Double) -> Double {
    let (total, decay) = (Double(training.steps), Double(decaySteps))
    return max(0, step - (total - decay)) / max(1, decay)
  }
}
