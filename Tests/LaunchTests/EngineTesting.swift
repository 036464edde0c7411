import Documents
import Foundation
import Testing

@testable import Launch

/// A folder of its own for a test, taken away when that ends.
final class TestFolder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func text(_ name: String) -> String { (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? "" }

  func lines(_ name: String) -> [Substring] { text(name).split(separator: "\n") }

  /// Writes the scripts of a job of a shell command.
  func job(_ name: String, _ command: String, attempt: Int = 1, _ needs: JobSpec.Resources = .init()) throws
    -> EngineJob
  {
    let directory = "\(path)/jobs/\(name)"
    try JobScript(shell: command, environment: [:], workingDirectory: path).write(to: directory)
    return EngineJob(name: name, attempt: attempt, directory: directory, resources: needs)
  }
}

/// The entry `engine` of a job file.
func engineEntry(_ text: String) throws -> EngineEntry {
  struct File: Document {
    static let schema = "windtunnel.example/1"
    static let kind = "job file"
    static let isHandwritten = true
    var engine: EngineEntry
  }
  return try File.read(text: "schema: windtunnel.example/1\nengine: \(text)\n", from: "job.yaml").value.engine
}

/// A Python script of `Parsers/` that reads what an engine makes as its own program would.
enum EngineParser {
  /// What it says is wrong: nothing, or nil where its packages are not installed.
  static func faults(_ name: String, of text: String) throws -> String? {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Parsers/\(name).py")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [ProcessInfo.processInfo.environment["WINDTUNNEL_PYTHON"] ?? "python3", script.path]
    process.standardInput = try FileHandle(forReadingFrom: file)
    let errors = Pipe()
    (process.standardError, process.standardOutput) = (errors, FileHandle.nullDevice)
    try process.run()
    let data = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    switch process.terminationStatus {
    case 0: return ""
    case 77: return nil
    default: return String(decoding: data, as: UTF8.self)
    }
  }

  /// Whether a package is installed.
  static func isThere(_ package: String) -> Bool {
    succeeds([
      ProcessInfo.processInfo.environment["WINDTUNNEL_PYTHON"] ?? "python3", "-c",
      "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)", package,
    ])
  }

  /// Whether a program is there and ends well, without its words.
  static func succeeds(_ words: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try? process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
