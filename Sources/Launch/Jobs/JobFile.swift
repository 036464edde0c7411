import Documents
import Foundation
import Planning
import Tables
import TrainingCost

/// Jobs as a file describes them, `windtunnel.job/1`: one, or under `runs` several that differ from the rest of the file.
///
/// ```yaml
/// schema: windtunnel.job/1
/// name: pilot
/// engine: {kind: slurm, partition: gpu}
/// trainer: {name: nanogpt, directory: /opt/nanoGPT}
/// model: {layers: 12, hidden: 768, heads: 12, feed_forward: 3072, vocabulary: 50304, gated: false}
/// training: {tokens: 2.5B, sequence: 1024, batch: 480}
/// optimizer: {lr: 6e-4}
/// resources: {gpus: 8, time: 1d}
/// expected: {curve: fit.json}    # the losses along the run, of a multi-power fit
/// runs:
///   - {name: short, training: {tokens: 300M}}
///   - {name: long, after: [short]}
/// ```
///
/// Instead of `runs`, `design: design.json` has the runs of a design, and instead of model, tokens and layout `plan: plan.json`
/// those of a plan.
public struct JobFile: Sendable {
  public static let kind = "job file"

  public let path: String
  /// The file's text.
  public let text: String
  /// The name of the launch.
  public let name: String
  public let engine: EngineChoice
  /// The directory of the jobs and their store.
  public let directory: String
  public let jobs: [JobSpec]

  /// - Parameters:
  ///   - plan: the path of a plan that stands in for that of the file.
  ///   - design: the path of a design that stands in for that of the file.
  ///   - engine: the name of an engine that stands in for that of the file.
  ///   - trainers: those that jobs can name.
  ///   - engines: those that the file can name.
  /// - Throws: `DocumentError` with the place of what is missing or wrong.
  public init(
    path: String, plan: String? = nil, design: String? = nil, engine: String? = nil,
    trainers: TrainerRegistry = .builtIn, engines: EngineRegistry = .builtIn
  ) throws {
    text = try DocumentFile.text(of: path, JobFileEntries.kind, remedy: JobFileEntries.remedy)
    let file = try JobFileEntries.read(text: text, from: path)
    let entries = file.value
    self.path = path
    let launch = entries.run.name ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    name = launch
    try Self.check(name: name) { file.fault("name", $0) }
    self.engine = try engines.choice(entries.engine, from: path, instead: engine)
    directory = entries.directory ?? "runs/\(name)"
    let base = file.node.without(JobFileEntries.launchNames)
    let given = plan ?? entries.run.plan
    var runs = file.node["runs"].map { $0.items.isEmpty ? [$0] : $0.items } ?? []
    if let design = design ?? entries.design {
      guard runs.isEmpty, given == nil else {
        throw DocumentError("\(path): \(design) says which runs are made; leave 'runs' and 'plan' out beside a design")
      }
      runs = try DesignedRun.all(path: design).map { $0.node }
    }
    func job(_ index: Int, _ run: DocumentNode) throws -> JobSpec {
      let reading = try EntriesReading(base.overlaid(by: run), from: path, trainers: trainers)
      let own = run["name"]?.scalar ?? "\(launch)-\(index + 1)"
      try Self.check(name: own) { reading.fault("name", $0) }
      return try JobSpec(reading, name: own, plan: plan ?? run["plan"]?.scalar ?? given)
    }
    jobs =
      try runs.isEmpty
      ? [JobSpec(EntriesReading(base, from: path, trainers: trainers), name: name, plan: given)]
      : runs.enumerated().map(job)
    try checkNames()
  }

  package static func check(name: String, fault: (String) -> DocumentError) throws(DocumentError) {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isPlain, (1...100).contains(name.utf8.count), !name.hasPrefix("."), !name.hasPrefix("-") else {
      throw fault("it should be at most 100 letters, digits, '.', '_' and '-', not '\(name.prefix(60))'")
    }
  }

  private func checkNames() throws(DocumentError) {
    var earlier: Set<String> = []
    for job in jobs {
      // What a job comes after stands before it, so nothing can wait for itself.
      for name in job.after where !earlier.contains(name) {
        throw DocumentError("\(path): job '\(job.name)' comes after '\(name)', which is not a job before it")
      }
      guard earlier.insert(job.name).inserted else {
        throw DocumentError("\(path): two jobs have the name '\(job.name)'; give each its own")
      }
    }
  }
}

/// The entries of a job file: those of a run, and of the launch as a whole.
struct JobFileEntries: Document {
  static let schema = JobSpec.schema
  static let kind = "job file"
  static let isHandwritten = true
  static let remedies: [String: String] = {
    let plan = "it is a plan: write a job file that says the trainer, and add it by '--plan'"
    return [
      PlanDocument.schema: plan, "windtunnel.plan/1": plan,
      DesignDocument.schema: "it is a design: write a job file that says the trainer, and add it by '--design'",
      "windtunnel.search/1": "it is a search: run it by 'windtunnel search run'",
      "windtunnel.loop/1": "it is a closed loop: run it by 'windtunnel loop'",
    ]
  }()
  /// Entries that do not belong to a run.
  static let launchNames: Set = ["schema", "engine", "directory", "runs", "design"]

  var run: JobEntries
  var engine: EngineEntry?
  var directory: String?
  var runs: [JobEntries]?
  var design: String?

  private enum CodingKeys: String, CodingKey {
    case engine, directory, runs, design
  }

  init(from decoder: any Decoder) throws {
    run = try JobEntries(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    engine = try container.decodeIfPresent(EngineEntry.self, forKey: .engine)
    directory = try container.decodeIfPresent(String.self, forKey: .directory)
    runs = try container.decodeIfPresent([JobEntries].self, forKey: .runs)
    design = try container.decodeIfPresent(String.self, forKey: .design)
  }

  func encode(to encoder: any Encoder) throws { try run.encode(to: encoder) }
}
