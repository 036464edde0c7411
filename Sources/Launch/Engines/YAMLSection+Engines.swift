import Documents
import Tables

/// Entries that the options of several engines share.
extension YAMLSection {
  /// The wait before an engine is asked again, from the entry `poll`.
  ///
  /// - Parameter least: the wait after a change, in seconds.
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
      throw fault(
        key, "'\(name.prefix(60))' is not the name of a variable; use letters, digits and '_', as in HF_TOKEN")
    }
  }
}
