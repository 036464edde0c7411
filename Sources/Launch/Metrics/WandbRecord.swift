/// A record of Weights & Biases: a line of the history, or changes of the summary.
enum WandbRecord {
  case history([String: Double])
  case summary([String: Double])
  case other

  /// Nil for a damaged message.
  init?(_ message: [UInt8]) {
    guard ProtobufFields.isSound(message[...]) else { return nil }
    self = .other
    for case (let number, .bytes(let body)) in ProtobufFields(message[...]) {
      switch number {
      case 2: self = .history(Self.history(body))
      case 3: self = .summary(Self.numbers(of: body))
      default: break
      }
    }
  }

  private static func history(_ message: ArraySlice<UInt8>) -> [String: Double] {
    var values = numbers(of: message)
    // The step is among the metrics, and beside them, where a zero is left out.
    var step: Double = 0
    for case (2, .bytes(let body)) in ProtobufFields(message) {
      for case (1, .varint(let number)) in ProtobufFields(body) { step = Double(Int64(bitPattern: number)) }
    }
    values["step"] = values.removeValue(forKey: "_step") ?? step
    return values
  }

  private static func numbers(of message: ArraySlice<UInt8>) -> [String: Double] {
    var values: [String: Double] = [:]
    for case (1, .bytes(let item)) in ProtobufFields(message) {
      values.merge(numbers(ofItem: item)) { _, new in new }
    }
    return values
  }

  /// A key, or the keys of nested groups, and a value as JSON or, of newer versions, as it is.
  private static func numbers(ofItem message: ArraySlice<UInt8>) -> [String: Double] {
    var keys: [String] = []
    var number: Double?
    var json: String?
    for (field, value) in ProtobufFields(message) {
      switch field {
      case 1, 2: keys += value.text.map { [$0] } ?? []
      case 5: number = value.zigzag.map { Double($0) }
      case 6: number = value.double
      case 8, 16: json = value.text
      default: break
      }
    }
    let key = keys.joined(separator: ".")
    guard !key.isEmpty else { return [:] }
    if let number = number ?? json.flatMap(JSONNumbers.single) { return [key: number] }
    let nested = json.flatMap { JSONNumbers.all(of: Array($0.utf8)) } ?? [:]
    return Dictionary(uniqueKeysWithValues: nested.map { ("\(key).\($0.key)", $0.value) })
  }
}
