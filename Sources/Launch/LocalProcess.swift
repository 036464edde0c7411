import Foundation
import Subprocess
import SystemPackage

/// A command run on this machine, in a session of its own, with its output in files.
public struct LocalProcess: Sendable {
  /// The end of a command.
  public enum End: Sendable, Hashable {
    case exited(Int32)
    case signaled(Int32)
    case timedOut
    /// Stopped by the one who watched it.
    case stopped
  }

  /// Run by `/bin/sh`.
  public let command: String
  public let directory: String
  /// Added to this process's own.
  public let environment: [String: String]
  /// In seconds; nil for no limit.
  public let timeout: Double?
  public let outputPath: String
  public let errorPath: String

  /// The time that a process has to end after a request.
  private static let grace = Duration.seconds(5)
  private static let lookEvery = Duration.milliseconds(50)
  /// Marks all processes of a command, those that leave its session too.
  static let mark = "WINDTUNNEL_PROCESS"

  public init(
    _ command: String, directory: String, environment: [String: String], timeout: Double?, outputPath: String,
    errorPath: String
  ) {
    self.command = command
    self.directory = directory
    self.environment = environment
    self.timeout = timeout
    self.outputPath = outputPath
    self.errorPath = errorPath
  }

  /// Runs it to its end; whatever it left running is killed. Cancelling the task ends it.
  ///
  /// - Parameters:
  ///   - mark: tells its processes from others', as the trial's directory does.
  ///   - goesOn: looked at some twenty times a second; false stops the command.
  /// - Throws: `CancellationError` where the task was cancelled; ``LaunchError`` where it could not be started.
  public func run(mark: String, goesOn: @Sendable () async -> Bool) async throws -> End {
    let began = ContinuousClock.now
    let end = try await withThrowingTaskGroup(of: End?.self) { group in
      group.addTask { try await toItsEnd(mark: mark) }
      var verdict: End?
      while verdict == nil {
        group.addTask {
          try? await Task.sleep(for: Self.lookEvery)
          return nil
        }
        if let end = try await group.next() ?? nil {
          verdict = end
        } else if Task.isCancelled {
          break
        } else if await !goesOn() {
          verdict = .stopped
        } else if let timeout, ContinuousClock.now - began > .seconds(timeout) {
          verdict = .timedOut
        }
      }
      group.cancelAll()
      while (try? await group.next()) != nil {}
      return verdict
    }
    ProcessMark.kill("\(Self.mark)=\(mark)")
    try Task.checkCancellation()
    return end ?? .stopped
  }

  private func toItsEnd(mark: String) async throws -> End {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: Self.grace),
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
    ]
    var added: [Environment.Key: String?] = [:]
    for (name, value) in environment { added[Environment.Key(stringLiteral: name)] = value }
    added[Environment.Key(stringLiteral: Self.mark)] = mark
    let result = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", command], environment: .inherit.updating(added),
      workingDirectory: FilePath(directory), platformOptions: options, input: .none,
      output: .fileDescriptor(try Self.append(to: outputPath), closeAfterSpawningProcess: true),
      error: .fileDescriptor(try Self.append(to: errorPath), closeAfterSpawningProcess: true))
    switch result.terminationStatus {
    case .exited(let code): return .exited(code)
    case .signaled(let code): return .signaled(code)
    }
  }

  private static func append(to path: String) throws(LaunchError) -> FileDescriptor {
    do {
      return try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .append, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw LaunchError("\(path): cannot be written: \(error)")
    }
  }
}

/// Finds processes by a variable of their environment, which their children inherit.
public enum ProcessMark {
  /// Kills every process that a ``LocalProcess`` of a mark left behind, as after a crash of the one that ran it.
  public static func killAll(markedBy prefix: String) { kill("\(LocalProcess.mark)=\(prefix)", isPrefix: true) }

  /// The different values that processes have of a variable.
  static func values(of variable: String) -> [String] {
    let prefix = Array("\(variable)=".utf8)
    let values = entries { $0.starts(with: prefix) }.map {
      String(decoding: $0.entry.dropFirst(prefix.count), as: UTF8.self)
    }
    return Array(Set(values))
  }

  static func kill(_ entry: String, isPrefix: Bool = false) {
    // A process may start another while the list is read, so it is read until none is left.
    for _ in 0..<20 {
      let found = processes(entry, isPrefix: isPrefix)
      guard !found.isEmpty else { return }
      for process in found { Glibc.kill(process, SIGKILL) }
      usleep(10_000)
    }
  }

  private static func processes(_ entry: String, isPrefix: Bool) -> [pid_t] {
    let wanted = Array(entry.utf8)
    return entries { $0.starts(with: wanted) && (isPrefix || $0.count == wanted.count) }.map(\.process)
  }

  /// The first entry of each other process's environment that is wanted.
  private static func entries(_ isWanted: (Data) -> Bool) -> [(process: pid_t, entry: Data)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap(pid_t.init).compactMap { process in
      guard process != getpid(), let bytes = FileManager.default.contents(atPath: "/proc/\(process)/environ"),
        let entry = bytes.split(separator: 0).first(where: isWanted)
      else { return nil }
      return (process, entry)
    }
  }
}
