import Foundation

/// A document of a kind, whose schema is known.
///
/// - Throws: ``PlanError`` if it is none, is of another major version, or lacks something.
func decoded<Document: Decodable>(
  _ kind: String, schema: String, _ json: Data, by decoder: JSONDecoder
) throws(PlanError) -> Document {
  do {
    let head = try decoder.decode(DocumentHead.self, from: json)
    guard head.schema == schema else {
      throw PlanError("the \(kind)'s schema is '\(head.schema)', but this version reads '\(schema)'")
    }
    return try decoder.decode(Document.self, from: json)
  } catch let error as PlanError {
    throw error
  } catch {
    throw PlanError("cannot read the \(kind): \(explained(error))")
  }
}

/// What is wrong with a document that cannot be read or written, with the place.
func explained(_ error: any Error) -> String {
  func place(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "the document" : "'\(path.map(\.stringValue).joined(separator: "."))'"
  }
  switch error {
  case DecodingError.keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing"
  case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
    return "\(place(context.codingPath)) is not of the kind it should be"
  case DecodingError.dataCorrupted(let context): return "\(place(context.codingPath)) is not valid JSON"
  case EncodingError.invalidValue(_, let context): return "\(place(context.codingPath)) is not a finite number"
  default: return "\(error)"
  }
}

private struct DocumentHead: Decodable {
  let schema: String
}
