/// The name of a property as documents write it: `virtualStages` is `virtual_stages`.
///
/// A run of capitals is a word of its own, all but its last before a small letter: `keyURLText` is `key_url_text`.
func snakeCase(_ name: String) -> String {
  guard name.utf8.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else { return name }
  var words = ""
  let letters = Array(name)
  for (index, letter) in letters.enumerated() {
    if letter.isUppercase, index > 0, letters[index - 1] != "_" {
      let endsRun = index + 1 < letters.count && letters[index + 1].isLowercase
      if !letters[index - 1].isUppercase || endsRun { words.append("_") }
    }
    words += letter.lowercased()
  }
  return words
}

/// A dictionary whose keys are data, not names of properties, and stay as they are.
protocol NamedValues {
  static var keyType: any Any.Type { get }
  static var valueType: any Any.Type { get }
  init()
}

extension Dictionary: NamedValues where Key: CodingKeyRepresentable {
  static var keyType: any Any.Type { Key.self }
  static var valueType: any Any.Type { Value.self }
}

/// An index as a coding key.
struct IndexKey: CodingKey {
  let index: Int

  init(_ index: Int) { self.index = index }
  init?(stringValue: String) { nil }
  init?(intValue: Int) { index = intValue }
  var stringValue: String { "\(index)" }
  var intValue: Int? { index }
}

/// A name as a coding key.
struct NameKey: CodingKey {
  let stringValue: String

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
  var intValue: Int? { nil }
}
