import Report
import Testing

@Suite("Text tables")
struct TextTableTests {
  @Test("Numbers are aligned at their units digits, words to the left")
  func decimalAlignment() {
    var table = TextTable([.init("parameter"), .init("value", .decimal), .init("runs", .right)])
    table.add(["α", "0.3473(24)", "240"])
    table.add(["log A ± s", "12.3(4.5)", "9"])
    table.add(["E²", "2", "1000"])
    table.add(["β", "–", ""])
    #expect(
      table.render() == """
        parameter        value  runs
        ─────────  ───────────  ────
        α           0.3473(24)   240
        log A ± s  12.3(4.5)       9
        E²          2           1000
        β           –

        """)
  }

  @Test("The flexible column wraps at words to fit the width, and long words break")
  func wrapping() {
    var table = TextTable([.init("code", .right), .init("meaning", wraps: true)], title: "Warnings")
    table.add(["7", "the plan extrapolates far beyond the runs"])
    table.addRule()
    table.add(["12", "incomprehensibilities"])
    #expect(
      table.render(width: 22) == """
        Warnings
        code  meaning
        ────  ────────────────
           7  the plan
              extrapolates far
              beyond the runs
        ────  ────────────────
          12  incomprehensibil
              ities

        """)
  }

  @Test("Wide, combining and styled characters count the columns they take")
  func widths() {
    let color = Terminal(isInteractive: true, usesColor: true)
    var table = TextTable([.init("a"), .init("b")])
    table.add(["损失", "x"])
    table.add(["e\u{301}", "x"])
    table.add([color.styled("ab", .warning), "x"])
    table.add(["two\nlines\u{7}", "x"])
    #expect(
      table.render() == """
        a           b
        ──────────  ─
        损失        x
        e\u{301}           x
        \u{1B}[33mab\u{1B}[0m          x
        two lines   x

        """)
  }

  @Test("A table without rows or columns is its header alone")
  func emptyTables() {
    #expect(TextTable([.init("only")]).render() == "only\n────\n")
    var table = TextTable([])
    table.add(["ignored"])
    #expect(table.render() == "\n")
    var short = TextTable([.init("a"), .init("b")])
    short.add(["1"])
    short.add(["1", "2", "3"])
    #expect(short.render() == "a  b\n─  ─\n1\n1  2\n")
  }
}
