import Tables
import Testing

@Suite("Run tables")
struct RunTableTests {
  private func runs(_ text: String, renames: [String: String] = [:]) throws -> RunTable {
    try RunTable(try Table.parse(text, name: "runs.csv"), renames: renames)
  }

  @Test(
    "columns are recognized by name and alias, with their scale",
    arguments: [
      ("params", .params, 1), ("N", .params, 1), ("n_params", .params, 1), ("Num Params", .params, 1),
      ("params_m", .params, 1e6),
      ("params_M", .params, 1e6), ("params_b", .params, 1e9), ("Model Size (B)", .params, 1e9),
      ("total_parameter_count", .params, 1),
      ("D", .tokens, 1), ("tokens_b", .tokens, 1e9), ("Pretraining Data Size (T)", .tokens, 1e12),
      ("train-tokens", .tokens, 1),
      ("C", .flops, 1), ("FLOPs", .flops, 1), ("FLOPs (1E21)", .flops, 1e21), ("flops_1e18", .flops, 1e18),
      ("gflops", .flops, 1e9),
      ("L", .loss, 1), ("val_loss", .loss, 1), ("eval/loss", .loss, 1), ("Loss", .loss, 1),
      ("params_non_embed", .paramsNonEmbedding, 1),
      ("N_no_emb", .paramsNonEmbedding, 1), ("lr", .learningRate, 1), ("unique_tokens", .uniqueTokens, 1),
      ("wall_hours", .seconds, 3600),
      ("batch_tokens_k", .batchTokens, 1e3), ("flop_budget", .budget, 1), ("step", .steps, 1),
    ] as [(String, Role, Double)])
  func aliases(name: String, role: Role, scale: Double) throws {
    let table = try runs("\"\(name)\",other\n2,3\n")
    let resolution = try #require(try table.column(for: role))
    #expect(resolution.column == name && resolution.role == role && resolution.scale == scale)
    #expect(try table.values(for: role) == [2 * scale])
  }

  @Test("no name stands for two roles, and every recognized name is recognized")
  func aliasTable() throws {
    for role in Role.allCases {
      for name in role.recognizedNames {
        #expect(try runs("\(name),other\n2,3\n").column(for: role)?.column == name, "\(name)")
      }
    }
  }

  @Test(
    "names that could mean something else are left alone",
    arguments: ["n", "d", "c", "l", "tflops", "train_loss", "loss_m", "params_x", "_m", "1e18"])
  func notRecognized(name: String) throws {
    let table = try runs("\(name),other\n2,3\n")
    #expect(try Role.allCases.allSatisfy { try table.column(for: $0) == nil })
    #expect(try table.values(named: name) == [2])
  }

  @Test("a formula's name is a column first, then a role")
  func names() throws {
    let table = try runs("params_m,D,loss,width\n2,3,4,5\n")
    #expect(try table.values(named: "N") == [2e6])
    #expect(try table.values(named: "params") == [2e6])
    #expect(try table.values(named: "params_m") == [2])
    #expect(try table.values(named: "tokens") == [3])
    #expect(try table.values(named: "L") == [4])
    #expect(try table.values(named: "width") == [5])
    #expect(try table.resolve("height") == nil)
    #expect(errorText { try table.values(named: "widht") } == "runs.csv: no column 'widht'; did you mean 'width'?")
  }

