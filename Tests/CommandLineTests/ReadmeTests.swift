import Foundation
import Testing

/// The commands that the README names in tables, which are not run for their output.
@Suite struct ReadmeTests {
  private static let readme = (try? String(contentsOfFile: "README.md", encoding: .utf8)) ?? ""

  /// The command of each row of a table.
  private static let commands = readme.split(separator: "\n").filter { $0.hasPrefix("|") }.flatMap { row in
    row.split(separator: "`").map(String.init).filter { $0.hasPrefix("windtunnel ") }
  }

  @Test func thereAreTables() { #expect(Self.commands.count > 15) }

  /// Whatever files a command wants, it knows the command's options and goes as far as to miss the files.
  @Test(arguments: commands) func itIsACommand(_ line: String) throws {
    let place = try Workplace()
    let outcome = try place.shell("$W" + line.dropFirst("windtunnel".count))
    let namesFile = line.split(separator: " ").contains { word in
      [".csv", ".json", ".yaml"].contains { word.hasSuffix($0) }
    }
    #expect(outcome.status == (namesFile ? 66 : 0), "\(outcome.errors)")
  }
}
