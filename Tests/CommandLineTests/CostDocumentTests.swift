import Documents
import Foundation
import Testing
import TrainingCost

@testable import windtunnel

/// The documents of the cost model's commands: their forms, and that they read back and print the same.
@Suite struct CostDocumentTests {
  @Test func everyFormIsComplete() {
    let forms = [
      LayoutsDocument.schema: JSONSchema(of: LayoutsDocument.self),
      MixedLayoutDocument.schema: JSONSchema(of: MixedLayoutDocument.self),
      CostDocument.schema: JSONSchema(of: CostDocument.self), ShapeDocument.schema: JSONSchema(of: ShapeDocument.self),
      ModelsDocument.schema: JSONSchema(of: ModelsDocument.self),
      AcceleratorsDocument.schema: JSONSchema(of: AcceleratorsDocument.self),
      SplitDocument.schema: JSONSchema(of: SplitDocument.self),
      MixtureDocument.schema: JSONSchema(of: MixtureDocument.self),
      RLPlanDocument.schema: JSONSchema(of: RLPlanDocument.self),
    ]
    for (schema, form) in forms {
      let text = form.text(title: schema)
      // What is left open is `{}`.
      #expect(!text.contains("{}"), "\(text)")
    }
  }

  @Test func storedDocumentsPrintAsTheirCommandsDid() throws {
    let place = try Workplace()
    try place.write(CostTests.steps(rows: 12), to: "steps.csv")
    try expectStored(
      place, LayoutsDocument.self, "layout --model llama-3-8b --cluster 8xH100 --tokens 10B --front 8:16 --top 3"
    ) {
      LayoutsView($0).text
    }
    try expectStored(
      place, MixedLayoutDocument.self, "layout --model llama-3-8b --cluster 8xH100+8xA100 --recompute full"
    ) {
      MixedLayoutView($0).text
    }
    try expectStored(place, CostDocument.self, "cost --model mixtral-8x7b --cluster 32xH100 --tokens 1T --carbon 300") {
      CostView($0).text
    }
    try expectStored(place, ShapeDocument.self, "shape --params 30B --experts 64 --top-k 8") { ShapeView($0).text }
    try expectStored(place, ShapeDocument.self, "shape --model deepseek-v3") { ShapeView($0).text }
    try expectStored(place, ModelsDocument.self, "shape --list") { ModelsView($0).text }
    try expectStored(place, AcceleratorsDocument.self, "hardware") { AcceleratorsView($0).text }
    try expectStored(place, AcceleratorsDocument.self, "hardware V100") { AcceleratorsView($0).text }
    try expectStored(place, CalibrationDocument.self, "cost calibrate steps.csv") { CalibrationView($0).text }
    try expectStored(place, CostCheckDocument.self, "cost check steps.csv --rows") {
      CostCheckView($0, showsRows: true).text
    }
  }
}

/// That the document of a command reads back as written, and prints as the command printed it.
func expectStored<Model: Document>(
  _ place: Workplace, _ type: Model.Type, _ line: String, _ view: (Model) -> String
) throws {
  let table = try place.shell("$W \(line) --output document.json")
  #expect(table.status == 0, "\(table.errors)")
  let document = try Model.read(place.path("document.json")).value
  #expect(try document.json() == String(decoding: place.read("document.json"), as: UTF8.self), "\(line)")
  #expect(view(document) == table.text, "\(line)")
}
