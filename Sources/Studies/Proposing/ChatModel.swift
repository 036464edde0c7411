import Foundation
import Launch
import Search

/// A language model that answers messages: an endpoint with OpenAI's chat completions API, or a
/// command.
public struct ChatModel: Sendable, Hashable {
  public enum Service: Sendable, Hashable {
    /// An endpoint; messages are posted to `/chat/completions` under its address.
    ///
    /// - `keyVariable`: the environment variable with the key, which is never printed or stored.
    case endpoint(URL, model: String, keyVariable: String?)
    /// A shell command, which reads the request that would be posted, and writes the reply's text.
    case command(String)
  }

  public struct Message: Sendable, Hashable, Codable {
    public let role: String
    public let content: String
  }

  public let service: Service
  /// The time limit of one reply, in seconds.
  public let timeout: Double

  private static let attempts = 3

  /// The text of the reply.
  ///
  /// - Throws: ``StudyError`` without a reply after some attempts; `CancellationError`.
  func reply(to messages: [Message]) async throws -> String {
    var attempt = 1
    while true {
      do {
        return try await answer(messages)
      } catch let failure as Failure {
        try Task.checkCancellation()
        guard failure.mayPass, attempt < Self.attempts else {
          throw StudyError(.noProposal, "the proposer gave no answer: \(failure.text); fix it")
        }
        try await Task.sleep(for: .seconds(attempt))
        attempt += 1
      }
    }
  }

  private struct Failure: Error {
    let text: String
    /// Whether it is worth trying again.
    var mayPass = true
  }

  private struct Request: Encodable {
    let model: String
    let messages: [Message]
    let temperature = 0.0
  }

  private struct Response: Decodable {
    struct Choice: Decodable {
      struct Reply: Decodable { let content: String? }
      let message: Reply
    }
    let choices: [Choice]
  }

  private func answer(_ messages: [Message]) async throws -> String {
    switch service {
    case .endpoint(let url, let model, let keyVariable):
      return try await post(Request(model: model, messages: messages), to: url, keyVariable)
    case .command(let command):
      let body = try JSONEncoder().encode(Request(model: "", messages: messages))
      do {
        return try await filtered(String(decoding: body, as: UTF8.self), through: command, timeout: timeout)
      } catch let error as LaunchError {
        throw Failure(text: error.description, mayPass: false)
      }
    }
  }

  private func post(_ body: Request, to url: URL, _ keyVariable: String?) async throws -> String {
    var key: String?
    if let keyVariable {
      key = ProcessInfo.processInfo.environment[keyVariable]
      guard key?.isEmpty == false else {
        throw Failure(
          text: "the environment variable \(keyVariable), which should hold its key, is empty", mayPass: false)
      }
    }
    let answer: HTTPCall.Answer
    do {
      answer = try await HTTPCall(
        "POST", url.appendingPathComponent("chat/completions"), body: try JSONEncoder().encode(body), token: key,
        timeout: timeout
      ).answer()
    } catch let error as LaunchError {
      throw Failure(text: error.description)
    }
    guard answer.status == 200 else {
      throw Failure(
        text: "\(url.absoluteString) answered with status \(answer.status): \(answer.text.prefix(200))",
        mayPass: answer.status == 429 || answer.status >= 500)
    }
    guard let content = try? JSONDecoder().decode(Response.self, from: answer.body).choices.first?.message.content
    else {
      throw Failure(text: "\(url.absoluteString) gave no chat completion", mayPass: false)
    }
    return content
  }
}
