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
  /// What the file holds.
  public let text: String
  /// Of the launch.
  public let name: String
  public let engine: EngineChoice
  /// Where jobs and their store are kept.
  public let directory: String
  public let jobs: [JobSpec]

  private static let launchKeys = ["schema", "engine", "directory", "runs", "design"]
  package static let keys =
    launchKeys + [
      "name", "plan", "trainer", "model", "training", "optimizer", "schedule", "layout", "data", "checkpoints",
      "resources", "retries", "after", "settings", "environment", "secrets", "provenance",
      "expected",
    ]

  /// - Parameters:
  ///   - plan: the path of a plan that stands in for that of the file.
  ///   - design: the path of a design that stands in for that of the file.
  ///   - engine: the name of an engine that stands in for that of the file.
  ///   - trainers: those that jobs can name.
  ///   - engines: those that the file can name.
  /// - Throws: ``DocumentError`` with the place of what is missing or wrong.
  public init(
    path: String, plan: String? = nil, design: String? = nil, engine: String? = nil,
    trainers: TrainerRegistry = .builtIn, engines: EngineRegistry = .builtIn
  ) throws {
    text = try DocumentFile.text(
      of: path, Self.kind, remedy: "a \(Self.kind) is YAML that begins with 'schema: \(JobSpec.schema)'")
    let file = try YAMLSection(
      path: path, text: text, kind: Self.kind, schema: JobSpec.schema, keys: Self.keys,
      remedies: [
        PlanDocument.currentSchema: "it is a plan: write a job file that says the trainer, and add '--plan \(path)'",
        DesignDocument.currentSchema:
          "it is a design: write a job file that says the trainer, and add '--design \(path)'",
        "windtunnel.search/1": "it is a search: 'windtunnel search run \(path)'",
        "windtunnel.loop/1": "it is a closed loop: 'windtunnel loop \(path)'",
      ])
    self.path = path
    name = try file.text("name") ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    try Self.check(name: name, file)
    self.engine = try engines.choice(in: file, instead: engine)
    directory = try file.text("directory") ?? "runs/\(name)"
    let base = Self.launchKeys.reduce(file) { $0.without($1) }
    var runs = try file.sections("runs", example: "[{name: a}, {name: b}]")
    let given = try plan ?? (file.text("plan"))
    if let design = try design ?? file.text("design") {
      guard runs.isEmpty, given == nil else {
        throw DocumentError("\(path): \(design) says which runs are made; leave 'runs' and 'plan' out beside a design")
      }
      runs = try DesignedRun.all(path: design).map { try $0.section(in: file) }
    }
    let launch = name
    func job(_ index: Int, _ run: YAMLSection) throws -> JobSpec {
      try run.checkKeys(Self.keys.filter { !Self.launchKeys.contains($0) })
      let own = try run.text("name") ?? "\(launch)-\(index + 1)"
      try Self.check(name: own, run)
      return try JobSpec(base.overlaid(by: run), name: own, plan: plan ?? run.text("plan") ?? given, trainers: trainers)
    }
    jobs = try runs.isEmpty ? [JobSpec(base, name: name, plan: given, trainers: trainers)] : runs.enumerated().map(job)
    try checkNames()
  }

  /// - Throws: ``DocumentError`` for a name that is not safe as that of a file.
  package static func check(name: String, _ section: YAMLSection) throws(DocumentError) {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isPlain, (1...100).contains(name.utf8.count), !name.hasPrefix("."), !name.hasPrefix("-") else {
      throw section.fault(
        "name", "it should be at most 100 letters, digits, '.', '_' and '-', not '\(name.prefix(60))'")
    }
  }

  private func checkNames() throws(DocumentError) {
    var earlier: Set<String> = []
    for job in jobs {
      // What a job comes after stands before it, so nothing can wait for itself.
      for name in job.after where !earlier.contains(name) {
        throw DocumentError("\(path): job '\(job.name)' comes after '\(name)', which is no job before it")
      }
      guard earlier.insert(job.name).inserted else {
        throw DocumentError("\(path): two jobs have the name '\(job.name)'; give each its own")
      }
    }
  }
}

extension YAMLSection {
  /// An entry that must be there.
  package func needed<Value>(_ key: String, _ example: String, _ value: Value?) throws(DocumentError) -> Value {
    guard let value else { throw fault(key, "it is missing; write \(example)") }
    return value
  }

  /// A number of any size and sign.
  package func number(_ key: String) throws(DocumentError) -> Double? { try quantity(key, parseNumber) }

  /// A whole number, 0 too.
  func whole(_ key: String) throws(DocumentError) -> Int? {
    guard let value = try number(key) else { return nil }
    guard let whole = Int(exactly: value), (0...1_000_000_000_000).contains(whole) else {
      throw fault(key, "it should be a whole number, not negative")
    }
    return whole
  }
}
