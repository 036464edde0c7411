import Foundation
import Testing

@testable import Launch

@Suite struct LocalProcessTests {
  private func inDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  private func process(_ command: String, in directory: String, timeout: Double? = nil) -> LocalProcess {
    LocalProcess(
      command, directory: directory, environment: ["COLOUR": "red; rm -rf"], timeout: timeout,
      outputPath: "\(directory)/out", errorPath: "\(directory)/err")
  }

  private func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

  private func isAlive(_ process: Int32) -> Bool {
    // A zombie is dead, but for its parent's asking.
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return !status.contains(") Z ")
  }

  @Test("a command's end, output, directory and environment are its own")
  func ends() async throws {
    try await inDirectory { directory in
      let end = try await process("pwd; echo \"$COLOUR\" >&2; exit 3", in: directory).run(mark: directory) { true }
      #expect(end == .exited(3))
      #expect(text("\(directory)/out").hasSuffix(directory.split(separator: "/").last.map { "\($0)\n" } ?? "?"))
      #expect(text("\(directory)/err") == "red; rm -rf\n")
      #expect(try await process("kill -9 $$", in: directory).run(mark: directory) { true } == .signaled(9))
    }
  }

  @Test("a time limit ends the whole tree, those that left its session and ignore signals too")
  func timeout() async throws {
    try await inDirectory { directory in
      let command = """
        setsid sh -c 'trap "" TERM; echo $$ > pid1; sleep 60; sleep 60' &
        sh -c 'echo $$ > pid2; exec sleep 60' & sleep 60
        """
      let end = try await process(command, in: directory, timeout: 0.5).run(mark: directory) { true }
      #expect(end == .timedOut)
      for name in ["pid1", "pid2"] {
        let number = try #require(Int32(text("\(directory)/\(name)").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(!isAlive(number), "\(name)")
      }
    }
  }

  @Test("what a command leaves running is ended with it, and a watcher can stop it")
  func leftBehind() async throws {
    try await inDirectory { directory in
      let end = try await process("sleep 60 & echo $! > pid", in: directory).run(mark: directory) { true }
      #expect(end == .exited(0))
      let number = try #require(Int32(text("\(directory)/pid").trimmingCharacters(in: .whitespacesAndNewlines)))
      #expect(!isAlive(number))
      #expect(try await process("sleep 60", in: directory).run(mark: directory) { false } == .stopped)
    }
  }

  @Test("cancelling ends it")
  func cancelling() async throws {
    try await inDirectory { directory in
      let running = process("echo $$ > pid; sleep 60", in: directory)
      let task = Task { try await running.run(mark: directory) { true } }
      while text("\(directory)/pid").isEmpty { try await Task.sleep(for: .milliseconds(20)) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      let number = try #require(Int32(text("\(directory)/pid").trimmingCharacters(in: .whitespacesAndNewlines)))
      #expect(!isAlive(number))
    }
  }
}
