import Tables
import Testing

@Suite("Points known without a run")
struct AddedPointTests {
  private func runs() throws -> RunTable {
    try RunTable(try Table.parse("model,params_m,loss\na,10,3.5\nb,20,3.1\n", name: "runs.csv"))
  }

  @Test("a point is one more row, in the unit of the name it is given by, and the line after the last")
  func added() throws {
    let more = try runs().adding(point: ["params": 3e7, "loss": 2.9])
    #expect(more.rowCount == 3)
    #expect(try more.values(for: .params) == [1e7, 2e7, 3e7])
    #expect(try more.values(for: .loss) == [3.5, 3.1, 2.9])
    #expect(try more.table.texts("model") == ["a", "b", ""])
    #expect(more.table.line(ofRow: 2) == 4)
  }

  @Test("columns that a point does not give are missing")
  func missing() throws {
    #expect(try runs().adding(point: ["loss": 0]).values(for: .params)[2].isNaN)
  }

  @Test("a point with an unknown column, or one column twice,, is rejected")
  func refused() throws {
    let table = try runs()
    let unknown = #expect(throws: TableError.self) { try table.adding(point: ["los": 0]) }
    #expect(unknown?.description.contains("did you mean 'loss'?") == true)
    let twice = #expect(throws: TableError.self) { try table.adding(point: ["params": 1, "N": 2]) }
    #expect(twice?.description.contains("twice") == true)
  }
}
