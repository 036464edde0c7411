import Foundation
import Tables
import Testing

@Suite("Reading CSV")
struct CSVTests {
  @Test("numbers, text, truth values and missing cells get their types")
  func types() throws {
    let table = try Table.parse(
      """
      loss,decay,ok,lr
      2.5,cosine,True,1e-3
      NA,linear,false,
      nan,,null,inf
      -3,"None",true,-Infinity

      """, name: "runs.csv")
    #expect(table.rowCount == 4)
    #expect(table.columns.map(\.name) == ["loss", "decay", "ok", "lr"])
    #expect(try table.numbers("loss").map { $0.isNaN ? "-" : "\($0)" } == ["2.5", "-", "-", "-3.0"])
    #expect(table.column("decay")?.values == .text(["cosine", "linear", "", "None"]))
    #expect(try table.numbers("ok").map { $0.isNaN ? -1 : $0 } == [1, 0, -1, 1])
    let rates = try table.numbers("lr")
    #expect(rates[0] == 1e-3 && rates[1].isNaN && rates[2] == .infinity && rates[3] == -.infinity)
  }

  @Test("quoted cells keep delimiters, line ends and doubled quotes")
  func quoting() throws {
    let table = try Table.parse(
      "name,\"a \"\"b\"\"\",x\r\n\"one, two\",\"line\r\nbreak\",\"1.5\"\r\n\"say \"\"hi\"\"\",  spaced out ,2\r\n\"\",y, 3 ",
      name: "runs.csv")
    #expect(table.columns.map(\.name) == ["name", "a \"b\"", "x"])
    #expect(try table.texts("name") == ["one, two", "say \"hi\"", ""])
    #expect(try table.texts("a \"b\"") == ["line\r\nbreak", "spaced out", "y"])
    #expect(try table.numbers("x") == [1.5, 2, 3])
    #expect((0..<3).map(table.line) == [2, 4, 5])
  }

  @Test(
    "delimiters come from the header, line ends from the file",
    arguments: [
      "a,b\n1,2\n3,4\n", "a;b\n1;2\n3;4", "a\tb\r\n1\t2\r\n3\t4\r\n", "a,b\r1,2\r3,4\r",
      "\u{FEFF}a,b\n\n1,2\n\n3,4\n\n",
    ])
  func dialects(text: String) throws {
    let table = try Table.parse(text, name: "runs.csv")
    #expect(
      table.columns == [.init(name: "a", values: .numbers([1, 3])), .init(name: "b", values: .numbers([2, 4]))])
  }

  @Test("a delimiter inside the header's quotes does not count")
  func quotedHeader() throws {
    let table = try Table.parse("\"a;b;c\",d\n1,2\n", name: "runs.csv")
    #expect(table.columns.map(\.name) == ["a;b;c", "d"])
  }

  @Test("text in a late cell makes a column text from its first cell on")
  func lateText() throws {
    let rows = (0..<1000).map { "\($0),\($0 == 700 ? "abc" : "\($0)")" }
    let table = try Table.parse("a,b\n" + rows.joined(separator: "\n"), name: "runs.csv")
    #expect(try table.numbers("a") == (0..<1000).map(Double.init))
    #expect(try table.texts("b")[0] == "0")
    #expect(
      errorText { try table.numbers("b") }
        == "runs.csv:702: column 'b': expected a number, found 'abc' (1 of 1000 cells is not a number; correct it, or leave "
        + "missing cells empty)")
  }

  @Test("a text column asked for numbers says that it holds text")
  func textColumn() throws {
    let table = try Table.parse("a,decay\n1,cosine\n2,linear\n", name: "runs.csv")
    #expect(
      errorText { try table.numbers("decay") }
        == "runs.csv:2: column 'decay': expected a number, found 'cosine' (2 of 2 cells are text; choose another column)"
    )
    #expect(errorText { try table.numbers("deca") } == "runs.csv: no column 'deca'; did you mean 'decay'?")
    #expect(errorText { try table.numbers("quux") } == "runs.csv: no column 'quux'; the columns are 'a', 'decay'")
  }

  @Test("selected rows keep their lines and the fingerprint")
  func selecting() throws {
    let table = try Table.parse("a,b\n1,x\n2,y\n3,z\n", name: "runs.csv")
    let selected = table.selecting(rows: [2, 0, 2])
    #expect(try selected.numbers("a") == [3, 1, 3])
    #expect(try selected.texts("b") == ["z", "x", "z"])
    #expect((0..<3).map(selected.line) == [4, 2, 4])
    #expect(selected.fingerprint == table.fingerprint)
  }

  @Test("the fingerprint is the SHA-256 of the bytes")
  func fingerprint() throws {
    // printf 'a\n1\n' | sha256sum
    let expected = "309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc"
    #expect(try Table.parse("a\n1\n", name: "x").fingerprint == expected)
    #expect(try withFile(Array("a\n1\n".utf8)) { try Table.read($0).fingerprint } == expected)
    #expect(try Table.parse("a\n2\n", name: "x").fingerprint != expected)
  }

  @Test("a random table comes back as it was written")
  func roundTrip() throws {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let alphabet = ["a", "Ω", "\"", ",", ";", "\n", "\r\n", " ", "'", "\t", "7", "👩‍🔬"]
      let rows = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
        (0..<3).map { _ in
          "x"
            + (0..<Int.random(in: 0...6, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? ""
            }.joined()
        }
      }
      func line(_ cells: [String]) -> String {
        cells.map { "\"" + $0.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }.joined(separator: ",")
      }
      let table = try Table.parse("a,b,c\n" + rows.map(line).joined(separator: "\n"), name: "seed \(seed)")
      for (index, name) in ["a", "b", "c"].enumerated() {
        #expect(try table.texts(name) == rows.map { $0[index] }, "seed \(seed)")
      }
    }
  }

  @Test("a table made in memory checks its columns")
  func inMemory() throws {
    let table = try Table(name: "mine", columns: [Column(name: "a", values: .numbers([1, 2.5, 1e300]))])
    #expect(table.rowCount == 3 && table.line(ofRow: 0) == 1)
    #expect(try table.texts("a") == ["1", "2.5", "1e+300"])
    let a = Column(name: "a", values: .numbers([1]))
    #expect(errorText { try Table(name: "mine", columns: []) } == "mine: the table has no rows")
    #expect(errorText { try Table(name: "mine", columns: [a, a]) }.contains("two columns have this name"))
    let b = Column(name: "b", values: .text(["x", "y"]))
    #expect(
      errorText { try Table(name: "mine", columns: [a, b]) }.contains("expected 1 cells as in column 'a', found 2"))
  }
}
