import Documents
import Report
import Search
import Studies

/// A study's result, for reading.
struct StudyView {
  private let document: StudyDocument
  private let terminal: Terminal

  init(_ document: StudyDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String {
    var text = "\(document.name): \(document.goals.text), \(document.algorithm), seed \(document.seed)\n"
    text += (front ?? best).map { "\n\($0)\n" } ?? "\n\(nothing)\n\n"
    text += trials + ".\n"
    if document.trials.earlier > 0 { text += "\(document.trials.earlier) of them were run before, elsewhere.\n" }
    if document.trials.proposalsRejected > 0 {
      text += "Replies of the proposer that were no configuration to try: \(document.trials.proposalsRejected).\n"
    }
    if !document.constraints.isEmpty {
      let constraints = document.constraints.joined(separator: " and ")
      let avoided = document.trials.infeasibleAvoided
      if let all = document.configurations {
        text += "\(all.feasible) of \(all.count) configurations satisfy \(constraints); "
      } else {
        text += "All trials satisfy \(constraints); "
      }
      text += "\(avoided) proposals that do not were never tried.\n"
    }
    if !document.measured.isEmpty {
      let ended = document.trials.complete + document.trials.pruned
      text +=
        "\(ended - document.trials.violating) of \(ended) trials turned out to satisfy "
        + "\(document.measured.joined(separator: " and ")).\n"
    }
    if document.budget.isExhausted { text += "Every feasible configuration was tried.\n" }
    return text
  }

  private var nothing: String {
    document.trials.violating > 0
      ? "No trial satisfies \(document.measured.joined(separator: " and "))." : "No trial was completed."
  }

  private var best: String? {
    guard let best = document.best else { return nil }
    var table = TextTable(
      [.init("best of \(document.trials.complete + document.trials.pruned) trials"), .init("", .left)],
      terminal: terminal)
    for (metric, value) in best.values { table.add([metric, NumberText.rounded(value, 8)]) }
    for name in document.parameters {
      if let value = best.parameters[name] { table.add([name, value.description]) }
    }
    table.add(["found at trial", "\(best.trial)"])
    if let name = document.fidelity, let reached = best.fidelity {
      table.add(["trained to \(name)", NumberText.rounded(reached, 12)])
    }
    return table.render()
  }

  /// A row a compromise, the best by the first metric first.
  private var front: String? {
    guard let front = document.front, !front.isEmpty else { return nil }
    let metrics = document.goals.map(\.metric)
    var table = TextTable(
      metrics.map { .init($0, .decimal) } + document.parameters.map { .init($0, .left) } + [.init("trial", .right)],
      title: "\(front.count) compromises of \(document.trials.complete) trials", terminal: terminal)
    for best in front {
      table.add(
        metrics.map { best.values[$0].map { NumberText.rounded($0, 6) } ?? "–" }
          + document.parameters.map { best.parameters[$0]?.description ?? "–" } + ["\(best.trial)"])
    }
    return table.render()
  }

  private var trials: String {
    let trials = document.trials
    var text = "\(trials.complete + trials.pruned + trials.failed) trials: \(trials.complete) complete, "
    if document.fidelity != nil { text += "\(trials.pruned) stopped early, " }
    text += "\(trials.failed) failed"
    if document.fidelity != nil {
      text += "; together as long as \(NumberText.rounded(document.budget.trialsUsed, 4)) full trainings"
    }
    if let cost = document.budget.costUsed { text += ", cost \(NumberText.rounded(cost, 6))" }
    return text
  }
}

extension StudyDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { StudyView(self, terminal: terminal).text }
}

extension ShownDocuments {
  static let ofSearch: [any ShownDocument.Type] = [
    StudyDocument.self, SearchComparison.self, MethodsDocument.self,
  ]
}

extension [Goal] {
  /// As `minimize loss and maximize accuracy`.
  var text: String { map { "\($0.direction.rawValue) \($0.metric)" }.joined(separator: " and ") }
}
