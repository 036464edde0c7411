/// A model with further entries beside its own in one mapping: totals that follow from it, for readers of the document.
@dynamicMemberLookup
public struct Extended<Model: Codable & Sendable, More: Codable & Sendable>: Codable, Sendable {
  public var model: Model
  public var more: More

  public init(_ model: Model, _ more: More) { (self.model, self.more) = (model, more) }

  public init(from decoder: any Decoder) throws {
    (model, more) = (try Model(from: decoder), try More(from: decoder))
  }

  public func encode(to encoder: any Encoder) throws {
    try model.encode(to: encoder)
    try more.encode(to: encoder)
  }

  public subscript<Value>(dynamicMember path: KeyPath<Model, Value>) -> Value { model[keyPath: path] }
}
