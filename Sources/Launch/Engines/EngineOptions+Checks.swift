import Documents
import Tables

/// Checks that the options of several engines share.
extension EngineOptions {
  func checkCounts(_ counts: [String: Int]) throws(DocumentFault) {
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) where !(1...1_000_000_000).contains(count) {
      throw DocumentFault(name, "it should be a whole number from 1 to 1000000000")
    }
  }

  func checkPaths(_ name: String, _ paths: [String]) throws(DocumentFault) {
    for path in paths where !path.hasPrefix("/") {
      throw DocumentFault(name, "'\(excerpt(path))' should be an absolute path, as /data")
    }
  }

  func checkVariables(_ name: String, _ variables: [String]) throws(DocumentFault) {
    for variable in variables where !isVariable(variable) {
      throw DocumentFault(
        name, "'\(excerpt(variable))' is not the name of a variable; use letters, digits and '_', as in HF_TOKEN")
    }
  }
}

extension WrittenDuration {
  /// The waits before an engine is asked again, of which this is the longest.
  ///
  /// - Parameter least: the wait after a change, in seconds.
  func polling(least: Double) -> ClosedRange<Duration> { .seconds(min(value, least))...(.seconds(value)) }
}
