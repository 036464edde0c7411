import Foundation
import Tables
import Testing

/// The folder of public run tables next to the checkout; a copy of the project alone does not have it.
private let lawsFolder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("shared/data/laws").path

@Suite(
  "Public run tables", .enabled(if: FileManager.default.fileExists(atPath: lawsFolder), "../shared/data is not there"))
struct PublicTablesTests {
  private func runs(_ file: String) throws -> RunTable { try RunTable(Table.read("\(lawsFolder)/\(file)")) }

  @Test("the Chinchilla extraction has its 245 usable rows, 240 without the highest losses")
  func chinchilla() throws {
    let table = try runs("chinchilla_epoch_svg.csv")
    #expect(table.rowCount == 245)
    #expect(try table.validated(for: [.params, .tokens, .flops, .loss]).allSatisfy { $0.contains("repeat") })
    #expect(try table.values(for: .loss)[0] == 5.005581996196243)
    let kept = try table.droppingHighestLoss(5)
    #expect(kept.table.rowCount == 240 && kept.droppedLines.count == 5)
    #expect(try table.derivingMissing().notes.isEmpty)
  }

  @Test("single letters, unit suffixes and equal aliases are understood")
  func names() throws {
    #expect(try runs("kyotakano_chinchilla_234.csv").values(for: .params)[0] == 73_824_672)
    #expect(try runs("obsscaling_base_llm.csv").values(for: .flops)[0] == 84e21)
    #expect(try runs("misfitting_final_ckpt.csv").values(for: .tokens)[0] == 16_777_216_000)
    #expect(try runs("protein_training_curves.csv").values(for: .flops)[0] == 4.562384e18)
    #expect(try runs("zhang_cbs_steps_to_target.csv").values(for: .params)[0] == 85e6)
  }

  @Test(
    "tables have the rows and columns that Python's csv module finds",
    arguments: [
      ("bnsl_benchmark_lang.csv", 1399, 6), ("published_parameters.csv", 275, 7), ("olmo_ladder_step2.csv", 11_216, 8),
      ("gadre_overtraining_104.csv", 69, 70), ("protein_training_curves.csv", 44_512, 7), ("steplaw_moe.csv", 708, 30),
    ])
  func shapes(file: String, rows: Int, columns: Int) throws {
    let table = try Table.read("\(lawsFolder)/\(file)")
    #expect(table.rowCount == rows && table.columns.count == columns)
  }
}
