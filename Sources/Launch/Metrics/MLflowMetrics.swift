import Foundation

/// The metrics of the latest run in a folder of MLflow's file store: a file a metric, and in it lines of a time, a value and a
/// step.
///
/// The folder is that of one run, of an experiment or of experiments, or has a folder `mlruns` with such.
struct MLflowMetrics: MetricsFormat {
  private let folder: String
  private var run: MLflowRun?
  /// By the name of the metric.
  private var files: [String: GrowingLines] = [:]
  private var steps = StepMetrics()
  private(set) var problems = MetricsProblems()

  init(_ folder: String) { self.folder = folder }

  mutating func read(atEnd: Bool) -> [[String: Double]] {
    let runs = MLflowRun.all(in: folder)
    guard let latest = runs.last else { return [] }
    let name = (latest.folder as NSString).lastPathComponent
    problems.state(of: folder, runs.count > 1 ? "it has \(runs.count) runs; the latest is read, \(name)" : nil)
    if run?.folder != latest.folder { (run, files, steps) = (latest, [:], StepMetrics()) }
    var points: [Point] = []
    for name in FolderListing.files(below: "\(latest.folder)/metrics") { read(name, of: latest, atEnd: atEnd, &points) }
    // The metrics of a step are in as many files; those of a step that are written twice in one are two records.
    points.sort { ($0.time, $0.step, $0.repetition, $0.name) < ($1.time, $1.step, $1.repetition, $1.name) }
    for group in Self.grouped(points) {
      for point in group { steps.add(point.name, point.value, step: point.step) }
    }
    return steps.take(atEnd: atEnd)
  }

  private struct Point {
    let name: String
    let time: Double
    let value: Double
    let step: Double
    /// The number of times that the metric was read for this step, in this look.
    let repetition: Int
  }

  private struct Moment: Hashable {
    let step: Double
    let repetition: Int
  }

  /// The points of each step together, in the order in which the steps began.
  private static func grouped(_ points: [Point]) -> [[Point]] {
    var groups: [[Point]] = []
    var indices: [Moment: Int] = [:]
    for point in points {
      let moment = Moment(step: point.step, repetition: point.repetition)
      if let index = indices[moment] {
        groups[index].append(point)
      } else {
        indices[moment] = groups.count
        groups.append([point])
      }
    }
    return groups
  }

  private mutating func read(_ name: String, of run: MLflowRun, atEnd: Bool, _ points: inout [Point]) {
    var counts: [Double: Int] = [:]
    for line in files[name, default: GrowingLines("\(run.folder)/metrics/\(name)")].next(atEnd: atEnd) {
      let words = line.split(whereSeparator: { $0 <= 32 }).map { String(decoding: $0, as: UTF8.self) }
      guard !words.isEmpty else { continue }
      // Old versions wrote no step.
      guard words.count > 1, let time = Double(words[0]), let value = Double(words[1]),
        let step = words.count > 2 ? Double(words[2]) : 0, time.isFinite, step.isFinite
      else {
        problems.note("metrics/\(name): a line is no time, value and step")
        continue
      }
      points.append(Point(name: name, time: time, value: value, step: step, repetition: counts[step, default: 0]))
      counts[step, default: 0] += 1
    }
  }
}

/// A run of MLflow's file store.
private struct MLflowRun {
  let folder: String
  /// In milliseconds.
  let start: Double

  /// The runs in a folder that were not deleted, the latest last.
  static func all(in folder: String) -> [MLflowRun] {
    (below(folder, depth: 2) + below("\(folder)/mlruns", depth: 2)).sorted {
      ($0.start, $0.folder) < ($1.start, $1.folder)
    }
  }

  private static func below(_ folder: String, depth: Int) -> [MLflowRun] {
    if let run = MLflowRun(folder) { return [run] }
    guard depth > 0 else { return [] }
    return FolderListing.names(in: folder).filter { !$0.hasPrefix(".") && $0 != "mlruns" }.map { "\(folder)/\($0)" }
      .filter(FolderListing.isFolder).flatMap { below($0, depth: depth - 1) }
  }

  /// Nil for a folder that is no run.
  private init?(_ folder: String) {
    guard let data = FileManager.default.contents(atPath: "\(folder)/meta.yaml") else { return nil }
    var entries: [String: String] = [:]
    for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      entries[String(parts[0])] = parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " '\""))
    }
    guard entries["run_id"] ?? entries["run_uuid"] != nil, entries["lifecycle_stage"] != "deleted" else { return nil }
    self.folder = folder
    start = entries["start_time"].flatMap { Double($0) } ?? -.infinity
  }
}
