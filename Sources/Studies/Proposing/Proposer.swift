import Foundation
import Search
import Tables

/// A language model that proposes trials of a search beside its algorithm, which learns from all
/// trials.
public struct Proposer: Sendable {
  public let model: ChatModel
  /// The description of the search in the user's words.
  public let task: String?
  /// The share of trials that it proposes.
  public let share: Double
  /// The constraints that it is told.
  public let constraints: [String]

  /// The number of replies for one trial, after which the algorithm chooses.
  static let attempts = 3

  /// Whether it proposes a trial, whose number is counted from 0.
  func proposes(_ turn: Int) -> Bool {
    (Double(turn + 1) * share).rounded(.down) > (Double(turn) * share).rounded(.down)
  }
}

extension YAMLSection {
  /// `{endpoint: http://localhost:8000/v1, model: qwen3, key: API_KEY, task: …, share: 0.5}` or
  /// `{command: …}`.
  func proposer(constraints: [String]) throws -> Proposer? {
    guard
      let section = try section(
        "proposer", example: "proposer: {endpoint: http://localhost:8000/v1, model: qwen3}", isSubject: false)
    else { return nil }
    try section.checkKeys(["endpoint", "model", "key", "command", "task", "share", "timeout"])
    let service: ChatModel.Service
    switch (try section.text("endpoint"), try section.text("command")) {
    case (let address?, nil):
      guard let url = URL(string: address), ["http", "https"].contains(url.scheme), url.host != nil else {
        throw section.fault("endpoint", "it should be an address, as http://localhost:8000/v1")
      }
      guard let model = try section.text("model") else {
        throw section.fault("endpoint", "it needs the name of a 'model' beside it")
      }
      service = .endpoint(url, model: model, keyVariable: try section.text("key"))
    case (nil, let command?): service = .command(command)
    default: throw fault("proposer", "it should have either an 'endpoint' or a 'command'")
    }
    let share = try section.quantity("share", parseNumber) ?? 1
    guard share > 0, share <= 1 else { throw section.fault("share", "it should be above 0 and at most 1") }
    let timeout = try section.quantity("timeout", parseDuration) ?? 120
    guard timeout > 0 else { throw section.fault("timeout", "it should be above 0") }
    return Proposer(
      model: ChatModel(service: service, timeout: timeout), task: try section.text("task"), share: share,
      constraints: constraints)
  }
}
