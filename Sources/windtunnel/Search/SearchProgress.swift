import Documents
import Foundation
import Report
import Search
import Studies
import Synchronization
import Tables
import Workflows

/// The progress of a search: a line on standard error for every trial that ended.
final class SearchProgress: Sendable {
  private let experiment: Experiment
  private let budget: SearchBudget
  /// The time at which the first trial ended, and the share of the budget that was spent then.
  private let first = Mutex<(time: ContinuousClock.Instant, share: Double)?>(nil)

  init(_ experiment: Experiment, _ budget: SearchBudget) {
    self.experiment = experiment
    self.budget = budget
  }

  func tell(_ ended: EndedTrial) {
    let trial = ended.trial
    var text = "trial \(trial.number): "
    switch trial.state {
    case .complete(let loss), .stopped(let loss):
      let losses = trial.losses.isEmpty ? [loss] : trial.losses
      text += zip(experiment.goals, losses).map { "\($0.metric) \(number($0.direction.value(ofLoss: $1)))" }
        .joined(separator: ", ")
      if let name = experiment.fidelity?.name, let reached = trial.reports.last?.fidelity {
        text += " at \(name) \(NumberText.rounded(reached, 12))"
      }
    case .failed: text += "failed" + (ended.record?.failure.map { ": \($0)" } ?? "")
    case .running: text += "running"
    }
    if let best = ended.best, let loss = ended.bestLoss {
      text += "; best \(number(experiment.goals[0].direction.value(ofLoss: loss))) (trial \(best.number))"
    } else if ended.frontCount > 0 {
      text += "; \(ended.frontCount) compromises"
    }
    note(text + budgetText(ended.spent))
  }

  private func budgetText(_ spent: Spending) -> String {
    var shares: [Double] = []
    var parts: [String] = []
    if let trials = budget.trials {
      let unit = experiment.fidelity == nil ? "trials" : "full trainings"
      parts.append("\(NumberText.rounded(spent.trials)) of \(trials) \(unit)")
      shares.append(spent.trials / Double(trials))
    }
    if let cost = budget.cost {
      parts.append("cost \(number(spent.cost)) of \(number(cost))")
      shares.append(spent.cost / cost)
    }
    if let time = budget.time {
      parts.append("\(number(spent.time)) of \(number(time)) s")
      shares.append(spent.time / time)
    }
    return "; " + parts.joined(separator: ", ") + (left(shares.max() ?? 0).map { ", about \($0) left" } ?? "")
  }

  /// The time for the rest of the budget at the rate since the first trial ended.
  private func left(_ share: Double) -> String? {
    let now = ContinuousClock.now
    let first = first.withLock { first in
      first = first ?? (now, share)
      return first
    }
    guard let first, share > first.share, share < 1 else { return nil }
    let seconds = (now - first.time) / .seconds(1)
    return formatDuration(seconds * (1 - share) / (share - first.share), digits: 2)
  }

  private func number(_ value: Double) -> String { NumberText.rounded(value, 5) }
}
