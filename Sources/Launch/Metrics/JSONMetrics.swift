import Foundation

/// An object a line, in the file for metrics and among the lines of the output.
struct JSONLineMetrics: MetricsFormat {
  private var files: [(lines: GrowingLines, isForMetrics: Bool)]
  private(set) var problems = MetricsProblems()

  init(metrics: String, output: String) { files = [(GrowingLines(metrics), true), (GrowingLines(output), false)] }

  init(_ path: String) { files = [(GrowingLines(path), true)] }

  mutating func read(atEnd: Bool) -> [[String: Double]] {
    var found: [[String: Double]] = []
    for index in files.indices {
      for line in files[index].lines.next(atEnd: atEnd) {
        if let numbers = JSONNumbers.top(of: line) {
          found.append(numbers)
        } else if files[index].isForMetrics, !line.allSatisfy({ $0 <= 32 }) {
          problems.note("\(files[index].lines.name): a line is no JSON object")
        }
      }
    }
    return found
  }
}

/// A file that is one JSON object, on as many lines as it likes, written at the end; or one with an object a line, which grows.
struct JSONFileMetrics: MetricsFormat {
  private let path: String
  /// Once there are two objects.
  private var lines: JSONLineMetrics?
  private var own = MetricsProblems()

  init(_ path: String) { self.path = path }

  var problems: MetricsProblems { lines?.problems ?? own }

  mutating func read(atEnd: Bool) -> [[String: Double]] {
    if lines == nil, hasTwoObjects { lines = JSONLineMetrics(path) }
    if lines != nil { return lines?.read(atEnd: atEnd) ?? [] }
    guard atEnd, let text = FileManager.default.contents(atPath: path) else { return [] }
    if let numbers = JSONNumbers.top(of: Array(text)) {
      own = MetricsProblems()
      return [numbers]
    }
    // One object, and a second one that nothing ends.
    var rest = JSONLineMetrics(path)
    let found = rest.read(atEnd: true)
    if found.isEmpty {
      own.state(of: (path as NSString).lastPathComponent, "it is no JSON object")
    } else {
      lines = rest
    }
    return found
  }

  private var hasTwoObjects: Bool {
    let lines = GrowingFile.start(of: path, count: 1 << 20).split(separator: 10, omittingEmptySubsequences: false)
      .dropLast().filter { !$0.allSatisfy { $0 <= 32 } }.prefix(2)
    return lines.count == 2 && lines.allSatisfy { JSONNumbers.top(of: Array($0)) != nil }
  }
}
