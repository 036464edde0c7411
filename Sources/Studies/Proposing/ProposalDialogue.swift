import Documents
import Foundation
import Search

/// The messages between a search and a language model (after Zhang et al. 2023): the search
/// describes the task, the space and the trials so far with their values; the reply is one
/// configuration as a JSON object.
struct ProposalDialogue {
  private(set) var messages: [ChatModel.Message]

  /// The numbers of the best trials and of the latest others that are described.
  private static let best = 30
  private static let latest = 10

  init(_ study: Study, goals: [Goal], constraints: [String], task: String?) {
    let metrics = goals.map { "\($0.direction.rawValue) \($0.metric)" }.joined(separator: " and ")
    var text = task.map { "The task: \($0)\n" } ?? ""
    text += "Find the configuration that will \(metrics).\n\nParameters:\n"
    text += study.space.parameters.map { "- \($0.told)\n" }.joined()
    if !constraints.isEmpty { text += "A configuration must satisfy: \(constraints.joined(separator: "; ")).\n" }
    let ended = study.trials.filter { $0.state != .running }
    let order = ended.sorted { (Self.rank($0), $0.number) < (Self.rank($1), $1.number) }
    let told = order.prefix(Self.best) + order.dropFirst(Self.best).sorted { $0.number > $1.number }.prefix(Self.latest)
    if !told.isEmpty { text += "\nTrials so far, the best first:\n" }
    for trial in told {
      text += "\(Self.json(study.space, trial)): \(Self.result(trial, goals))\n"
    }
    let running = study.trials.filter { $0.state == .running }
    if !running.isEmpty {
      text += "\nIn progress:\n" + running.map { Self.json(study.space, $0) + "\n" }.joined()
    }
    text += "\nReply with one configuration to try next, different from all above."
    messages = [
      .init(
        role: "system",
        content: "You choose hyperparameters for experiments. Each of your replies is one JSON object that gives every "
          + "parameter a value, and nothing else."),
      .init(role: "user", content: text),
    ]
  }

  /// The configuration of a reply: a JSON object, alone or in a fenced block.
  ///
  /// - Throws: ``SearchError`` with a message for the model.
  func point(_ reply: String, in space: SearchSpace) throws(SearchError) -> SearchSpace.Point {
    var text = reply.trimmingCharacters(in: .whitespacesAndNewlines)
    if text.hasPrefix("```"), text.hasSuffix("```"), let line = text.firstIndex(of: "\n") {
      text = String(text[text.index(after: line)...].dropLast(3))
    }
    guard let values = try? JSONDecoder().decode([String: ParameterValue].self, from: Data(text.utf8)) else {
      throw SearchError("the reply is not one JSON object with a plain value for every parameter")
    }
    let start = try StartConfiguration(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, in: space)
    guard let point = start.point(in: space) else {
      let missing = space.parameters.map(\.name).filter { values[$0] == nil }
      throw SearchError("the reply gives no value to \(missing.joined(separator: ", "))")
    }
    return point
  }

  /// Tells the model why a reply cannot be used.
  mutating func correct(_ reply: String, _ reason: String) {
    messages.append(.init(role: "assistant", content: reply))
    messages.append(.init(role: "user", content: "That cannot be used: \(reason). Reply with one JSON object."))
  }

  /// Feasible trials by their loss, then the others, then failures.
  private static func rank(_ trial: Study.Trial) -> Double {
    switch trial.state {
    case .complete(let loss), .stopped(let loss):
      trial.isFeasible ? loss : Outcome.penalty(excess: trial.excess ?? 0)
    case .failed, .running: .infinity
    }
  }

  private static func result(_ trial: Study.Trial, _ goals: [Goal]) -> String {
    let losses: [Double]
    switch trial.state {
    case .complete(let loss), .stopped(let loss): losses = trial.losses.isEmpty ? [loss] : trial.losses
    case .failed, .running: return "a failure"
    }
    let values = zip(goals, losses).map { "\($0.metric) \($0.direction.value(ofLoss: $1))" }.joined(separator: ", ")
    return trial.isFeasible ? values : values + ", but violates a measured constraint"
  }

  private static func json(_ space: SearchSpace, _ trial: Study.Trial) -> String {
    let values = Dictionary(space.values(of: trial.point).map { ($0.name, $0.value) }) { first, _ in first }
    return (try? DocumentNode(of: values).compactJSON) ?? ""
  }
}

extension Parameter {
  /// The parameter as it is described to a model.
  fileprivate var told: String {
    func list(_ values: [ParameterValue]) -> String { values.map(\.description).joined(separator: ", ") }
    let text =
      switch domain {
      case .float(let range, let log):
        "a number from \(range.lowerBound) to \(range.upperBound)\(log ? ", on a logarithmic scale" : "")"
      case .stepped(let range, let step):
        "a number from \(range.lowerBound) to \(range.upperBound) in steps of \(step)"
      case .int(let range, let log):
        "a whole number from \(range.lowerBound) to \(range.upperBound)\(log ? ", on a logarithmic scale" : "")"
      case .ordinal(let values): "one of \(list(values)), in this order"
      case .categorical(let values): "one of \(list(values))"
      case .permutation(let items): "a text of all of \(list(items)) in any order, with commas between"
      }
    let when = condition.map { ", only where \($0.parameter) is \(list($0.values))" } ?? ""
    return "\(name): \(text)\(when)"
  }
}
