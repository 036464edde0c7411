import Documents
import Testing

@testable import windtunnel

/// The JSON Schemas that 'windtunnel schema' prints.
@Suite struct PrintedFormTests {
  /// A part of which nothing is known would be an empty form.
  @Test(arguments: DocumentTypes.ofLaws.map { $0.name }) func everyPartHasAForm(_ name: String) throws {
    let type = try #require(DocumentTypes.all.first { $0.name == name })
    #expect(type.schemaText.contains("\"schema\"") && !type.schemaText.contains("{}"), "\(name)")
  }

  @Test func everyDocumentHasANameOfItsOwn() {
    #expect(Set(DocumentTypes.names).count == DocumentTypes.names.count && DocumentTypes.names.contains("fit"))
  }
}
