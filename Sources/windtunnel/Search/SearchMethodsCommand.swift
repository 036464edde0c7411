import ArgumentParser
import Documents
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
    if replay {
      let progress = ProgressBar("replays", total: SelectionStrategy.allCases.count * seeds)
      let result = try SelectionReplay(
        matrix, seeds: seeds, firstSeed: computing.seed, threads: computing.threadCount
      ) { progress.advance() }
      progress.finish()
      try output.emit(json: try encodedJSON(MethodsDocument(replay: result))) { view(result, matrix) }
    } else {
      let ranking = MethodRanking(matrix, seed: computing.seed)
      var selection = MethodSelection(matrix, strategy, seed: computing.seed)
      let pairs = selection.next(next).map {
        MethodsDocument.Pair(method: matrix.methods[$0.method], example: matrix.examples[$0.example])
      }
      let document = MethodsDocument(ranking: ranking.entries, next: pairs)
      try output.emit(json: try encodedJSON(document)) { view(ranking, pairs, matrix) }
    }
  }

  private func view(_ ranking: MethodRanking, _ pairs: [MethodsDocument.Pair], _ matrix: ScoreMatrix) -> String {
    let known = ranking.entries.reduce(0) { $0 + $1.evaluated }
    let total = matrix.methods.count * matrix.examples.count
    var table = TextTable(
      [
        .init("method"), .init("evaluated", .right), .init("mean score", .decimal), .init("s.e.", .decimal),
        .init("chance to be best", .right),
      ],
      title: "\(matrix.methods.count) methods, \(matrix.examples.count) examples; "
        + "\(known) of \(total) pairs evaluated (\(NumberText.percent(Double(known) / Double(total))))",
      terminal: .standardOutput)
    for entry in ranking.entries {
      table.add([
        entry.method, "\(entry.evaluated)", entry.mean.map { NumberText.rounded($0, 4) } ?? "–",
        entry.standardError.map { NumberText.rounded($0, 2) } ?? "–",
        NumberText.percent(entry.chanceBest),
      ])
    }
    guard !pairs.isEmpty else {
      return table.render() + (known == total ? "\nEverything was evaluated.\n" : "")
    }
    var asked = TextTable(
      [.init("method"), .init("example")], title: "To evaluate next (\(strategy.rawValue))", terminal: .standardOutput)
    for pair in pairs { asked.add([pair.method, pair.example]) }
    return table.render() + "\n" + asked.render()
  }

  private func view(_ replay: SelectionReplay, _ matrix: ScoreMatrix) -> String {
    func table(_ title: String, _ cell: (SelectionReplay.Row) -> String) -> String {
      var table = TextTable(
        [.init("strategy")] + SelectionReplay.shares.map { .init(NumberText.percent($0), .right) },
        title: title, terminal: .standardOutput)
      for strategy in SelectionStrategy.allCases {
        table.add([strategy.rawValue] + replay.rows.filter { $0.strategy == strategy }.map(cell))
      }
      return table.render()
    }
    return [
      table(
        "How often the best of \(matrix.methods.count) methods is found from a share of \(matrix.examples.count) examples each "
          + "(\(replay.seeds) seeds)"
      ) { NumberText.percent($0.foundBest) },
      table("How far the best is above the chosen one, on average") { NumberText.rounded($0.regret, 2) },
      table("Kendall's tau of the ranking with the true one") { NumberText.rounded($0.kendallTau, 2) },
    ].joined(separator: "\n")
  }
}

/// `windtunnel.methods/1`.
private struct MethodsDocument: Encodable {
  struct Pair: Encodable {
    let method: String
    let example: String
  }

  let schema = "windtunnel.methods/1"
  var ranking: [MethodRanking.Entry]?
  var next: [Pair]?
  var replay: SelectionReplay?
}

extension SelectionStrategy: ExpressibleByArgument {}
