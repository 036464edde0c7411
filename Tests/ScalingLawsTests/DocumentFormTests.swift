import Documents
import ScalingLaws
import Testing

/// The JSON Schemas of documents, which come from their models.
@Suite struct DocumentFormTests {
  static let forms: [(kind: String, form: JSONSchema)] = [
    form(FitDocument.self), form(FitsDocument.self), form(ProfileDocument.self), form(LawFile.self),
    form(BatchDocument.self), form(DensityDocument.self), form(ObservationDocument.self),
    form(SelectionDocument.self), form(LawComparison.self), form(Calibration.self),
  ]

  private static func form<Model: Document>(_ type: Model.Type) -> (String, JSONSchema) {
    (Model.kind, JSONSchema(of: type))
  }

  /// The names on the way to each part of which nothing is known.
  private func unknown(_ form: JSONSchema) -> [String] {
    switch form {
    case .any: ["?"]
    case .list(let item), .map(let item): unknown(item).map { "[]." + $0 }
    case .object(let properties):
      properties.isEmpty
        ? ["{}"] : properties.flatMap { property in unknown(property.schema).map { "\(property.name)." + $0 } }
    case .anyOf(let forms), .open(let forms): forms.flatMap(unknown)
    case .null, .flag, .whole, .number, .text, .word, .scalar, .constant, .choice: []
    }
  }

  @Test(arguments: forms.indices) func everyPartHasAForm(_ index: Int) {
    let (kind, form) = Self.forms[index]
    #expect(unknown(form) == [], "\(kind)")
    guard case .object(let properties) = form else { return #expect(Bool(false), "\(kind) is no object") }
    #expect(properties.first?.name == "schema" && properties.count > 5)
  }

  @Test func theFormOfAFitHoldsItsLawWhole() throws {
    guard case .object(let properties) = JSONSchema(of: FitDocument.self),
      case .object(let law)? = properties.first(where: { $0.name == "law" })?.schema
    else { return #expect(Bool(false)) }
    let optional = ["trade_off", "active_ratio"]
    let required = [
      "formula", "name", "family", "title", "target", "variables", "parameters", "objective", "presets", "notes",
      "citation",
      "fixed",
    ]
    #expect(Set(law.filter(\.isRequired).map(\.name)) == Set(required))
    #expect(Set(law.filter { !$0.isRequired }.map(\.name)) == Set(optional))
  }
}
