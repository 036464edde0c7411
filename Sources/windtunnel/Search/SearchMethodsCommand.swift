import ArgumentParser
import Report
import Search
import Studies
import Tables

struct SearchMethodsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract: "Choose the best of many models or prompts by a small share of all evaluations.",
    discussion: """
      The table has one row per method and example with the score, higher is better; a pair that is missing or has no \
      score was not evaluated. The result is the methods by their chance to be the best, and the pairs to evaluate next. \
      List all methods and all examples, with blank scores at first.

      Strategies: ucb-e asks for the method of the greatest upper bound (Audibert and Bubeck 2010); ucb-e-lrf takes bounds \
      from low-rank factorizations of the known scores (after Zhou et al. 2024); subset takes the same examples for all \
      methods; random takes random pairs.

      With --replay, on a complete table: how often each strategy finds the best method from 2 to 50 % of the evaluations, \
      and how well it ranks all.

      Examples:
        windtunnel search methods scores.csv
        windtunnel search methods scores.csv --method model --example item --next 100
        windtunnel search methods scores.csv --replay --seeds 50
      """)

  @Argument(help: ArgumentHelp("The table of scores, .csv or .jsonl.", valueName: "file"))
  var table: String

  @Option(help: ArgumentHelp("The column of methods.", valueName: "column"))
  var method = "method"

  @Option(help: ArgumentHelp("The column of examples.", valueName: "column"))
  var example = "example"

  @Option(help: ArgumentHelp("The column of scores.", valueName: "column"))
  var score = "score"

  @Option(help: "How pairs are chosen: ucb-e, ucb-e-lrf, subset or random.")
  var strategy = SelectionStrategy.ucbE

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of pairs to print.", valueName: "N"))
  var next = 32

  @Flag(help: "Replay every strategy on a complete table.")
  var replay = false

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of seeds of a replay.", valueName: "N"))
  var seeds = 50

  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    guard (0...1_000_000).contains(next) else {
      throw ValidationError("--next must be from 0 to 1000000, not \(next)")
    }
    guard (1...10_000).contains(seeds) else {
      throw ValidationError("--seeds must be from 1 to 10000, not \(seeds)")
    }
  }

  func run() throws {
    try output.prepare()
    let matrix = try ScoreMatrix(Table.read(table), method: method, example: example, score: score)
    let document: MethodsDocument
    if replay {
      let progress = ProgressBar("replays", total: SelectionStrategy.allCases.count * seeds)
      let result = try SelectionReplay(
        matrix, seeds: seeds, firstSeed: computing.seed, threads: computing.threadCount
      ) { progress.advance() }
      progress.finish()
      document = MethodsDocument(matrix, replay: result)
    } else {
      var selection = MethodSelection(matrix, strategy, seed: computing.seed)
      document = MethodsDocument(
        matrix, MethodRanking(matrix, seed: computing.seed), strategy, next: selection.next(next))
    }
    try output.emit(document)
  }
}

extension SelectionStrategy: ExpressibleByArgument {}
