import Foundation

/// The scalars of the event files in a folder and below.
///
/// A tag that is in two folders, as `train` and `validation` of some trainers, goes by its folder too where a name asks for
/// that: `validation/loss`.
struct TensorBoardMetrics: MetricsFormat {
  private let folder: String
  private let wanted: Set<String>
  /// By their paths in the folder.
  private var files: [String: TFRecords] = [:]
  /// The steps of each folder, which may have several files.
  private var steps: [String: StepMetrics] = [:]
  /// In which folder a tag was met first.
  private var homes: [String: String] = [:]
  private(set) var problems = MetricsProblems()

  init(_ folder: String, wanted: Set<String>) { (self.folder, self.wanted) = (folder, wanted) }

  mutating func read(atEnd: Bool) -> [[String: Double]] {
    let paths = FolderListing.files(below: folder).filter { ($0 as NSString).lastPathComponent.contains("tfevents") }
    for path in paths {
      read(path)
      problems.state(of: path, atEnd && files[path]?.isCut == true ? "it ends in the middle of a record" : nil)
    }
    return steps.keys.sorted().flatMap { steps[$0]?.take(atEnd: atEnd) ?? [] }
  }

  private mutating func read(_ path: String) {
    var problems = self.problems
    for message in files[path, default: TFRecords("\(folder)/\(path)")].next(noting: { problems.note("\(path): \($0)") }
    ) {
      guard let event = TensorBoardEvent(message) else {
        problems.note("\(path): a record is no event")
        continue
      }
      let home = (path as NSString).deletingLastPathComponent
      for (tag, value) in event.scalars {
        let name = self.name(of: tag, in: home, &problems)
        steps[home, default: StepMetrics()].add(name, value, step: Double(event.step))
      }
    }
    self.problems = problems
  }

  private mutating func name(of tag: String, in home: String, _ problems: inout MetricsProblems) -> String {
    let full = home.isEmpty ? tag : "\(home)/\(tag)"
    if wanted.contains(full) { return full }
    let first = homes[tag] ?? home
    homes[tag] = first
    if first != home {
      func place(_ folder: String) -> String { folder.isEmpty ? "the folder itself" : "'\(folder)'" }
      problems.state(
        of: tag, "it is in \(place(first)) and in \(place(home)); ask for '\(full)' to have one of them alone")
    }
    return tag
  }
}
