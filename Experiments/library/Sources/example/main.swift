import Foundation
import Search
import SearchConformance

// Usage: swift run --package-path Experiments/library example
let runs = CommandLine.arguments.dropFirst().first ?? "Fits/pilot/runs.csv"

let plan = try planWithOwnLaw(runs: runs)
print("plan by our own law: \(plan.params?.value ?? .nan) parameters, loss \(plan.loss.value)")

let study = try searchByOwnAlgorithm(trials: 60) { rate, layers in
  pow(log10(rate) + 2.5, 2) + pow(layers - 6, 2) / 10
}
print("best of \(study.trials.count) trials: loss \(study.bestLoss ?? .nan)")
