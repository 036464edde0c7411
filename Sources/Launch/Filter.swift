import Foundation
import Subprocess
import SystemPackage

/// The standard output of a shell command that reads a text; its standard error passes through.
///
/// - Parameter timeout: in seconds.
/// - Throws: ``LaunchError`` where it fails or takes too long; `CancellationError`.
package func filtered(_ input: String, through command: String, timeout: Double) async throws -> String {
  try await withThrowingTaskGroup(of: String?.self) { group in
    group.addTask {
      let result = try await Subprocess.run(
        .path("/bin/sh"), arguments: ["-c", command],
        input: .fileDescriptor(try unnamedFile(input), closeAfterSpawningProcess: true),
        output: .string(limit: 1 << 20),
        error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false))
      guard case .exited(0) = result.terminationStatus else {
        throw LaunchError("'\(command)' ended with \(result.terminationStatus)")
      }
      return result.standardOutput
    }
    group.addTask {
      try await Task.sleep(for: .seconds(timeout))
      return nil
    }
    defer { group.cancelAll() }
    guard let text = try await group.next() ?? nil else {
      try Task.checkCancellation()
      throw LaunchError("'\(command)' took longer than \(timeout) s")
    }
    return text
  }
}

/// A file with a text, to be read from its beginning, which is gone when it is closed. A pipe would raise a signal where the
/// command ends before it has read everything.
private func unnamedFile(_ text: String) throws(LaunchError) -> FileDescriptor {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
  do {
    let file = try FileDescriptor.open(
      FilePath(path), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
    try? FileManager.default.removeItem(atPath: path)
    return try file.closeAfterThrowing {
      try file.writeAll(text.utf8)
      try file.seek(offset: 0, from: .start)
      return file
    }
  } catch {
    throw LaunchError("\(path): cannot be written: \(error)")
  }
}

extension FileDescriptor {
  /// Runs a body, and closes the file where it throws.
  fileprivate func closeAfterThrowing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      try? close()
      throw error
    }
  }
}
