import Tables
import Testing

@Suite("Reading JSONL")
struct JSONLinesTests {
  @Test("keys become columns in order of appearance, absent keys missing cells")
  func columns() throws {
    let table = try Table.parse(
      """
      {"run": "a", "loss": 2.5, "done": true}
        {"loss": NaN, "run": "b", "lr": 1e-3}\r

      {"loss": -Infinity, "note": null, "lr": "nan"}
      {}
      """, name: "runs.jsonl")
    #expect(table.columns.map(\.name) == ["run", "loss", "done", "lr", "note"])
    #expect(try table.texts("run") == ["a", "b", "", ""])
    #expect(try table.texts("loss") == ["2.5", "", "-inf", ""])
    #expect(try table.texts("done") == ["1", "", "", ""])
    #expect(try table.texts("lr") == ["", "0.001", "", ""])
    #expect(try table.numbers("note").allSatisfy(\.isNaN))
    #expect((0..<4).map(table.line) == [1, 2, 4, 5])
  }

  @Test("escapes in keys and values are replaced")
  func escapes() throws {
    let table = try Table.parse(#"{"a\u0062": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83d", "ab2": 1}"#, name: "x")
    #expect(table.columns.map(\.name) == ["ab", "ab2"])
    #expect(try table.texts("ab") == ["\"\\/\u{8}\u{C}\n\r\té😀\u{FFFD}"])
  }

  @Test("strings stay text even where they look like numbers, and can still be asked for numbers")
  func numericStrings() throws {
    let table = try Table.parse("{\"id\": \"007\"}\n{\"id\": \"1e5\"}\n", name: "x")
    #expect(try table.texts("id") == ["007", "1e5"])
    #expect(try table.numbers("id") == [7, 100_000])
  }

  @Test("text in a late cell makes a column text from its first cell on")
  func lateText() throws {
    let lines = (0..<500).map { $0 == 400 ? #"{"a": "x"}"# : #"{"a": \#($0).50}"# }
    let table = try Table.parse(lines.joined(separator: "\n"), name: "runs.jsonl")
    #expect(try table.texts("a")[3] == "3.50")
    #expect(errorText { try table.numbers("a") }.hasPrefix("runs.jsonl:401: column 'a': expected a number, found 'x'"))
  }

  @Test(
    "each mistake is named with its line and byte",
    arguments: [
      ("{\"a\": 1}\n{\"a\": {\"b\": 1}}", "runs.jsonl:2: column 'a': the value is an object; write flat objects"),
      ("{\"a\": [1]}", "runs.jsonl:1: column 'a': the value is an array; write flat objects"),
      ("{\"a\": 1}\n{\"a\" 2}\n", "runs.jsonl:2: byte 6: expected ':' after the key, found '2}'"),
      ("{\"a\": 1", "runs.jsonl:1: byte 8: expected ',' or '}' after the value, found the end of the file"),
      ("{\n\"a\": 1\n}", "runs.jsonl:1: byte 2: expected a key in double quotes, found the end of the line"),
      ("{\"a\": 1} x\n", "runs.jsonl:1: byte 10: expected the end of the line after the object, found 'x'"),
      ("{\"a\": \"x\n\"}", "runs.jsonl:1: byte 9: expected a closing quote, found the end of the line"),
      ("{\"a\": \"x\\\n\"}", "runs.jsonl:1: byte 10: expected a closing quote, found the end of the line"),
      ("{\"a\": abc}", "runs.jsonl:1: byte 7: expected a value (a number,"),
      ("{\"a\": 1.2.3}", "runs.jsonl:1: byte 7: expected a value (a number,"),
      ("{\"a\": 1, \"a\": 2}", "runs.jsonl:1: byte 13: the key 'a' occurs twice in the object"),
      ("{\"\": 1}", "runs.jsonl:1: byte 4: a key is empty"),
      ("{}\n{}\n", "runs.jsonl: no rows: expected one JSON object on each line"),
      ("a,b\n1,2\n", "runs.jsonl:1: byte 1: expected '{', found 'a,b'"),
      ("[\n{\"a\": 1}\n]", "runs.jsonl:1: this is a JSON array"),
    ])
  func mistakes(text: String, message: String) {
    let error = readingError(text, name: "runs.jsonl")
    #expect(error.hasPrefix(message), "\(error)")
  }

  @Test("contents decide the format, not the name")
  func contents() throws {
    let table = try Table.parse("\n{\"a\": 1}\n", name: "runs.csv")
    #expect(try table.numbers("a") == [1])
  }
}
