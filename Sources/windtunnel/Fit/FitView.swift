import Documents
import Fitting
import Foundation
import Report
import ScalingLaws
import Tables

/// The tables of a fit.
struct FitView {
  let document: FitDocument
  let terminal: Terminal

  var text: String {
    [heading, parameters, exponents, sensitivity, picture, checklist, findingsText(document.diagnostics, terminal)]
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var heading: String {
    let names = document.law.variables.filter { !$0.isPiece }.map {
      $0.name == $0.column ? $0.name : "\($0.name) = \($0.column)"
    }
    let excluded = document.runs.exclusions.map { exclusion in
      let lines = exclusion.lines.prefix(8).map(String.init).joined(separator: ", ")
      return
        "\(exclusion.lines.count) left out: \(exclusion.reason) (line\(exclusion.lines.count == 1 ? "" : "s") "
        + "\(lines)\(exclusion.lines.count > 8 ? ", …" : ""))"
    }
    let objective = document.objective
    let starts = document.starts
    let ended =
      starts.distinctOptima <= 1
      ? "\(starts.atBest) of \(starts.tried) starts ended there"
      : "\(starts.atBest) of \(starts.tried) starts ended there; \(starts.distinctOptima) distinct optima"
    return
      ([
        terminal.styled(document.law.name, .bold)
          + "  \(document.law.target) = \(shortened(document.law.formula.expressionText))   (\(names.joined(separator: ", ")))",
        "\(document.runs.used) runs of \(document.runs.file)",
      ] + excluded + document.runs.notes + [
        "objective \(objective.kind)\(objective.delta.map { ":\($0)" } ?? "") on \(objective.residual) "
          + "residuals\(objective.weights.map { ", weighted by \($0)" } ?? ""), sum "
          + "\(NumberText.rounded(objective.value, 8)); "
          + "gradient norm \(NumberText.rounded(document.gradientNorm, 2)); \(ended)",
        "",
      ]).joined(separator: "\n")
  }

  /// A formula, shortened in the middle if it is very long.
  private func shortened(_ text: String) -> String {
    text.count <= 400 ? text : "\(text.prefix(240)) … \(text.suffix(80))"
  }

  private var parameters: String {
    let level = "\(NumberText.percent(document.bootstrap.level)) interval"
    let profiles = document.identifiability?.profiles
    var table = TextTable(
      [.init("parameter"), .init("value", .decimal), .init("standard error", .decimal), .init(level)]
        + (profiles == nil ? [] : [.init("profile")]),
      terminal: terminal)
    func text(_ end: Double?, _ open: String) -> String { end.map { NumberText.rounded($0, 4) } ?? open }
    for name in document.law.parameterNames {
      guard let parameter = document.parameters[name] else { continue }
      let isEndless = parameter.isEndless ?? false
      let cells = [
        name,
        isEndless ? "∞" : value(parameter),
        isEndless ? "–" : parameter.standardError.map { NumberText.rounded($0) } ?? "–",
        parameter.interval.map { "\(text($0[0], "")) … \(isEndless ? "∞" : text($0[1], ""))" } ?? "–",
      ]
      let profile = profiles?[name].map { "\(text($0[0], "open")) … \(text($0[1], "open"))" } ?? "–"
      table.add(cells + (profiles == nil ? [] : [profile]))
    }
    let source =
      document.bootstrap.draws.count < 2
      ? "standard errors from the covariance at the optimum"
      : "\(document.bootstrap.draws.count) bootstrap refits of \(document.bootstrap.kind), "
        + "\(document.bootstrap.method) intervals, seed \(document.bootstrap.seed)"
        + (document.bootstrap.failed > 0 ? "; \(document.bootstrap.failed) more found no optimum" : "")
    let fixed = document.law.fixed.sorted { $0.key < $1.key }.map {
      "\($0.key) = \(NumberText.rounded($0.value, 6))"
    }
    let given = fixed.isEmpty ? "" : terminal.styled("given, not fitted: \(fixed.joined(separator: ", "))", .dim) + "\n"
    return table.render(width: terminal.columns) + given + terminal.styled(source, .dim) + "\n"
  }

  /// Rounded to its error, with at most a readable number of digits; with four digits if the error is larger than the
  /// value, so that something of it remains.
  private func value(_ parameter: FitDocument.Parameter) -> String {
    guard let error = parameter.standardError, error > 1e-8 * abs(parameter.value) else {
      return NumberText.rounded(parameter.value, 6)
    }
    return error < abs(parameter.value)
      ? NumberText.withError(parameter.value, error) : NumberText.rounded(parameter.value, 4)
  }

  private var exponents: String {
    guard let exponents = document.exponents else { return "" }
    func text(_ value: Double, _ interval: [Double]?) -> String {
      NumberText.rounded(value, 4)
        + (interval.map { " [\(NumberText.rounded($0[0])), \(NumberText.rounded($0[1]))]" } ?? "")
    }
    return "compute-optimal size ∝ C^\(text(exponents.size, exponents.sizeInterval))   "
      + "tokens ∝ C^\(text(exponents.tokens, exponents.tokensInterval))\n"
  }

  private var sensitivity: String {
    guard document.sensitivity.count > 1 else { return "" }
    let hasExponent = document.sensitivity.contains { $0.sizeExponent != nil }
    let budget = document.sensitivity.contains { $0.optimalSize != nil } ? document.sensitivityBudget : nil
    var table = TextTable(
      [.init("with another choice"), .init("runs", .right)]
        + document.law.parameterNames.map { TextTable.Column($0, .decimal) }
        + (hasExponent ? [.init("size exponent", .decimal)] : [])
        + (budget.map { [.init("size at \(formatFLOPs($0, digits: 2))", .right)] } ?? []), terminal: terminal)
    for row in document.sensitivity {
      table.add(
        [row.change, String(row.runs)] + row.parameters.map { NumberText.rounded($0, 4) }
          + (hasExponent ? [row.sizeExponent.map { NumberText.rounded($0, 4) } ?? "–"] : [])
          + (budget == nil ? [] : [row.optimalSize.map { formatCount($0) } ?? "–"]))
    }
    return table.render(width: terminal.columns)
  }

  private var checklist: String {
    guard let checklist = document.checklist, !document.sensitivity.isEmpty else { return "" }
    var table = TextTable([.init("fitting protocol"), .init("", wraps: true)], terminal: terminal)
    for (name, text) in checklist.entries { table.add([name, text]) }
    return table.render(width: min(terminal.columns, 100))
  }

  private var picture: String {
    FitFigure(document)?.overview.terminal(width: min(terminal.columns, 76), height: 14, color: terminal.usesColor)
      ?? ""
  }
}

extension FitDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { FitView(document: self, terminal: terminal).text }
}

