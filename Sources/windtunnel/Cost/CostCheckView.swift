import Documents
import Foundation
import Report
import Tables
import TrainingCost

/// The table that `cost check` prints.
struct CostCheckView {
  private let document: CostCheckDocument
  private let showsRows: Bool
  private let terminal: Terminal

  init(_ document: CostCheckDocument, showsRows: Bool, terminal: Terminal = .standardOutput) {
    self.document = document
    self.showsRows = showsRows
    self.terminal = terminal
  }

  var text: String {
    var blocks = ["\(terminal.styled("\(document.rows.count) steps", .bold)) of \(document.file)\(leftOut)", sources]
    if document.sources.contains(where: { $0.groups.count > 1 }) { blocks.append(groups) }
    if showsRows { blocks.append(rows) }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private var leftOut: String {
    document.leftOut > 0 ? ", \(document.leftOut) row\(document.leftOut == 1 ? "" : "s") left out" : ""
  }

  private var sources: String {
    var table = TextTable(
      [
        .init("source", wraps: true), .init("times", .right), .init("mean off", .decimal), .init("median", .decimal),
        .init("9 of 10", .decimal), .init("rank corr.", .decimal), .init("regret", .decimal),
        .init("memory off", .decimal), .init("fit predicted", .right),
      ], terminal: terminal)
    for source in document.sources {
      let labeled = source.fitsOf > 0
      table.add([
        source.source.isEmpty ? "–" : source.source, "\(source.count)", percent(source.meanAbsoluteError),
        percent(source.medianAbsoluteError), percent(source.ninthDecile),
        source.rankCorrelation.map { NumberText.rounded($0) } ?? "–", percent(source.regret),
        percent(source.memoryMeanAbsoluteError), labeled ? "\(source.fitsRight) of \(source.fitsOf)" : "–",
      ])
    }
    return table.render(width: terminal.columns).trimmingCharacters(in: .newlines)
  }

  private var groups: String {
    var table = TextTable(
      [
        .init("layouts of", wraps: true), .init("count", .right), .init("rank correlation", .decimal),
        .init("regret of the first", .decimal),
      ], terminal: terminal)
    for group in document.sources.flatMap(\.groups) {
      table.add([
        group.group, "\(group.count)", NumberText.rounded(group.rankCorrelation), percent(group.regret),
      ])
    }
    return table.render(width: terminal.columns).trimmingCharacters(in: .newlines)
  }

  private var rows: String {
    var table = TextTable(
      [
        .init("row", wraps: true), .init("measured", .right), .init("predicted", .right), .init("off", .decimal),
        .init("memory", .right), .init("predicted", .right), .init(""),
      ], terminal: terminal)
    for row in document.rows {
      let ratio = row.measuredSeconds.flatMap { measured in row.predictedSeconds.map { $0 / measured - 1 } }
      table.add([
        row.id, row.measuredSeconds.map { formatDuration($0) } ?? "–",
        row.predictedSeconds.map { formatDuration($0) } ?? "–", percent(ratio),
        row.measuredBytes.map { formatBytes($0) } ?? "–", row.predictedBytes.map { formatBytes($0) } ?? "–",
        row.refusal ?? "",
      ])
    }
    return table.render(width: terminal.columns).trimmingCharacters(in: .newlines)
  }

  private func percent(_ share: Double?) -> String {
    share.map { NumberText.percent($0, 2) } ?? "–"
  }
}

extension CostCheckDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { CostCheckView(self, showsRows: false, terminal: terminal).text }
}
