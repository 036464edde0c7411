import Foundation

/// The history of the latest run in a folder of Weights & Biases, and at the end the metrics that only its summary has.
///
/// The folder is that of one run, or has folders of runs (`offline-run-…`), or a folder `wandb` with such.
struct WandbMetrics: MetricsFormat {
  private let folder: String
  private var run: Run?
  private var own = MetricsProblems()

  init(_ folder: String) { self.folder = folder }

  var problems: MetricsProblems {
    var all = own
    for sentence in run?.problems.sentences ?? [] { all.note(sentence) }
    return all
  }

  mutating func read(atEnd: Bool) -> [[String: Double]] {
    let runs = Self.runs(in: folder)
    guard let latest = runs.last else { return [] }
    let name = (latest as NSString).lastPathComponent
    own.state(of: folder, runs.count > 1 ? "it has \(runs.count) runs; the latest is read, \(name)" : nil)
    if run?.folder != latest { run = Run(latest) }
    return run?.read(atEnd: atEnd) ?? []
  }

  /// The folders of runs, the latest last.
  private static func runs(in folder: String) -> [String] {
    if FolderListing.names(in: folder).contains(where: { $0.hasSuffix(".wandb") }) { return [folder] }
    return [folder, "\(folder)/wandb"].flatMap { parent in
      FolderListing.names(in: parent).compactMap { name -> (start: Substring, path: String)? in
        // `offline-run-`, `dryrun-` or `run-`, then when it started and its identifier.
        guard let prefix = name.prefixMatch(of: /(offline-)?run-|dryrun-/) else { return nil }
        let path = "\(parent)/\(name)"
        return FolderListing.isFolder(path) ? (name[prefix.range.upperBound...], path) : nil
      }
    }.sorted { ($0.start, $0.path) < ($1.start, $1.path) }.map(\.path)
  }

  /// One run.
  private struct Run {
    let folder: String
    private var logs: [String: LevelDBLog] = [:]
    /// The history of versions that wrote no log.
    private var history: [String: GrowingLines] = [:]
    /// The metrics that the history has.
    private var known: Set<String> = []
    private var summary: [String: Double] = [:]
    private var told: [String: Double] = [:]
    private(set) var problems = MetricsProblems()

    init(_ folder: String) { self.folder = folder }

    mutating func read(atEnd: Bool) -> [[String: Double]] {
      var found: [[String: Double]] = []
      let names = FolderListing.names(in: folder).filter { $0.hasSuffix(".wandb") }
      for name in names { readLog(name, atEnd: atEnd, &found) }
      if names.isEmpty { readHistory(atEnd: atEnd, &found) }
      for values in found { known.formUnion(values.keys) }
      if atEnd, let rest = restOfSummary() { found.append(rest) }
      return found
    }

    private mutating func readLog(_ name: String, atEnd: Bool, _ found: inout [[String: Double]]) {
      var problems = self.problems
      for message in logs[name, default: LevelDBLog("\(folder)/\(name)")].next(noting: {
        problems.note("\(name): \($0)")
      }) {
        switch WandbRecord(message) {
        case .history(let values): found.append(values)
        case .summary(let values): summary.merge(values) { _, new in new }
        case .other: break
        case nil: problems.note("\(name): a record cannot be read")
        }
      }
      problems.state(of: name, atEnd && logs[name]?.isCut == true ? "it ends in the middle of a record" : nil)
      self.problems = problems
    }

    private mutating func readHistory(atEnd: Bool, _ found: inout [[String: Double]]) {
      for name in ["files/wandb-history.jsonl", "wandb-history.jsonl"] {
        for line in history[name, default: GrowingLines("\(folder)/\(name)")].next(atEnd: atEnd) {
          if var values = JSONNumbers.all(of: line) {
            if let step = values.removeValue(forKey: "_step") { values["step"] = step }
            found.append(values)
          } else if !line.allSatisfy({ $0 <= 32 }) {
            problems.note("\(name): a line is no JSON object")
          }
        }
      }
    }

    /// The summary's metrics beyond the history: those set once, after training.
    private mutating func restOfSummary() -> [String: Double]? {
      for name in ["files/wandb-summary.json", "wandb-summary.json"] {
        guard let text = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
        let values = JSONNumbers.all(of: Array(text))
        problems.state(of: name, values == nil ? "it is no JSON object" : nil)
        summary.merge(values ?? [:]) { _, new in new }
      }
      var rest = summary.filter { !$0.key.hasPrefix("_") && !known.contains($0.key) }
      guard !rest.isEmpty else { return nil }
      rest["step"] = summary["_step"]
      // Not returned twice, if this is called again.
      guard rest.contains(where: { told[$0.key]?.bitPattern != $0.value.bitPattern }) else { return nil }
      told = rest
      return rest
    }
  }
}
