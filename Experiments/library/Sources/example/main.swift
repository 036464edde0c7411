import Foundation
import LaunchConformance
import Search
import SearchConformance

// Usage: swift run --package-path Experiments/library example [RUNS]
let runs = CommandLine.arguments.dropFirst().first ?? "Fits/pilot/runs.csv"

let plan = try planWithOwnLaw(runs: runs)
print("a law of our own plans \(plan.params?.value ?? .nan) parameters on \(plan.tokens?.value ?? .nan) tokens, loss \(plan.loss.value)")

let study = try searchByOwnAlgorithm(trials: 60) { rate, layers in
  pow(log10(rate) + 2.5, 2) + pow(layers - 6, 2) / 10
}
print("an algorithm of our own finds a loss of \(study.bestLoss ?? .nan) in \(study.trials.count) trials")
let registry = try AlgorithmRegistry.builtIn.adding(.hillClimb)
let broken = try Contract.violations(by: registry.named("hill-climb"), within: 30)
print("it breaks \(broken.count) parts of the contract of algorithms")

for command in try await rehearse(params: 1e8, tokens: 2e9) { print("a trainer of our own runs by: \(command)") }
print("it breaks \(OwnTrainer().violations().count) parts of the contract of trainers")
guard broken.isEmpty, OwnTrainer().violations().isEmpty else { exit(1) }
