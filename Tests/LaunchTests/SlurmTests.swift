import Foundation
import Launch
import LaunchConformance
import Testing

private let slurmIsInstalled = ["/usr/sbin/slurmctld", "/usr/sbin/slurmd"].allSatisfy {
  FileManager.default.isExecutableFile(atPath: $0)
}

/// The engine of Slurm beside a cluster of two nodes on this machine.
@Suite(.enabled(if: slurmIsInstalled, "Slurm is not installed: apt-get install slurm-wlm"), .serialized)
struct SlurmTests {
  private static let cluster = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Slurm/cluster.sh").standardizedFileURL.path

  /// What the cluster's script prints.
  private static func cluster(_ word: String, _ directory: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: cluster)
    process.arguments = [word, directory]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test("the engine of Slurm keeps its contract", .timeLimit(.minutes(10)))
  func contract() async throws {
    let folder = try TestFolder()
    let words = try Self.cluster("start", "\(folder.path)/slurm").split(separator: "=", maxSplits: 1).map(String.init)
    defer { _ = try? Self.cluster("stop", "\(folder.path)/slurm") }
    try #require(words.count == 2)
    setenv(words[0], words[1], 1)
    defer { unsetenv(words[0]) }
    let engine = SlurmEngine(.init(poll: .init(0.2)))
    let found = await engine.violations(in: folder.path)
    #expect(found.isEmpty, "\(found)")
  }
}
