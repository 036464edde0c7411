import Foundation
import Tables
import Testing

@Suite("Input that is not a table")
struct BadInputTests {
  @Test("a missing file and a directory are missing input")
  func missing() {
    for (path, part) in [("/no/such/file.csv", "no such file"), ("", "no such file"), ("/tmp", "directory")] {
      do {
        _ = try Table.read(path)
        Issue.record("read \(path)")
      } catch {
        #expect(error.kind == .missingInput)
        #expect(error.message.contains(part))
      }
    }
  }

  @Test("an unreadable file is missing input", .enabled(if: geteuid() != 0, "root may read everything"))
  func unreadable() throws {
    try withFile(Array("a\n1\n".utf8)) { path in
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
      #expect(errorText { try Table.read(path) }.contains("no permission"))
    }
  }

  @Test(
    "each mistake in a CSV file is named with its place",
    arguments: [
      ("", "runs.csv: the file is empty; expected a CSV header or JSONL objects"),
      ("\n \n", "runs.csv: the file is blank; expected a CSV header or JSONL objects"),
      ("a,b\n", "runs.csv: no rows: the file ends after its header; add one row for each run"),
      (
        "a,b\n1,2\n3\n4,5\n",
        "runs.csv:3: expected 2 columns as in the header, found 1; add the missing cells, empty if unknown"
      ),
      (
        "a,b\n1,2,3\n",
        "runs.csv:2: expected 2 columns as in the header, found 3; quote cells that contain the delimiter"
      ),
      ("a,b\n1,2\n3", "runs.csv:3: expected 2 columns as in the header, found 1; the file seems to be cut short"),
      ("a,b,a\n1,2,3\n", "runs.csv:1: column 'a': columns 1 and 3 both have this name; rename one in the header"),
      (
        ",a\n0,1\n",
        "runs.csv:1: column 1 of the header has no name; name it, or write the file without an index column "
          + "(pandas: to_csv(…, index=False))"
      ),
      ("a,,b\n0,1,2\n", "runs.csv:1: column 2 of the header has no name; name it, or remove the delimiter before it"),
      (
        "a,b\n1,\"x\ny\n2,z\n",
        "runs.csv:2: a quote opens here and is never closed; close it, or write a quote inside a quoted cell twice"
      ),
      ("a,b\n1,\"x\"y\n", "runs.csv:2: text after a closing quote; write a quote inside a quoted cell twice"),
      (
        "1.5,2\n3,4\n",
        "runs.csv:1: the first line holds numbers where names were expected; add a header such as 'params,tokens,loss'"
      ),
      ("a,b\n1,\0\n", "runs.csv:2: found a zero byte: this is a binary or damaged file; expected CSV or JSONL text"),
      ("[{\"a\": 1}]", "runs.csv:1: this is a JSON array; write one object on each line (jq -c '.[]' converts it)"),
    ])
  func mistakes(text: String, message: String) {
    #expect(readingError(text) == message)
  }

  @Test("a header of very many columns is read without delay")
  func wideHeader() throws {
    let names = (0..<200_000).map { "c\($0)" }.joined(separator: ",")
    #expect(readingError(names + "\n1\n").hasPrefix("runs.csv:2: expected 200000 columns as in the header, found 1"))
  }

  @Test("invalid UTF-8 is reported with its byte and line")
  func encoding() {
    for bytes in [[0xC3, 0x28], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]] {
      let error = readingError(Array("a\nb\n".utf8) + bytes)
      #expect(error.hasPrefix("runs.csv:3: byte 5 of the file is not UTF-8"), "\(bytes)")
    }
    #expect(readingError(Array("a\né€😀\n".utf8)) == "no error")
  }

  @Test(
    "well-known other formats are named",
    arguments: [
      ([0xFF, 0xFE, 0x61, 0], "UTF-16"), (Array("PAR1".utf8), "Parquet"),
      (Array("PK\u{3}\u{4}".utf8), "zip"), (Array("SQLite format 3\0".utf8), "SQLite"),
    ] as [([UInt8], String)])
  func formats(bytes: [UInt8], name: String) {
    #expect(readingError(bytes).contains(name))
  }

  @Test("a line without end is refused, in memory and from a stream")
  func longLines() {
    let line = [UInt8](repeating: UInt8(ascii: "a"), count: 65 << 20)
    #expect(readingError(line).contains("a line is longer than 64 MiB"))
    #expect(errorText { try Table.read("/dev/zero") }.contains("a line is longer than 64 MiB"))
    #expect(errorText { try Table.read("/dev/null") }.contains("the file is empty"))
  }

  @Test("a file too large to copy is mapped")
  func mapped() throws {
    try withFile(Array("a\n1\n".utf8)) { path in
      // A sparse file: its zero bytes take no room on disk.
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.truncate(atOffset: 300 << 20)
      try handle.close()
      #expect(errorText { try Table.read(path) }.contains(":3: found a zero byte"))
    }
  }

  @Test("control characters of a cell do not reach the message")
  func escapes() throws {
    let table = try Table.parse("a\n1\n\u{1B}[31mred\n", name: "runs.csv")
    #expect(errorText { try table.numbers("a") }.contains("'?[31mred'"))
  }

  @Test("truncated and damaged files are read or rejected, never worse")
  func damage() {
    let csv = Array("a,\"b \"\"x\"\"\",c\r\n1,\"x,\r\ny\",2.5e-3\r\n-4,é,NaN\r\n".utf8)
    let json =
      Array(#"{"a": 1.5, "b\n": "x\"\u00e9\ud83d\ude00", "c": true}"#.utf8)
      + Array("\n{\"a\": null, \"c\": -Infinity}\n".utf8)
    for (original, name) in [(csv, "runs.csv"), (json, "runs.jsonl")] {
      for length in 0...original.count { _ = readingError(Array(original[..<length]), name: name) }
      var generator = SeededGenerator(seed: 7)
      for _ in 0..<20_000 {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        _ = readingError(bytes, name: name)
      }
    }
  }
}
