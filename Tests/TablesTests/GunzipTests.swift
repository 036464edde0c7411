import Foundation
import Testing

@testable import Tables

@Suite("Gzip") struct GunzipTests {
  /// What `printf 'a,b\n1,2\n3,4\n' | gzip -n` writes.
  private static let compressed: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x4B, 0xD4, 0x49, 0xE2, 0x32, 0xD4,
    0x31, 0xE2, 0x32, 0xD6, 0x31, 0xE1, 0x02, 0x00, 0xE5, 0xE9, 0xD6, 0xCE, 0x0C, 0x00, 0x00, 0x00,
  ]

  private func read(_ bytes: [UInt8], ending: String = ".csv.gz") throws -> Table {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString + ending).path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try Table.read(path)
  }

  @Test("a compressed table reads as the plain one")
  func reading() throws {
    let table = try read(Self.compressed)
    #expect(try table.numbers("a") == [1, 3])
    #expect(try table.numbers("b") == [2, 4])
    #expect(try table.fingerprint == Table.parse(Array("a,b\n1,2\n3,4\n".utf8), name: "t.csv").fingerprint)
  }

  @Test("members follow one another, and zeros may pad the end")
  func members() throws {
    // The second member's header row reads as text, so only the count is of interest.
    #expect(try read(Self.compressed + Self.compressed).rowCount == 5)
    #expect(try read(Self.compressed + [0, 0, 0, 0]).rowCount == 2)
  }

  @Test("a file that is cut off anywhere, or damaged, is rejected")
  func damage() {
    for count in 3..<Self.compressed.count {
      #expect(errorText { try read(Array(Self.compressed[..<count])) }.contains("cut off"), "\(count) bytes")
    }
    var damaged = Self.compressed
    damaged[damaged.count - 5] ^= 1
    #expect(errorText { try read(damaged) }.contains("damaged"))
    #expect(errorText { try read(Self.compressed + [1, 2, 3]) }.contains("damaged"))
  }
}