/// Findings as sentences, the most serious last, where the reader looks when the command ends.
func findingsText(_ diagnostics: [Diagnostic], _ terminal: Terminal) -> String {
  let order: [Diagnostic.Severity] = [.info, .warning, .error]
  let sorted = order.flatMap { severity in diagnostics.filter { $0.severity == severity } }
  return sorted.map { finding in
    let name = finding.code.replacing("_", with: " ")
    let (label, style): (String, TextStyle) =
      switch finding.severity {
      case .info: ("note", .dim)
      case .warning: ("warning", .warning)
      case .error: ("ERROR (\(name))", .failure)
      }
    return wrapped(
      finding.message, label: terminal.styled(label, style), labelWidth: label.count, width: terminal.columns)
  }.joined(separator: "\n") + (diagnostics.isEmpty ? "" : "\n")
}

/// A sentence after its label, wrapped to a width with the following lines indented.
func wrapped(_ text: String, label: String, labelWidth: Int, width: Int) -> String {
  var lines: [String] = []
  var line = ""
  let room = max(30, min(width, 110) - 3)
  var used = labelWidth + 2
  for word in text.split(separator: " ") {
    if used + word.count + 1 > room, !line.isEmpty {
      lines.append(line)
      line = ""
      used = 0
    }
    line += line.isEmpty ? String(word) : " \(word)"
    used += word.count + 1
  }
  lines.append(line)
  return "\(label): " + lines.joined(separator: "\n  ")
}
