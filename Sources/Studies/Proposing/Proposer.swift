import Documents
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

/// `{endpoint: http://localhost:8000/v1, model: qwen3, key: API_KEY, task: …, share: 0.5}` or `{command: …}`.
struct ProposerEntry: DocumentPart {
  static let documentExample = "{endpoint: http://localhost:8000/v1, model: qwen3}"

  var endpoint: WrittenText?
  var model: WrittenText?
  var key: WrittenText?
  var command: WrittenText?
  var task: WrittenText?
  var share: Double?
  var timeout: WrittenDuration?

  /// - Throws: ``DocumentFault`` for values that make no sense together.
  func proposer(constraints: [String]) throws(DocumentFault) -> Proposer {
    let service: ChatModel.Service
    switch (endpoint?.text, command?.text) {
    case (let address?, nil):
      guard let url = URL(string: address), ["http", "https"].contains(url.scheme), url.host != nil else {
        throw DocumentFault("endpoint", "it should be an address, as http://localhost:8000/v1")
      }
      guard let model else { throw DocumentFault("endpoint", "it needs the name of a 'model' beside it") }
      service = .endpoint(url, model: model.text, keyVariable: key?.text)
    case (nil, let command?): service = .command(command)
    default: throw DocumentFault(nil, "it should have either an 'endpoint' or a 'command'")
    }
    let share = share ?? 1
    guard share > 0, share <= 1 else { throw DocumentFault("share", "it should be above 0 and at most 1") }
    let timeout = timeout?.value ?? 120
    guard timeout > 0 else { throw DocumentFault("timeout", "it should be above 0") }
    return Proposer(
      model: ChatModel(service: service, timeout: timeout), task: task?.text, share: share, constraints: constraints)
  }
}
