import ArgumentParser
import Documents
import Report
import RunStore
import Search
import Studies

struct SearchShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a finished, running or interrupted search: its best configuration and its trials.",
    discussion: """
      With --plot: the history of the best, the share of the variance that each parameter explains by itself (fANOVA), each \
      parameter against the result and all together; the curves of a search with a fidelity, and the Pareto front of \
      several metrics.

      Examples:
        windtunnel search show runs/tune
        windtunnel search show runs/tune --trials 50
        windtunnel search show runs/tune --watch
        windtunnel search show runs/tune --format json
        windtunnel search show runs/tune --plot tune.svg
      """)

  @Argument(help: ArgumentHelp("The directory of the study.", valueName: "directory"))
  var directory: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of trials to list, those trained furthest and best first.", valueName: "N"))
  var trials = 10

  @Flag(help: "Show it again every two seconds, on a terminal, until it ends.")
  var watch = false

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var plot: PlotOption

  func validate() throws {
    if trials < 0 { throw ValidationError("--trials must be 0 or more, not \(trials)") }
  }

  func run() async throws {
    try output.prepare()
    try plot.prepare()
    // Checked before reading, so that the last view is of the end.
    var isRun = StudyStore.isWritten(in: directory)
    var stored = try await StoredStudy(in: directory)
    while watch, isRun, output.format == .table, Terminal.standardOutput.isInteractive {
      // Clears the screen.
      try DocumentFile.write("\u{1B}[H\u{1B}[2J" + text(stored), to: "-")
      try await Task.sleep(for: .seconds(2))
      isRun = StudyStore.isWritten(in: directory)
      stored = try await StoredStudy(in: directory)
    }
    if let path = plot.plot { try StudyFigure(stored.document, stored.study).grid.write(to: path) }
    try output.emit(stored.document) { text(stored) }
  }

  private func text(_ stored: StoredStudy) -> String {
    StudyView(stored.document).text + (trials > 0 ? "\n" + table(stored) : "")
  }

  private func table(_ stored: StoredStudy) -> String {
    let names = stored.study.space.parameters.map(\.name)
    var columns: [TextTable.Column] = [.init("trial", .right), .init("state", .left)]
    columns += stored.experiment.goals.map { .init($0.metric, .decimal) }
    if let fidelity = stored.study.fidelity { columns.append(.init(fidelity.name, .decimal)) }
    columns += names.map { .init($0, .left) } + [.init("seconds", .decimal)]
    var table = TextTable(columns, terminal: .standardOutput)
    for row in StudyRow.ranked(stored).prefix(trials) {
      let isFeasible = stored.study.trials[row.number].isFeasible
      var cells = ["\(row.number)", isFeasible ? row.state : "violating"]
      cells += stored.experiment.goals.indices.map { index in
        row.values.isEmpty ? "–" : NumberText.rounded(row.values[index], 6)
      }
      if stored.study.fidelity != nil { cells.append(row.fidelity.map { NumberText.rounded($0, 6) } ?? "–") }
      cells += names.map { row.parameters[$0]?.description ?? "–" }
      table.add(cells + [row.record.map { NumberText.rounded($0.seconds, 4) } ?? "–"])
    }
    return table.render()
  }
}

/// A trial of a stored study, for tables.
struct StudyRow {
  let number: Int
  /// The state by Optuna's names, in lower case.
  let state: String
  /// The values of the goals; empty where it failed or is running.
  let values: [Double]
  /// The fidelity that it reached.
  let fidelity: Double?
  let parameters: [String: ParameterValue]
  let record: TrialRecord?

  /// All trials in their order.
  static func all(_ stored: StoredStudy) -> [StudyRow] {
    stored.study.trials.map { StudyRow($0, stored) }
  }

  /// The Pareto front first, or those trained furthest, and of these the best.
  static func ranked(_ stored: StoredStudy) -> [StudyRow] {
    let direction = stored.experiment.goals[0].direction
    let trials = stored.study.trials
    let compromises = Set(stored.study.front.members.map(\.number))
    func key(_ row: StudyRow) -> (Double, Double) {
      guard let value = row.values.first else { return (.infinity, 0) }
      if !trials[row.number].isFeasible { return (1, trials[row.number].excess ?? 0) }
      return (compromises.contains(row.number) ? -1 : -(row.fidelity ?? 0), direction.loss(ofValue: value))
    }
    return all(stored).sorted { key($0) < key($1) }
  }

  private init(_ trial: Study.Trial, _ stored: StoredStudy) {
    number = trial.number
    let losses: [Double]
    switch trial.state {
    case .complete(let loss): (state, losses) = ("complete", trial.losses.isEmpty ? [loss] : trial.losses)
    case .stopped(let loss): (state, losses) = ("pruned", [loss])
    case .failed: (state, losses) = ("fail", [])
    case .running: (state, losses) = ("running", [])
    }
    values = zip(stored.experiment.goals, losses).map { $0.direction.value(ofLoss: $1) }
    fidelity = trial.reports.last?.fidelity
    parameters = Dictionary(stored.study.space.values(of: trial.point).map { ($0.name, $0.value) }) { first, _ in first
    }
    record = stored.records[trial.number]
  }
}
