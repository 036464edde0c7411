import Foundation
import FoundationNetworking

/// A request over HTTP, and what came back.
public struct HTTPCall: Sendable {
  public let method: String
  public let url: URL
  /// JSON.
  public let body: Data?
  /// Sent as a bearer token, and shown nowhere.
  public let token: String?
  /// In seconds.
  public let timeout: Double

  public struct Answer: Sendable {
    public let status: Int
    public let body: Data

    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  public init(_ method: String, _ url: URL, body: Data? = nil, token: String? = nil, timeout: Double) {
    (self.method, self.url, self.body, self.token, self.timeout) = (method, url, body, token, timeout)
  }

  /// - Throws: ``LaunchError``, unreachable, where no answer came.
  public func answer() async throws(LaunchError) -> Answer {
    var request = URLRequest(url: url, timeoutInterval: timeout)
    request.httpMethod = method
    request.httpBody = body
    if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    do {
      let (data, response) = try await URLSession.shared.data(for: request)
      return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, body: data)
    } catch {
      throw LaunchError("\(url.absoluteString): \(error.localizedDescription)", isUnreachable: true)
    }
  }
}
