import Documents
import Fitting
import Foundation
import Report
import ScalingLaws
import Tables

extension FitCommand {
  /// One fit for each group of runs.
  func runGroups(_ loaded: SubsetOptions.Loaded, _ law: Law, by columns: [String], _ settings: FitProtocol) throws {
    var settings = settings
    if starts == nil { settings.starts = try law.startsByGroup() }
    let groups = try loaded.runs.grouped(by: columns).count
    let bar = ProgressBar("bootstrap", total: settings.resamples * groups)
    let document = try FitsDocument(
      law, to: loaded.runs, by: columns, settings, sensitivity: sensitivity ?? false, exclusions: loaded.exclusions,
      notes: loaded.notes
    ) { bar.advance(by: $0) }
    bar.finish()
    try output.emit(document)
  }
}

/// The columns of `--by`, or of another option, checked.
func columnNames(_ text: String, of option: String = "--by") throws -> [String] {
  let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  guard !names.isEmpty else { throw UsageError("\(option) does not name a column; write \(option) task,model") }
  if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
    throw UsageError("\(option) names '\(twice)' twice; keep one of them")
  }
  return names
}

/// The table of the fits of many groups, one row for each group.
struct FitsView {
  let document: FitsDocument
  let terminal: Terminal

  var text: String {
    var table = TextTable(
      document.by.map { .init($0) } + [.init("runs", .right)] + document.law.parameterNames.map { .init($0, .decimal) }
        + [.init("log RMSD", .decimal), .init("largest", .decimal)], terminal: terminal)
    for group in document.groups {
      let labels = document.by.map { group.group[$0] ?? "" } + [String(group.runs)]
      guard let fit = group.fit else {
        table.add(labels + document.law.parameterNames.map { _ in "–" } + ["–", "–"])
        continue
      }
      table.add(
        labels + document.law.parameterNames.map { fit.parameters[$0].map { NumberText.rounded($0.value, 4) } ?? "–" }
          + [group.logRmsd, group.largestLogResidual].map { $0.map { NumberText.rounded($0, 4) } ?? "–" })
    }
    let mean = document.meanLogRmsd.map { ", mean log RMSD \(NumberText.rounded($0, 4))" } ?? ""
    let lines =
      [
        "",
        "\(document.fitted) of \(document.groups.count) groups fitted\(mean)",
        terminal.styled(
          "log RMSD is the root mean square of log prediction − log observation, largest the largest of these; "
            + "--format json has every group's whole fit", .dim),
      ] + failures + findings
    let heading =
      terminal.styled(document.law.name, .bold)
      + "  \(document.law.target) = \(document.law.formula.expressionText), by "
      + "\(document.by.joined(separator: ", "))\n\n"
    return heading + table.render(width: max(terminal.columns, 120)) + lines.map { $0 + "\n" }.joined()
  }

  private var failures: [String] {
    document.groups.filter { $0.fit == nil }.map { group in
      let name = document.by.map { group.group[$0] ?? "" }.joined(separator: ", ")
      return wrapped(
        "\(name): \(group.reason ?? "")", label: terminal.styled("not fitted", .failure), labelWidth: 10,
        width: terminal.columns)
    }
  }

  /// The warnings of the fits, each kind once with the number of its groups.
  private var findings: [String] {
    var counts: [String: Int] = [:]
    for group in document.groups {
      let codes = Set((group.fit?.diagnostics ?? []).filter { $0.severity != .info }.map(\.code))
      for code in codes { counts[code, default: 0] += 1 }
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { code, count in
      let name = code.replacing("_", with: " ")
      return "\(terminal.styled("warning", .warning)): \(name) in \(count) of \(document.fitted) fits"
    }
  }
}

extension FitsDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { FitsView(document: self, terminal: terminal).text }
}
