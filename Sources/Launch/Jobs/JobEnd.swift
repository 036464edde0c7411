import Foundation
import RunStore

/// How an attempt at a job ended, as its own files tell.
struct JobEnd: Sendable, Hashable {
  let code: Int
  let began: Double?
  let ended: Double?
  /// The last line of what it wrote to standard error.
  let lastError: String?

  /// Nil where the attempt did not come to its end, or not yet.
  init?(attemptDirectory directory: String) {
    func number(_ name: String) -> Double? {
      (try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)).flatMap {
        Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
      }
    }
    guard let code = number("exit").flatMap({ Int(exactly: $0) }) else { return nil }
    self.code = code
    began = number("began")
    let attributes = try? FileManager.default.attributesOfItem(atPath: "\(directory)/exit")
    ended = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970
    lastError = Self.lastLine("\(directory)/err")
  }

  /// Why it failed; nil where it succeeded.
  func failure(_ directory: String) -> String? {
    code == 0 ? nil : "it ended with code \(code)\(lastError.map { ": \($0)" } ?? ""); see \(directory)/err"
  }

  private static func lastLine(_ path: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? handle.close() }
    let size = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: size > 4096 ? size - 4096 : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).last.map { String($0.prefix(200)) }
  }
}
