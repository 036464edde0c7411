import Foundation
import Testing

/// What a run of the executable came to.
struct Outcome {
  let status: Int32
  let output: Data
  let errors: String
  /// Whether it was ended by a signal, as a trap would.
  let signaled: Bool

  var text: String { String(decoding: output, as: UTF8.self) }

  /// Standard output as a JSON object.
  func json(_ location: SourceLocation = #_sourceLocation) throws -> [String: Any] {
    let value = try #require(try? JSONSerialization.jsonObject(with: output), "\(errors)", sourceLocation: location)
    return try #require(value as? [String: Any], sourceLocation: location)
  }
}

/// A folder of its own for one test, in which the executable runs and which goes away with it.
final class Workplace {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("windtunnel-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path(name))) }

  func read(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

  /// Runs the executable in the folder.
  ///
  /// Output goes to files: a pipe that nobody empties would make it wait for ever.
  func windtunnel(_ arguments: String..., input: String? = nil) throws -> Outcome {
    try run(try #require(executable, "the executable is not next to the tests"), arguments, input: input)
  }

  /// Runs a line of shell in the folder, with `$W` for the executable.
  func shell(_ line: String) throws -> Outcome {
    let program = try #require(executable, "the executable is not next to the tests")
    return try run(URL(fileURLWithPath: "/bin/bash"), ["-c", "W='\(program.path)'; \(line)"], input: nil)
  }

  private func run(_ program: URL, _ arguments: [String], input: String?) throws -> Outcome {
    let token = UUID().uuidString
    let names = [".out-\(token)", ".err-\(token)", ".in-\(token)"]
    for name in names { try write(name == names[2] ? input ?? "" : "", to: name) }
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path(names[0])))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: path(names[1])))
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: path(names[2])))
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try read(names[0]),
      errors: String(decoding: try read(names[1]), as: UTF8.self),
      signaled: process.terminationReason == .uncaughtSignal)
  }
}

/// The built executable: it lies in a folder above the running test bundle or next to it.
private let executable: URL? = {
  let starts = CommandLine.arguments.map { URL(fileURLWithPath: $0) } + [URL(fileURLWithPath: "/proc/self/exe")]
  for start in starts {
    var folder = start.resolvingSymlinksInPath().deletingLastPathComponent()
    for _ in 0..<4 {
      let candidate = folder.appendingPathComponent("windtunnel")
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue,
        FileManager.default.isExecutableFile(atPath: candidate.path)
      {
        return candidate
      }
      folder = folder.deletingLastPathComponent()
    }
  }
  return nil
}()

/// That a run failed with a code and a message of certain words, and not by a trap.
func expectFailure(
  _ outcome: Outcome, _ code: Int32, _ words: String..., location: SourceLocation = #_sourceLocation
) {
  #expect(!outcome.signaled, "\(outcome.errors)", sourceLocation: location)
  #expect(outcome.status == code, "\(outcome.errors)", sourceLocation: location)
  #expect(outcome.errors.hasPrefix("error: "), "\(outcome.errors)", sourceLocation: location)
  for word in words {
    #expect(outcome.errors.contains(word), "no '\(word)' in: \(outcome.errors)", sourceLocation: location)
  }
}
