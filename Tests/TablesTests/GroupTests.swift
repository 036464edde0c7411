import Tables
import Testing

/// Rows by their values of columns.
@Suite struct GroupTests {
  private func runs() throws -> RunTable {
    try RunTable(
      Table.parse("task,model_name,train_size\nb,x,100\na,x,200\nb,y,300\nb,x,0\n,x,5\n", name: "runs.csv"))
  }

  @Test func `groups are in the order in which they first occur, and so are their rows`() throws {
    let groups = try runs().grouped(by: ["task", "model"])
    #expect(groups.map(\.values) == [["b", "x"], ["a", "x"], ["b", "y"], ["", "x"]])
    #expect(groups.map(\.rows) == [[0, 3], [1], [2], [4]])
  }

  @Test func `without columns all rows are one group`() throws {
    #expect(try runs().grouped(by: []).map(\.rows) == [[0, 1, 2, 3, 4]])
  }

  @Test func `the error for a missing column suggests the closest name`() throws {
    let error = #expect(throws: TableError.self) { try runs().grouped(by: ["tsak"]) }
    #expect(error?.description == "runs.csv: no column 'tsak'; did you mean 'task'?")
  }

  @Test(arguments: ["examples", "train_examples", "Seen Examples", "train_size", "finetuning_examples", "n_examples"])
  func `fine-tuning examples are recognized by many names`(_ name: String) throws {
    let table = try RunTable(Table.parse("\(name),loss\n200,3\n400,2\n", name: "runs.csv"))
    #expect(try table.values(for: .examples) == [200, 400])
  }

  @Test func `examples may be counted in thousands`() throws {
    let table = try RunTable(Table.parse("examples_k,loss\n0.2,3\n1.6,2\n", name: "runs.csv"))
    #expect(try table.values(for: .examples) == [200, 1600])
  }
}
