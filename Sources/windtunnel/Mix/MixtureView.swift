import Documents
import Report

/// The tables of the best mixture.
struct MixtureView {
  let document: MixtureDocument
  let terminal: Terminal

  var text: String { [mixture, losses, words].joined(separator: "\n") }

  private var level: String { "\(NumberText.percent(document.level)) interval" }

  private func share(_ value: Double?) -> String {
    value.map { abs($0) < 5e-6 ? "0 %" : NumberText.percent($0) } ?? "–"
  }

  private func range(_ ends: [Double]?, _ text: (Double) -> String) -> String {
    ends.map { "\(text($0[0])) … \(text($0[1]))" } ?? "–"
  }

  private var mixture: String {
    var table = TextTable(
      [.init("domain"), .init("best mixture", .right), .init(level), .init("tried"), .init("best tried", .right)],
      title: "The best mixture for \(document.runs) runs of \(document.file)", terminal: terminal)
    for (index, domain) in document.domains.enumerated() {
      table.add([
        domain.column, share(domain.proportion.value), range(domain.proportion.interval) { share($0) },
        range(domain.tried) { share($0) }, share(document.bestTried.proportions[index]),
      ])
    }
    return table.render(width: max(terminal.columns, 100))
  }

  private var losses: String {
    let validation = document.validation
    var table = TextTable(
      [
        .init("loss"), .init("weight", .decimal), .init("predicted", .decimal), .init(level),
        .init("at best tried", .decimal), .init("fit error", .decimal),
      ] + (validation == nil ? [] : [.init("held-out error", .decimal), .init("rank correlation", .decimal)]),
      terminal: terminal)
    func loss(_ value: Double?) -> String { value.map { NumberText.rounded($0, 5) } ?? "–" }
    for (index, row) in document.losses.enumerated() {
      let heldOut = validation.map { $0.losses[index] }
      table.add(
        [
          row.column, NumberText.rounded(row.weight), loss(row.predicted.value),
          range(row.predicted.interval) { loss($0) }, loss(row.atBestTried), NumberText.rounded(row.rootMeanSquare, 2),
        ]
          + (heldOut.map {
            [
              NumberText.rounded($0.rootMeanSquare, 2),
              $0.rankCorrelation.map { NumberText.rounded($0, 4) } ?? "–",
            ]
          } ?? []))
    }
    table.addRule()
    table.add([
      "weighted mean", "", loss(document.mean.value), range(document.mean.interval) { loss($0) },
      loss(document.bestTried.mean),
    ])
    return table.render(width: max(terminal.columns, 100))
  }

  private var words: String {
    let source =
      document.draws < 2 ? "no bootstrap" : "\(document.draws) bootstrap refits of all losses, seed \(document.seed)"
    let held = document.validation.map { "; held out: \($0.runs) runs of \($0.file)" } ?? ""
    let lines = document.warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns)
    }
    return
      ([
        terminal.styled(
          "\(source)\(held); the best tried is line \(document.bestTried.line), by the law's prediction; errors are "
            + "root mean squares",
          .dim)
      ] + document.notes + lines).joined(separator: "\n") + "\n"
  }
}

extension MixtureDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { MixtureView(document: self, terminal: terminal).text }
}
