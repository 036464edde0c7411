/// One way in which trainers write metrics, read while they are written.
protocol MetricsFormat {
  /// The metrics since the last call, by the trainer's own names. A record that is half written is kept for later; at the end
  /// everything that can be read is returned.
  mutating func read(atEnd: Bool) -> [[String: Double]]

  /// Records that could not be read.
  var problems: MetricsProblems { get }
}

/// Problems of reading, each once with its count.
struct MetricsProblems {
  private var counts: [(text: String, count: Int)] = []
  /// Problems that may pass, by their subject.
  private var states: [String: String] = [:]
  /// A damaged file must not fill the memory with sentences.
  private static let most = 100

  mutating func note(_ text: String) {
    if let index = counts.firstIndex(where: { $0.text == text }) {
      counts[index].count += 1
    } else if counts.count < Self.most {
      counts.append((text, 1))
    }
  }

  /// Sets the problem of a subject; nil where it has none.
  mutating func state(of subject: String, _ text: String?) { states[subject] = text }

  var sentences: [String] {
    counts.map { $0.count == 1 ? $0.text : "\($0.text) (\($0.count) times)" }
      + states.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
  }
}
