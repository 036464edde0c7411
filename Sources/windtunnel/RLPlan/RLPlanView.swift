import Documents
import Planning
import Report

/// Data against compute in reinforcement learning as a document, `windtunnel.rl-plan/1`.
struct RLPlanDocument: Document {
  static let schema = "windtunnel.rl-plan/1"
  static let kind = "plan of updates to data"
  static let remedy = "write one by 'windtunnel rl-plan --output'"

  /// Of all intervals.
  var level: Double
  var provenance: [String]
  var updatesToData: DocumentQuantity
  var envSteps: DocumentQuantity
  var flops: DocumentQuantity
  /// Compute and the price of the steps together, in FLOP.
  var cost: DocumentQuantity
  var batchSize: DocumentQuantity
  var limitedBySteps: Bool
  var frontier: [Point]
  var warnings: [String]

  struct Point: Codable {
    var updatesToData, envSteps, flops, cost, batchSize: Double
  }
}

/// The tables that `rl-plan` prints.
struct RLPlanView {
  private let document: RLPlanDocument
  private let terminal: Terminal

  init(_ document: RLPlanDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String {
    let level = "\(NumberText.percent(document.level)) interval"
    var table = TextTable([.init("plan"), .init("", .decimal), .init(level)], terminal: terminal)
    let amounts = [
      ("updates per environment step", document.updatesToData), ("environment steps", document.envSteps),
      ("batch", document.batchSize), ("training compute in FLOP", document.flops),
      ("with the price of the steps", document.cost),
    ]
    for (name, amount) in amounts {
      let ends = amount.interval.map { "\(NumberText.count($0[0])) … \(NumberText.count($0[1]))" } ?? "–"
      table.add([name, amount.value.map { NumberText.count($0) } ?? "–", ends])
    }
    var frontier = TextTable(
      [
        .init("updates per step", .decimal), .init("environment steps", .decimal), .init("batch", .decimal),
        .init("FLOP", .decimal), .init("cost in FLOP", .decimal),
      ], title: "Other plans for the same performance", terminal: terminal)
    for point in document.frontier {
      frontier.add(
        [point.updatesToData, point.envSteps, point.batchSize, point.flops, point.cost].map { NumberText.count($0) })
    }
    let reason =
      document.limitedBySteps
      ? "the limit on steps decides: fewer updates per step would cost less, but need more steps"
      : "the total cost of data and compute is lowest at this ratio"
    let because = wrapped(reason, label: "because", labelWidth: 7, width: terminal.columns) + "\n"
    let warnings = document.warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns) + "\n"
    }
    return [
      table.render(width: terminal.columns), frontier.render(width: terminal.columns), because + warnings.joined(),
    ]
    .joined(separator: "\n")
  }
}

extension RLPlanDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { RLPlanView(self, terminal: terminal).text }
}
