import Documents
import Testing

@testable import windtunnel

/// The JSON Schemas that 'windtunnel schema' prints.
@Suite struct PrintedFormTests {
  /// A part of which nothing is known would be an empty form.
  @Test(arguments: DocumentTypes.names) func everyPartHasAForm(_ name: String) throws {
    let type = try #require(DocumentTypes.all.first { $0.name == name })
    #expect(type.schemaText.contains("\"schema\"") && !type.schemaText.contains("{}"), "\(name)")
  }

  @Test func everyDocumentHasANameOfItsOwn() {
    // Fits by different approaches share a schema.
    let schemas = Set(DocumentTypes.all.map { $0.schema })
    #expect(Set(DocumentTypes.names).count == schemas.count && schemas.count == DocumentTypes.all.count - 1)
  }
}
