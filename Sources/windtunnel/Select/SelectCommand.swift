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
      The table has one row for each run: model, examples (0 for the model without tuning), loss and, if known, \
      params. Every curve is extrapolated to the full size by Accept then Stop (Lin et al. 2024), and by five simpler \
      methods.

      Examples:
        windtunnel select tuned.csv --target 1638400
        windtunnel select tuned.csv --target 1.6M --observed-up-to 25600 --by task
        windtunnel select tuned.csv --target 1638400 --ratio 1/64 --method rectified
        windtunnel select tuned.csv --target 1638400 --ratio 1/8,1/64 --evaluate
      """)

  @OptionGroup(title: "Runs") var runs: RunOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of examples that the chosen model will be tuned on: 1.6M.", valueName: "count"))
  var target: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Use runs on at most this many examples; default: all below the target.", valueName: "count"))
  var observedUpTo: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The same as shares of the target, one choice for each: 1/8,1/64.", valueName: "shares"))
  var ratio: String?

  @Option(help: ArgumentHelp("Choose separately for each group of runs: task.", valueName: "columns"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "The method that chooses: \(SelectionMethod.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "method"))
  var method = SelectionMethod.acceptThenStop.rawValue

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Accept then Stop: the number of largest sizes accepted without a test.", valueName: "count"))
  var k = 3

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Accept then Stop: the standard deviations beyond which a size is off the line.", valueName: "number"))
  var delta = 5.0

  @Flag(help: "Score every method by the models' losses at the target, which the table must have.")
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
      "The number of models of each ranking to print, with the intervals of the method that chooses; JSON has all "
        + "models.",
      valueName: "count"))
  var top = 10

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if observedUpTo != nil, ratio != nil {
      throw ValidationError("--observed-up-to and --ratio both limit the runs; give one of them")
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
    // Scores of many choices are printed without their rankings.
    let isRanked = try !evaluate || (budgets.count == 1 && loaded.runs.grouped(by: columns).count == 1)
    request.intervals = isRanked ? top : 1
    var document = try SelectionDocument(
      loaded.runs, by: columns, budgets: budgets, request,
      exclusions: loaded.exclusions, notes: loaded.notes + (try zeroShotNote(loaded.runs)))
    document.top = top
    try output.emit(document)
  }

  private func chosenMethod() throws -> SelectionMethod {
    if let known = SelectionMethod(rawValue: method) { return known }
    let names = SelectionMethod.allCases.map(\.rawValue)
    throw UsageError("there is no method '\(method)'; \(hint(for: method, among: names))")
  }

  /// The number of examples up to which the runs are used, checked against the available ones.
  private func budgets(_ runs: RunTable, _ target: Double) throws -> [Double] {
    let sizes = try runs.values(for: .examples).filter { $0 > 0 }
    guard let smallest = sizes.min() else {
      throw TableError(
        .badData, file: runs.table.name, message: "no run is on more than 0 examples, so there is no curve to follow")
    }
    guard let largest = sizes.filter({ $0 < target }).max() else {
      throw UsageError(
        "the target of \(NumberText.count(target, 7)) examples is not above the smallest of the runs, "
          + "\(NumberText.count(smallest, 7)): there is nothing to predict")
    }
    let budgets =
      try ratio.map { try shares($0).map { $0 * target } } ?? [observedUpTo.map { try parseCount($0) } ?? largest]
    for budget in budgets {
      guard budget < target else {
        throw UsageError(
          "--observed-up-to \(NumberText.count(budget, 7)) is not below the target of "
            + "\(NumberText.count(target, 7)) examples: there is nothing to predict")
      }
      guard budget * (1 + 1e-9) >= smallest else {
        throw UsageError(
          "a budget of \(NumberText.count(budget, 7)) examples is below the smallest size of the runs, "
            + "\(NumberText.count(smallest, 7)); raise it")
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
        throw UsageError("--ratio must be shares of the target between 0 and 1, as in 1/8,1/64, not '\(part)'")
      }
      return share
    }
  }

  private func zeroShotNote(_ runs: RunTable) throws -> [String] {
    let count = try runs.values(for: .examples).count { $0 == 0 }
    return count == 0
      ? []
      : [
        "\(count) run\(count == 1 ? " is" : "s are") on 0 examples: of lines and laws, only the rectified law is "
          + "fitted to \(count == 1 ? "it" : "them"), if there are eight sizes or fewer"
      ]
  }
}
