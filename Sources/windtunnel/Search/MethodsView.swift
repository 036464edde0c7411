import Documents
import Report
import Search

/// The methods, or the replay, for reading.
struct MethodsView {
  private let document: MethodsDocument
  private let terminal: Terminal

  init(_ document: MethodsDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String { document.replay.map(text) ?? ranking }

  private var ranking: String {
    let entries = document.ranking ?? []
    let known = entries.reduce(0) { $0 + $1.evaluated }
    let total = document.methods * document.examples
    var table = TextTable(
      [
        .init("method"), .init("evaluated", .right), .init("mean score", .decimal), .init("s.e.", .decimal),
        .init("chance to be best", .right),
      ],
      title: "\(document.methods) methods, \(document.examples) examples; "
        + "\(known) of \(total) pairs evaluated (\(NumberText.percent(Double(known) / Double(total))))",
      terminal: terminal)
    for entry in entries {
      table.add([
        entry.method, "\(entry.evaluated)", entry.mean.map { NumberText.rounded($0, 4) } ?? "–",
        entry.standardError.map { NumberText.rounded($0, 2) } ?? "–",
        NumberText.percent(entry.chanceBest),
      ])
    }
    guard let pairs = document.next, !pairs.isEmpty else {
      return table.render() + (known == total ? "\nEverything was evaluated.\n" : "")
    }
    var asked = TextTable(
      [.init("method"), .init("example")],
      title: "To evaluate next" + (document.strategy.map { " (\($0.rawValue))" } ?? ""), terminal: terminal)
    for pair in pairs { asked.add([pair.method, pair.example]) }
    return table.render() + "\n" + asked.render()
  }

  private func text(_ replay: SelectionReplay) -> String {
    func table(_ title: String, _ cell: (SelectionReplay.Row) -> String) -> String {
      var table = TextTable(
        [.init("strategy")] + SelectionReplay.shares.map { .init(NumberText.percent($0), .right) },
        title: title, terminal: terminal)
      for strategy in SelectionStrategy.allCases {
        table.add([strategy.rawValue] + replay.rows.filter { $0.strategy == strategy }.map(cell))
      }
      return table.render()
    }
    return [
      table(
        "How often the best of \(document.methods) methods is found from a share of \(document.examples) examples each "
          + "(\(replay.seeds) seeds)"
      ) { NumberText.percent($0.foundBest) },
      table("How far the best is above the chosen one, on average") { NumberText.rounded($0.regret, 2) },
      table("Kendall's tau of the ranking with the true one") { NumberText.rounded($0.kendallTau, 2) },
    ].joined(separator: "\n")
  }
}

extension MethodsDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { MethodsView(self, terminal: terminal).text }
}
