import Foundation
import Report
import Search

/// A line on standard error for every trial that ended.
struct SearchProgress: Sendable {
  private let experiment: Experiment
  private let budget: SearchBudget
  private let start = ContinuousClock.now

  init(_ experiment: Experiment, _ budget: SearchBudget) {
    self.experiment = experiment
    self.budget = budget
  }

  func tell(_ trial: Study.Trial, _ study: Study, _ spent: Spending) {
    var text = "trial \(trial.number): "
    switch trial.outcome {
    case .complete(let loss), .stopped(let loss):
      let losses = trial.losses.isEmpty ? [loss] : trial.losses
      text += zip(experiment.goals, losses).map { "\($0.metric) \(number($0.direction.value(ofLoss: $1)))" }
        .joined(separator: ", ")
      if let name = study.fidelity?.name, let reached = trial.reports.last?.fidelity {
        text += " at \(name) \(format(reached, significant: 12))"
      }
    case .failed: text += "failed"
    case .running: text += "running"
    }
    if let best = study.best, let loss = study.bestLoss {
      text += "; best \(number(experiment.goals[0].direction.value(ofLoss: loss))) (trial \(best.number))"
    } else if !study.front.members.isEmpty {
      text += "; \(study.front.members.count) compromises"
    }
    note(text + budgetText(spent))
  }

  private func budgetText(_ spent: Spending) -> String {
    var shares: [Double] = []
    var parts: [String] = []
    if let trials = budget.trials {
      let unit = experiment.fidelity == nil ? "trials" : "full trainings"
      parts.append("\(format(spent.trials, significant: 3)) of \(trials) \(unit)")
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
    return "; " + parts.joined(separator: ", ")
  }

  private func number(_ value: Double) -> String { format(value, significant: 5) }
}
