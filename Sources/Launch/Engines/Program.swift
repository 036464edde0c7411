import Foundation
import Subprocess
import SystemPackage

/// A program of an engine, as sbatch or kubectl, run with arguments that no shell takes apart.
struct Program: Sendable {
  struct Result: Sendable {
    let code: Int32
    let output: String
    let errors: String
  }

  /// Looked up where programs are, unless it is a path.
  let name: String
  /// In words, for messages: `Slurm`.
  let service: String

  private static let outputLimit = 64 << 20

  /// - Parameter input: what it reads.
  /// - Throws: ``LaunchError`` where it is not installed.
  func run(_ arguments: [String], input: String = "") async throws(LaunchError) -> Result {
    do {
      let result = try await Subprocess.run(
        name.contains("/") ? .path(FilePath(name)) : .name(name), arguments: Arguments(arguments),
        input: .string(input),
        output: .string(limit: Self.outputLimit), error: .string(limit: Self.outputLimit))
      let code: Int32 =
        switch result.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
      return Result(code: code, output: result.standardOutput, errors: result.standardError)
    } catch {
      if Task.isCancelled { throw LaunchError("interrupted", isUnreachable: true) }
      throw LaunchError("'\(name)' cannot be run (\(error)); install \(service)'s programs, or launch where they are")
    }
  }
}
