import Foundation
import Subprocess
import SystemPackage

/// A program of an engine, as sbatch or kubectl, run without a shell.
struct Program: Sendable {
  struct Result: Sendable {
    let code: Int32
    let output: String
    let errors: String
  }

  /// The program's name, looked up in the search path, or its path.
  let name: String
  /// The service's name for messages: `Slurm`.
  let service: String

  private static let outputLimit = 64 << 20

  /// - Parameter input: its standard input.
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
