import ArgumentParser
import Foundation
import Planning
import Report
import ScalingLaws
import Tables

struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Split one budget of money among the variables of a fitted law: annotate, or distill?",
    discussion: """
      Every variable of the law has a price per unit, or a value by --set. The split has the lowest predicted loss; \
      the split of each draw of the fit gives the intervals.

      Examples:
        windtunnel fit sweep.csv --law annotate-distill --output fit.json
        windtunnel split --fit fit.json --budget '$20k' --price a=0.5,s=0.01
        windtunnel split --fit f.json --budget '$5k' --price a=1,s=.1 --setup s=99
        windtunnel split --fit f.json --budget '$20k' --price a=1,s=.1 --max a=9k
      """)

  @OptionGroup(title: "Law") var source: SourceOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("The money: \"20k USD\".", valueName: "budget"))
  var budget: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "USD per unit of a variable of the law, by its letter or its column: --price annotated=0.5.",
      valueName: "name=USD,…"))
  var price: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "USD paid once if any of it is bought, such as for tuning a teacher.", valueName: "name=USD,…"))
  var setup: [String] = []

  @Option(
    name: .customLong("max"), parsing: .singleValue,
    help: ArgumentHelp("The most available units: --max annotated=15k.", valueName: "name=count,…"))
  var most: [String] = []

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("The value of a variable that is not bought.", valueName: "name=value"))
  var assignments: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of all intervals.", valueName: "level"))
  var interval = 0.9

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws { try checkInterval(interval) }

  func run() throws {
    try output.prepare()
    guard case .usd(let money) = try Budget(parsing: budget) else {
      throw UsageError("--budget must be in dollars, as in --budget \"20k USD\", not '\(budget)'")
    }
    let request = SplitRequest(
      budget: money, resources: try resources(), fixed: try fixedValues(assignments), level: interval)
    let source = try source.source()
    let split = try planSplit(source.fitted, request)
    let document = SplitDocument(split, source.fitted, request, caveats: source.caveats)
    try output.emit(document)
  }

  private func resources() throws -> [SplitRequest.Resource] {
    let prices = try pairs(price, of: "--price", example: "annotated=0.5") { try parseUSD($0) }
    guard !prices.isEmpty else {
      throw UsageError("nothing has a price; give one or more, as in --price annotated=0.5")
    }
    let setUps = try pairs(setup, of: "--setup", example: "distilled=400") { try parseUSD($0) }
    let limits = try pairs(most, of: "--max", example: "annotated=15k") { try parseCount($0) }
    for (option, given) in [("--setup", setUps), ("--max", limits)] {
      if let idle = given.first(where: { pair in !prices.contains { $0.name == pair.name } }) {
        let names = prices.map(\.name)
        throw UsageError("\(option) names '\(idle.name)', which has no --price; \(hint(for: idle.name, among: names))")
      }
    }
    return prices.map { pair in
      SplitRequest.Resource(
        pair.name, price: pair.value, setUp: setUps.first { $0.name == pair.name }?.value ?? 0,
        most: limits.first { $0.name == pair.name }?.value)
    }
  }

  private func pairs(
    _ texts: [String], of option: String, example: String, _ read: (String) throws -> Double
  ) throws -> [(name: String, value: Double)] {
    var result: [(name: String, value: Double)] = []
    for text in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 2, !parts[0].isEmpty else {
        throw UsageError("\(option) must be name=amount, as in \(option) \(example), not '\(text)'")
      }
      guard !result.contains(where: { $0.name == parts[0] }) else {
        throw UsageError("\(option) is given twice for '\(parts[0])'; keep one of them")
      }
      do { result.append((parts[0], try read(parts[1]))) } catch let error as QuantityError {
        throw UsageError("\(option) '\(text)': \(error)")
      }
    }
    return result
  }
}
