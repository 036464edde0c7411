import ArgumentParser
import Documents
import Report
import RunStore
import Search
import Studies
import Tables

struct SearchExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the trials of a search as CSV or JSON lines.",
    discussion: """
      Columns are named as in Optuna's data frames of trials: number, value (or values_0, values_1, ... of several \
      metrics), state, params_NAME; and in addition: fidelity, seconds, cost, metrics_NAME, excess (the amount by which \
      measured constraints are exceeded, at most 0 where they hold), failure.

      Examples:
        windtunnel search export runs/tune > trials.csv
        windtunnel search export runs/tune --format jsonl --output trials.jsonl
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, jsonl
  }

  @Argument(help: ArgumentHelp("The directory of the study.", valueName: "directory"))
  var directory: String

  @Option(help: "How to write them: csv or jsonl.")
  var format = Format.csv

  @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file, all at once.", valueName: "file"))
  var output: String?

  func run() async throws {
    let stored = try await StoredStudy(in: directory)
    let rows = StudyRow.all(stored)
    try DocumentFile.write(try format == .csv ? csv(rows, stored) : jsonLines(rows), to: output ?? "-")
  }

  private func csv(_ rows: [StudyRow], _ stored: StoredStudy) -> String {
    let parameters = stored.study.space.parameters.map(\.name)
    let metrics = Set(rows.flatMap { $0.record.map { Array($0.metrics.keys) } ?? [] }).sorted()
    let goals = stored.experiment.goals.indices
    let isMeasured = !stored.experiment.measured.isEmpty
    let header =
      ["number"] + (goals.count > 1 ? goals.map { "values_\($0)" } : ["value"]) + ["state"]
      + parameters.map { "params_" + $0 } + ["fidelity", "seconds", "cost"]
      + metrics.map { "metrics_" + $0 } + (isMeasured ? ["excess"] : []) + ["failure"]
    func cell(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }
    let lines = rows.map { row in
      ["\(row.number)"] + goals.map { row.values.isEmpty ? "" : cell(row.values[$0]) } + [row.state.uppercased()]
        + parameters.map { row.parameters[$0]?.description ?? "" }
        + [cell(row.fidelity), cell(row.record?.seconds), cell(row.record?.cost)]
        + metrics.map { cell(row.record?.metrics[$0]) } + (isMeasured ? [cell(row.record?.excess)] : []) + [
          row.record?.failure ?? ""
        ]
    }
    return ([header] + lines).map { $0.map(csvField).joined(separator: ",") + "\n" }.joined()
  }

  private struct Line: Encodable {
    let number: Int
    let value: Double?
    let values: [Double]?
    let state: String
    let params: [String: ParameterValue]
    let fidelity: Double?
    let seconds: Double?
    let cost: Double?
    let metrics: [String: Double]?
    let excess: Double?
    let failure: String?
  }

  private func jsonLines(_ rows: [StudyRow]) throws -> String {
    try rows.map { row in
      let line = Line(
        number: row.number, value: row.values.count == 1 ? row.values[0] : nil,
        values: row.values.count > 1 ? row.values : nil, state: row.state.uppercased(), params: row.parameters,
        fidelity: row.fidelity, seconds: row.record?.seconds, cost: row.record?.cost, metrics: row.record?.metrics,
        excess: row.record?.excess, failure: row.record?.failure)
      return try DocumentNode(of: line).compactJSON + "\n"
    }.joined()
  }
}
