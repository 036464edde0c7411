/// How one kind of trainer writes its metrics, read as they are written.
protocol MetricsFormat {
  /// What is new since the last call, in the trainer's own names. What is half written is kept for later; at the end nothing
  /// is held back that can be read.
  mutating func read(atEnd: Bool) -> [[String: Double]]

  /// What could not be read.
  var problems: MetricsProblems { get }
}

/// What could not be read, each once and with how often.
struct MetricsProblems {
  private var counts: [(text: String, count: Int)] = []
  /// What holds now and may hold no longer at the next look, by what it is about.
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

  /// Says how it stands with a subject; nil where all is well with it.
  mutating func state(of subject: String, _ text: String?) { states[subject] = text }

  var sentences: [String] {
    counts.map { $0.count == 1 ? $0.text : "\($0.text) (\($0.count) times)" }
      + states.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
  }
}