  @Test("the canonical name wins; aliases that differ are an error, equal ones are not")
  func ambiguity() throws {
    #expect(try runs("val_loss,loss\n1,2\n").values(for: .loss) == [2])
    #expect(try runs("val_loss,Loss\n1,2\n").values(for: .loss) == [2])
    #expect(
      errorText { try runs("val_loss,test_loss\n1,2\n").values(for: .loss) }
        == "runs.csv: columns 'val_loss', 'test_loss' could all be 'loss'; choose one with --rename 'val_loss=loss'")
    #expect(
      try runs("D,train_tokens,tokens_b\n1e9,1000000000,1\n2e9,2000000000,2\n").values(for: .tokens) == [1e9, 2e9])
    #expect(try runs("val_loss,test_loss\n1,2\n", renames: ["test_loss": "loss"]).values(for: .loss) == [2])
  }

  @Test("a missing role lists the columns and suggests a renaming")
  func missingRole() throws {
    let table = try runs("params_non_embed,tokns,loss\n1,2,3\n")
    #expect(errorText { try table.values(for: .params) }.contains("--rename 'params_non_embed=params'"))
    #expect(errorText { try table.values(for: .tokens) }.contains("--rename 'tokns=tokens'"))
    #expect(
      errorText { try table.values(named: "C") }.hasPrefix("runs.csv: no column for 'flops' among 'params_non_embed', ")
    )
  }

  @Test("renaming gives columns their roles, and rejects names that are missing or taken")
  func renaming() throws {
    let text = "size,data,y\n1,2,3\n"
    let table = try runs(text, renames: ["size": "params", "data": "D", "y": "loss"])
    #expect(
      try table.values(for: .params) == [1] && table.values(for: .tokens) == [2] && table.values(for: .loss) == [3])
    #expect(table.table.line(ofRow: 0) == 2)
    #expect(try runs(text, renames: ["size": "data", "data": "size"]).values(named: "size") == [2])
    #expect(
      errorText { try runs(text, renames: ["sise": "params"]) } == "runs.csv: no column 'sise'; did you mean 'size'?")
    #expect(
      errorText { try runs(text, renames: ["size": "y"]) }.contains(
        "column 'y': after renaming, two columns have this name"))
    #expect(errorText { try runs(text, renames: ["size": ""]) }.contains("give a name"))
  }

  @Test("flops, tokens and params follow from the other two by C = 6ND")
  func derivation() throws {
    let flops = try runs("params,tokens\n1e9,20e9\n2e9,40e9\n").derivingMissing()
    #expect(try flops.table.values(for: .flops) == [1.2e20, 4.8e20])
    #expect(flops.notes == ["flops was derived as 6·params·tokens for 2 of 2 rows"])
    let tokens = try runs("params_b,C\n1,1.2e20\n").derivingMissing()
    #expect(try tokens.table.values(for: .tokens) == [2e10])
    let params = try runs("tokens,flops\n2e10,1.2e20\n").derivingMissing()
    #expect(try params.table.values(for: .params) == [1e9])
    #expect(params.notes == ["params was derived as flops / (6·tokens) for 1 of 1 rows"])
    let nothing = try runs("params,loss\n1e9,2\n").derivingMissing()
    #expect(nothing.notes.isEmpty && nothing.table.table.columns.count == 2)
  }

  @Test("only missing cells of a column are derived, in the column's own unit")
  func derivationOfCells() throws {
    let result = try runs("params,tokens_b,flops\n1e9,20,\n1e9,,1.2e20\n,20,1.2e20\n1e9,20,1.2e20\n").derivingMissing()
    #expect(result.notes.count == 3)
    #expect(try result.table.values(for: .flops).allSatisfy { $0 == 1.2e20 })
    #expect(try result.table.values(for: .params).allSatisfy { $0 == 1e9 })
    #expect(try result.table.values(named: "tokens_b") == [20, 20, 20, 20])
  }

  @Test("a table that disagrees with 6ND says so")
  func disagreement() throws {
    let result = try runs("params,tokens,flops\n1e9,2e10,1.5e20\n1e9,2e10,1.5e20\n1e9,2e10,1.2e20\n").derivingMissing()
    #expect(
      result.notes == ["flops is 1.25 times 6·params·tokens (median of 3 rows); the column is used as it is"])
    #expect(try runs("params,tokens,flops\n1e9,2e10,1.205e20\n").derivingMissing().notes.isEmpty)
  }

  @Test(
    "an unusable value is named with its line, column and remedy",
    arguments: [("0", "'0'"), ("-1", "'-1'"), ("", "a missing cell"), ("inf", "'inf'"), ("NaN", "a missing cell")])
  func invalid(cell: String, found: String) throws {
    let table = try runs("params_m,loss\n1,2\n2,\(cell)\n3,4\n")
    #expect(
      errorText { try table.validated(for: [.params, .loss]) }
        == "runs.csv:3: column 'loss': expected a finite number above zero, found \(found); correct it, leave such rows out "
        + "with --where, or use --drop-invalid")
    #expect(try table.validated(for: [.params]).isEmpty)
    let dropped = try table.droppingInvalid(for: [.params, .loss])
    #expect(try dropped.table.values(for: .loss) == [2, 4])
    #expect(dropped.droppedLines == [3])
  }

  @Test("dropping every row is an error")
  func allInvalid() throws {
    let table = try runs("loss,run\n-1,a\n,b\n")
    #expect(errorText { try table.droppingInvalid(for: [.loss]) } == "runs.csv: no row has usable values of loss")
  }

  @Test("repeated rows and repeated runs are noted")
  func repeats() throws {
    let notes = try runs("run,loss\na,1\nb,2\na,1\nb,3\n").validated(for: [.loss])
    #expect(
      notes == [
        "1 of 4 rows repeat an earlier row in every column, such as runs.csv:4, the same as line 2",
        "2 of 4 rows repeat the run of an earlier row, such as runs.csv:4, the same as line 2: checkpoints of one run "
          + "are not independent",
      ])
    #expect(try runs("run,loss\na,1\nb,1\n").validated(for: [.loss, .run]).isEmpty)
    #expect(try runs("run_id,run_name,loss\na,x,1\nb,x,1\n").validated(for: [.loss]).isEmpty)
  }

  @Test("the highest losses are dropped, the earlier row first on a tie")
  func highestLoss() throws {
    let table = try runs("loss,id\n3,1\n5,2\n4,3\n5,4\n5,5\n1,6\n")
    let two = try table.droppingHighestLoss(2)
    #expect(try two.table.values(named: "id") == [1, 3, 5, 6])
    #expect(two.droppedLines == [3, 5])
    #expect(try table.droppingHighestLoss(0).table.rowCount == 6)
    #expect(try table.droppingHighestLoss(5).table.values(named: "id") == [6])
    #expect(errorText { try table.droppingHighestLoss(6) }.contains("drop between 0 and 5"))
    #expect(errorText { try table.droppingHighestLoss(-1) }.contains("drop between 0 and 5"))
    #expect(errorText { try runs("loss\n1\nnan\n").droppingHighestLoss(1) }.contains("runs.csv:3: column 'loss'"))
  }
}
