import Documents
import Foundation
import Planning
import Report
import Tables

/// The tables of a design.
struct DesignView {
  let document: DesignDocument
  let terminal: Terminal

  var text: String {
    [
      runs, expectation,
      DesignFigure(document).plot.terminal(
        width: min(terminal.columns, 76), height: 14, color: terminal.usesColor), words,
    ].joined(separator: "\n")
  }

  private var runs: String {
    var table = TextTable(
      [
        .init("size", .right), .init("tokens", .right), .init("per param", .decimal), .init("FLOP each", .right),
        .init("repeats", .right), .init("share", .decimal),
      ],
      title:
        "\(document.designs.first?.runs ?? 0) runs, \(formatFLOPs(document.designs.first?.flops ?? .nan)) of "
        + formatFLOPs(document.pilotBudgetFlops),
      terminal: terminal)
    for run in document.runs {
      table.add([
        formatParams(run.params), formatTokens(run.tokens), NumberText.rounded(run.tokens / run.params),
        formatFLOPs(run.flops), "\(run.repeats)", NumberText.percent(run.share, 2),
      ])
    }
    return table.render(width: max(terminal.columns, 80))
  }

  private var expectation: String {
    let level = NumberText.rounded(document.intervalLevel * 100)
    var table = TextTable(
      [
        .init("expected at \(formatFLOPs(document.target.flops))"), .init("runs", .right), .init("loss"),
        .init("optimal size"), .init("condition", .right),
      ], title: "\(level) % intervals", terminal: terminal)
    func row(_ name: String, _ runs: Int?, _ forecast: DesignDocument.Forecast?, _ condition: Double?) {
      table.add([
        name, runs.map { "\($0)" } ?? "", interval(forecast?.loss) { NumberText.rounded($0, 4) },
        interval(forecast?.params) { formatParams($0) },
        // Beyond the precision of numbers its digits are rounding errors.
        runs == nil ? "" : condition.flatMap { $0 < 1e15 ? NumberText.rounded($0, 2) : nil } ?? "∞",
      ])
    }
    row("before", nil, document.before, nil)
    for (index, appraisal) in document.designs.enumerated() {
      if index == 1 { table.addRule() }
      row(appraisal.name, appraisal.runs, appraisal.after, appraisal.conditionNumber)
    }
    return table.render(width: max(terminal.columns, 100)) + comparison
  }

  private func interval(_ expectation: DesignDocument.Expectation?, _ text: (Double) -> String) -> String {
    expectation?.interval.map { "\(text($0[0])) … \(text($0[1]))" } ?? "not known"
  }

  /// The cost of a grid with the same precision.
  private var comparison: String {
    let factors = [("loss", document.isoflopFactor.loss), ("optimal size", document.isoflopFactor.params)].map {
      what, factor in
      factor.map { "\(NumberText.rounded($0, 2)) times the compute for the \(what)" }
        ?? "runs as large as the target for the \(what)"
    }
    return wrapped(
      "an isoFLOP grid (5 budgets, 7 sizes from 1/4 to 4 times the optimum) with the same precision needs "
        + "\(factors.joined(separator: ", ")).", label: terminal.styled("compared", .dim), labelWidth: 8,
      width: terminal.columns) + "\n"
  }

  private var words: String {
    let reasons = document.reasons.map {
      wrapped($0, label: terminal.styled("because", .dim), labelWidth: 7, width: terminal.columns)
    }
    let warnings = document.warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns)
    }
    return (reasons + warnings).joined(separator: "\n") + "\n"
  }
}
