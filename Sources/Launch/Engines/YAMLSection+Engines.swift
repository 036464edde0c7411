import Documents
import Tables

/// What several engines' options have in common.
extension YAMLSection {
  /// How long to wait before an engine is asked again, by its entry `poll`.
  ///
  /// - Parameter least: in seconds, where something just happened.
  func polling(least: Double) throws(DocumentError) -> ClosedRange<Duration>? {
    try quantity("poll", parseDuration).map { .seconds(min($0, least))...(.seconds($0)) }
  }

  /// An absolute path.
  func path(_ key: String, _ text: String) throws(DocumentError) -> String {
    guard text.hasPrefix("/") else { throw fault(key, "'\(text.prefix(60))' should be an absolute path, as /data") }
    return text
  }

  /// Names of environment variables.
  func variables(_ key: String, _ names: [String]) throws(DocumentError) {
    for name in names where !isVariable(name) {
      throw fault(key, "'\(name.prefix(60))' is no name of a variable; use letters, digits and '_', as in HF_TOKEN")
    }
  }
}
