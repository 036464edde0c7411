import Formulas
import Foundation
import Testing

@testable import ScalingLaws

@Suite struct LawCatalogTests {
  /// The source files of the catalog's laws.
  private func sources() throws -> [(name: String, text: String)] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/ScalingLaws/Catalog")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try files.map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
  }

  /// A law that is written down and not listed would be missed by nobody.
  @Test func everyLawOfTheSourceFolderIsListed() throws {
    let files = try sources()
    #expect(files.count > 15)
    let list = #filePath.replacing(
      "Tests/ScalingLawsTests/LawCatalogTests.swift", with: "Sources/ScalingLaws/Laws/LawCatalog.swift")
    let all = files.map(\.text).joined() + (try String(contentsOfFile: list, encoding: .utf8))
    for (file, text) in files {
      for match in text.matches(of: /func (\w+)\([^{]*?\)\s+throws -> (Law|\[Law\]) \{/) {
        let calls = try all.matches(of: Regex("[. ]\(match.1)\\(")).count
        let declarations = try all.matches(of: Regex("func \(match.1)\\(")).count
        #expect(calls > declarations, "\(file): no list has \(match.1)()")
      }
    }
    let known = try LawCatalog().laws.map(\.name)
    for (file, text) in files {
      for match in text.matches(of: /Law\(\s*name: "([^"\\]+)"/) {
        #expect(known.contains(String(match.1)), "\(file): the catalog lacks \(match.1)")
      }
    }
  }

  @Test func aCatalogHoldsLawsOfOnesOwn() throws {
    let law = Law(
      name: "saturating", title: "loss that levels off", formula: try Formula("E + A/N^alpha"),
      variables: [.init("N", column: "params")],
      parameters: [.positive("E", 0.5...3), .positive("A", 1...1e6), .real("alpha", 0.05...1)],
      presets: [.init(name: "ours", values: [1.7, 400, 0.34], note: "our runs; N counts embeddings")],
      citation: "our notes")
    let catalog = try LawCatalog(laws: LawCatalog().laws + [law])
    #expect(try catalog.law("saturating") == law && catalog.preset("ours").law == law)
    #expect(throws: LawError("there is no law 'saturatin'; did you mean 'saturating'?")) {
      try catalog.law("saturatin")
    }
    #expect(throws: LawError("two laws are named 'saturating'; rename one")) { try LawCatalog(laws: [law, law]) }
    var broken = law
    broken.presets[0].values.removeLast()
    let error = #expect(throws: LawError.self) { try LawCatalog(laws: [broken]) }
    #expect(error?.description.contains("'saturating' is not whole") == true)
    #expect(error?.description.contains("'ours' has 2 values; there are 3 parameters") == true)
  }
}
