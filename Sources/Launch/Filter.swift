import Foundation
import Subprocess

/// What a shell command writes when it reads a text; what it writes to standard error passes through.
///
/// - Parameter timeout: in seconds.
/// - Throws: ``LaunchError`` where it fails or takes too long; `CancellationError`.
public func filtered(_ input: String, through command: String, timeout: Double) async throws -> String {
  try await withThrowingTaskGroup(of: String?.self) { group in
    group.addTask {
      let result = try await Subprocess.run(
        .path("/bin/sh"), arguments: ["-c", command], input: .string(input), output: .string(limit: 1 << 20),
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
