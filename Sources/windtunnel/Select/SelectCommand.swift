import ArgumentParser
import Documents
import Foundation
import Report
import ScalingLaws
import Tables

struct SelectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select",
    abstract: "Choose the pretrained model to fine-tune, from runs on few examples.",
    discussion: """
      The table has a row a run: model, examples (0 for the model without tuning), loss and, if known, params. Every \
      curve is followed to the full size by Accept then Stop (Lin et al. 2024), next to five plainer methods.

      Examples:
        windtunnel select tuned.csv --target 1638400
        windtunnel select tuned.csv --target 1.6M --observed-up-to 25600 --by task
        windtunnel select tuned.csv --target 1638400 --ratio 1/64 --method rectified
        windtunnel select tuned.csv --target 1638400 --ratio 1/8,1/64 --evaluate
      """)

  @OptionGroup(title: "Runs") var runs: RunOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many examples the chosen model is to be tuned on: 1.6M.", valueName: "count"))
  var target: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Look at runs on at most so many examples; at all below the target unless given.", valueName: "count"))
  var observedUpTo: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The same as shares of the target, a choice each: 1/8,1/64.", valueName: "shares"))
  var ratio: String?

  @Option(help: ArgumentHelp("Choose for each group of runs by itself: task.", valueName: "columns"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "What the choice goes by: \(SelectionMethod.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "method"))
  var method = SelectionMethod.acceptThenStop.rawValue

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Accept then Stop: how many of the largest sizes are on the line unseen.", valueName: "count"))
  var k = 3

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Accept then Stop: from how many standard deviations on a size is off the line.", valueName: "number"))
  var delta = 5.0

  @Flag(help: "Score every method by the models' losses at the target, which the table then has.")
  var evaluate = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Bootstrap resamples for the intervals of fitted laws; 0 for none.", valueName: "N"))
  var bootstrap = 200

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of all intervals.", valueName: "level"))
  var interval = 0.9

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many models of each ranking to print, with the intervals of the method that chooses; JSON has all models.",
      valueName: "count"))
  var top = 10

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if observedUpTo != nil, ratio != nil {
      throw ValidationError("--observed-up-to and --ratio both say which runs to look at; give one of them")
    }
    if !(3...1000).contains(k) { throw ValidationError("--k must be from 3 to 1000, not \(k)") }
    if !(delta > 0 && delta.isFinite) { throw ValidationError("--delta must be above 0, not \(delta)") }
    if bootstrap != 0, !(2...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap must be 0, for none, or from 2 to 1000000, not \(bootstrap)")
    }
    if top < 1 { throw ValidationError("--top must be 1 or more, not \(top)") }
    try checkInterval(interval)
  }

  func run() throws {
    try output.prepare()
    var request = SelectionRequest(target: try parseCount(target), threads: computing.threadCount)
    request.method = try chosenMethod()
    request.acceptThenStop = AcceptThenStop(k: k, delta: delta)
    request.level = interval
    request.resamples = bootstrap
    request.seed = computing.seed
    request.scores = evaluate
    let loaded = try runs.load()
    let (columns, budgets) = (try by.map { try columnNames($0) } ?? [], try budgets(loaded.runs, request.target))
    // Scores of many choices are printed without the rankings behind them.
    let isRanked = try !evaluate || (budgets.count == 1 && loaded.runs.grouped(by: columns).count == 1)
    request.intervals = isRanked ? top : 1
    let document = try SelectionDocument(
      loaded.runs, by: columns, budgets: budgets, request,
      exclusions: loaded.exclusions, notes: loaded.notes + (try zeroShotNote(loaded.runs)))
    try output.emit(document) {
      SelectView(document: document, top: top, terminal: .standardOutput).text
    }
  }

  private func chosenMethod() throws -> SelectionMethod {
    if let known = SelectionMethod(rawValue: method) { return known }
    let names = SelectionMethod.allCases.map(\.rawValue)
    throw UsageError("there is no method '\(method)'; \(hint(for: method, among: names))")
  }

  /// Up to how many examples the runs are looked at, checked against those that there are.
  private func budgets(_ runs: RunTable, _ target: Double) throws -> [Double] {
    let sizes = try runs.values(for: .examples).filter { $0 > 0 }
    guard let smallest = sizes.min() else {
      throw TableError(
        .badData, file: runs.table.name, message: "no run is on more than 0 examples, so there is no curve to follow")
    }
    guard let largest = sizes.filter({ $0 < target }).max() else {
      throw UsageError(
        "the target of \(NumberText.count(target, 7)) examples is not above the smallest of the runs, "
          + "\(NumberText.count(smallest, 7)): there is nothing to foretell")
    }
    let budgets =
      try ratio.map { try shares($0).map { $0 * target } } ?? [observedUpTo.map { try parseCount($0) } ?? largest]
    for budget in budgets {
      guard budget < target else {
        throw UsageError(
          "--observed-up-to \(NumberText.count(budget, 7)) is not below the target of "
            + "\(NumberText.count(target, 7)) examples: there is nothing to foretell")
      }
      guard budget * (1 + 1e-9) >= smallest else {
        throw UsageError(
          "a budget of \(NumberText.count(budget, 7)) examples is below the smallest size of the runs, "
            + "\(NumberText.count(smallest, 7)); look further")
      }
    }
    return budgets
  }

  /// `1/8,1/64` or `0.125`.
  private func shares(_ text: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let ends = part.split(separator: "/", omittingEmptySubsequences: false).map {
        Double($0.trimmingCharacters(in: .whitespaces))
      }
      let share: Double? =
        switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
        case (1, let value?, _): value
        case (2, let above?, let below?): above / below
        default: nil
        }
      guard let share, share > 0, share < 1 else {
        throw UsageError("--ratio '\(part)' should be a share of the target between 0 and 1, as in 1/8,1/64")
      }
      return share
    }
  }

  private func zeroShotNote(_ runs: RunTable) throws -> [String] {
    let count = try runs.values(for: .examples).count { $0 == 0 }
    return count == 0
      ? []
      : [
        "\(count) run\(count == 1 ? " is" : "s are") on 0 examples: of lines and laws, only the rectified law is fitted to \(count == 1 ? "it" : "them"), where "
          + "sizes are eight or less"
      ]
  }
}
