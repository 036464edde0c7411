import Foundation
import RunStore

/// The end of an attempt at a job, by its own files.
struct JobEnd: Sendable, Hashable {
  let code: Int
  let began: Double?
  let ended: Double?
  /// The last line of what it wrote to standard error.
  let lastError: String?

  /// Nil where the attempt did not come to its end, or not yet.
  init?(attemptDirectory directory: String) {
    guard let code = Self.number("exit", in: directory).flatMap({ Int(exactly: $0) }) else { return nil }
    self.code = code
    began = Self.number("began", in: directory)
    let attributes = try? FileManager.default.attributesOfItem(atPath: "\(directory)/exit")
    ended = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970
    lastError = Self.lastLine("\(directory)/err")
  }

  /// The reason for its failure; nil for success.
  func failure(_ directory: String) -> String? {
    code == 0 ? nil : "it ended with code \(code)\(lastError.map { ": \($0)" } ?? ""); see \(directory)/err"
  }

  /// The sentence about a job that reached its time limit.
  static let timeLimit = "it came to its time limit; raise resources.time, or let it save checkpoints and retry"

  /// Whether an attempt was asked to end when its time was up.
  static func cameToLimit(_ job: EngineJob) -> Bool {
    guard let limit = job.resources.time, let began = number("began", in: job.attemptDirectory),
      let asked = number("asked", in: job.attemptDirectory)
    else { return false }
    // Of the time some went by before the script began.
    return asked - began > limit - 2
  }

  private static func number(_ name: String, in directory: String) -> Double? {
    (try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)).flatMap {
      Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
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
