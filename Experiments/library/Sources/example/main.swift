import Foundation
import Planning
import ScalingLaws

// Usage: swift run --package-path Experiments/library example [RUNS.csv]

let runs = CommandLine.arguments.dropFirst().first ?? "Fits/pilot/runs.csv"

let own = try fitToRuns(of: runs)
let values = zip(own.law.parameterNames, own.optimum.parameters).map { "\($0) \(text($1))" }
print("\(own.law.name) fitted to \(own.runs.rowCount) runs:", values.joined(separator: ", "))

let plan = try bestRun(own, flops: 1e14, tokensAtHand: 5e7)
print("for 1e14 FLOP: params \(text(plan.params)), tokens \(text(plan.tokens)), loss \(text(plan.loss))")

let catalogs = try fitToNumbers()
print("\(catalogs.law.name) fitted to numbers in memory: E \(text(catalogs.optimum.parameters[0]))")

let study = try search(by: hillClimbByName(), trials: 100) { rate, layers in
  pow(log10(rate) + 2.5, 2) + pow(layers - 6, 2) / 10
}
let best = study.best.map { study.space.numbers(of: $0.point) } ?? [:]
print("best of \(study.trials.count) trials: rate \(text(best["learning_rate"])), layers \(text(best["layers"]))")
print("broken contracts of the algorithm: \(brokenContracts().count)")

let rehearsal = try await rehearseLaunch(in: "runs/ours")
print("a launch would write \(rehearsal.files.count) files and run \(rehearsal.commands.count) commands")
print(
  "broken rules of the trainer: \(brokenTrainerRules().count), of the engine: \(try await brokenEngineRules().count)")

func text(_ number: Double?) -> String { number.map { String(format: "%.4g", $0) } ?? "–" }

func text(_ quantity: Quantity?) -> String {
  text(quantity?.value) + (quantity?.interval.map { " [\(text($0.lowerBound)), \(text($0.upperBound))]" } ?? "")
}
