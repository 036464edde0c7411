import Documents
import Testing

@testable import windtunnel

/// The JSON Schemas of what commands print.
@Suite struct PrintedFormTests {
  static let forms = [
    form(PredictCommand.Prediction.self), form(PredictCommand.Curve.self), form(LawsCommand.Listing.self),
  ]

  private static func form<Model: Document>(_ type: Model.Type) -> (String, JSONSchema) {
    (Model.kind, JSONSchema(of: type))
  }

  /// A part of which nothing is known would be an empty form.
  @Test(arguments: forms.indices) func everyPartHasAForm(_ index: Int) {
    let (kind, form) = Self.forms[index]
    #expect(form.text(title: kind).contains("\"schema\"") && !form.text(title: kind).contains("{}"), "\(kind)")
  }
}
