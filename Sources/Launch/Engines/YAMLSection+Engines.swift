import Tables

/// What several engines' options have in common.
extension YAMLSection {
  /// How long to wait before an engine is asked again, by its entry `poll`.
  ///
  /// - Parameter least: in seconds, where something just happened.
  func polling(least: Double) throws(FileError) -> ClosedRange<Duration>? {
    try quantity("poll", parseDuration).map { .seconds(min($0, least))...(.seconds($0)) }
  }

  /// An absolute path.
  func path(_ key: String, _ text: String) throws(FileError) -> String {
    guard text.hasPrefix("/") else { throw fault(key, "'\(text.prefix(60))' should be an absolute path, as /data") }
    return text
  }

  /// Names of environment variables.
  func variables(_ key: String, _ names: [String]) throws(FileError) {
    for name in names where !Self.isVariable(name) {
      throw fault(key, "'\(name.prefix(60))' should be an environment variable's name, as HF_TOKEN")
    }
  }

  private static func isVariable(_ name: String) -> Bool {
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    return isPlain && name.first.map { !$0.isNumber } == true
  }
}
