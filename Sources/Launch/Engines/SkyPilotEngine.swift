import Documents
import Foundation
import Tables

/// Jobs as managed jobs of SkyPilot, on clouds or clusters that it chooses, by its program `sky`.
///
/// A job's folder must be on a bucket or a volume that is mounted at the same path here and there, because its files are read
/// here. Secrets are passed by name: `sky` takes their values from its own environment.
public struct SkyPilotEngine: Engine {
  public struct Options: EngineOptions {
    public static let kind = "skypilot"
    public static let documentExample = "{kind: skypilot, accelerator: H100, mounts: {/mnt/runs: s3://my-runs}}"
    public static let defaults = Options()

    /// The cloud, region or cluster, as `aws/us-east-1` or `k8s/my-cluster`; nil for the cheapest.
    public var infra: String?
    /// The accelerator's name, as `H100`; needed for jobs that take accelerators.
    public var accelerator: String?
    public var usesSpot: Bool
    public var image: String?
    /// Buckets, as `s3://runs`, or local folders that are copied there, by the paths at which jobs have them.
    public var mounts: [String: String]
    /// SkyPilot's volumes, by the paths at which jobs have them.
    public var volumes: [String: String]
    /// A local folder that is copied, and in which jobs begin.
    public var workdir: String?
    /// Names of environment variables.
    public var secrets: [String]
    /// Lines of shell that set up a machine.
    public var setup: [String]
    public var outstanding: Int
    /// The longest wait before SkyPilot is asked again.
    public var poll: WrittenDuration

    enum CodingKeys: String, CodingKey {
      case infra, accelerator, mounts, volumes, workdir, secrets, setup, outstanding, poll
      case usesSpot = "useSpot"
      case image = "imageId"
    }

    public init(
      infra: String? = nil, accelerator: String? = nil, usesSpot: Bool = false, image: String? = nil,
      mounts: [String: String] = [:], volumes: [String: String] = [:], workdir: String? = nil,
      secrets: [String] = [], setup: [String] = [], outstanding: Int = 50, poll: WrittenDuration = .init(60)
    ) {
      (self.infra, self.accelerator, self.usesSpot, self.image) = (infra, accelerator, usesSpot, image)
      (self.mounts, self.volumes, self.workdir) = (mounts, volumes, workdir)
      (self.secrets, self.setup) = (secrets, setup)
      (self.outstanding, self.poll) = (outstanding, poll)
    }

    public func engine() async -> any Engine { SkyPilotEngine(self) }
  }

  public let kind = Options.kind
  public var outstanding: Int? { options.outstanding }
  /// `sky` submits one job at a time, so no batch is submitted in part.
  public let largestBatch = 1
  public var polling: ClosedRange<Duration> { options.poll.polling(least: 15) }
  private let options: Options
  private let program: Program

  public init(_ options: Options) { self.init(options, program: "sky") }

  /// - Parameter program: stands in for `sky`.
  init(_ options: Options, program: String) {
    self.options = options
    self.program = Program(name: program, service: "SkyPilot")
  }

  public func rehearse(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) throws(LaunchError) -> Rehearsal {
    var rehearsal = Rehearsal()
    for (job, name) in zip(jobs, Self.names(batch, Array(jobs.indices))) {
      rehearsal.files.append(.init("\(directory)/\(Self.file(name))", try task(job, name).text(isPretty: true)))
      let words = ["sky"] + launch(name, in: directory)
      rehearsal.commands.append(words.map(CommandTemplate.quoted).joined(separator: " "))
    }
    return rehearsal
  }

  public func submit(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) async throws(LaunchError) -> [String] {
    let names = Self.names(batch, Array(jobs.indices))
    for (job, name) in zip(jobs, names) {
      try JobScript.write(.init(Self.file(name), try task(job, name).text(isPretty: true)), to: directory)
      _ = try await sky(launch(name, in: directory))
    }
    return names
  }

  public func find(
    batch: String, of jobs: [EngineJob], places: [Int], in directory: String
  ) async throws(LaunchError) -> [String]? {
    let names = Self.names(batch, places)
    return Set(try await queue().keys).isSuperset(of: names) ? names : nil
  }

  public func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState] {
    let queue = try await queue()
    return handles.map { queue[$0]?.state ?? .gone("SkyPilot no longer knows it") }
  }

  public func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError) {
    let queue = try await queue()
    let numbers = handles.compactMap { queue[$0] }.filter { !$0.hasEnded }.compactMap(\.jobId)
    guard !numbers.isEmpty else { return }
    _ = try await sky(["jobs", "cancel", "--yes"] + numbers.map(String.init))
  }

  // MARK: - Submission

  private static func names(_ batch: String, _ places: [Int]) -> [String] {
    places.map { KubernetesManifest.label("\(batch)-\($0)") }
  }

  private static func file(_ name: String) -> String { "skypilot/\(name).yaml" }

  private func launch(_ name: String, in directory: String) -> [String] {
    ["jobs", "launch", "--yes", "--detach-run", "--name=\(name)"] + options.secrets.map { "--secret=\($0)" }
      + ["\(directory)/\(Self.file(name))"]
  }

  /// The task as JSON, which is YAML too.
  private func task(_ job: EngineJob, _ name: String) throws(LaunchError) -> JSONTree {
    let (needs, gpus) = (job.resources, job.resources.gpusPerNode)
    guard gpus == 0 || options.accelerator != nil else {
      throw LaunchError("job '\(job.name)' takes accelerators; name them for the engine, as 'accelerator: H100'")
    }
    let shared = Array(options.mounts.filter { $0.value.contains("://") }.keys) + options.volumes.keys
    guard shared.contains(where: { NodeScript.isFolder(job.directory, within: $0) }) else {
      throw LaunchError(
        "job '\(job.name)' has its folder in \(job.directory), which no bucket or volume holds; mount one here, and give it to "
          + "the engine at the same path, as 'mounts: {/mnt/runs: s3://my-runs}'")
    }
    let resources = JSONTree.some([
      "accelerators": gpus > 0 ? options.accelerator.map { .text("\($0):\(gpus)") } : nil,
      "cpus": .text("\(needs.cpusPerNode)+"),
      "memory": needs.memory.map { .text("\(Int(($0 / 1_073_741_824).rounded(.up)))+") },
      "infra": options.infra.map { .text($0) }, "use_spot": .flag(options.usesSpot),
      "image_id": options.image.map { .text($0) },
    ])
    let script = NodeScript(
      rank: "SKYPILOT_NODE_RANK", setup: [],
      more: ["export WINDTUNNEL_MAIN_NODE=\"$(echo \"$SKYPILOT_NODE_IPS\" | head -n 1)\""], limit: job.limit)
    let mounts = options.mounts.mapValues { source -> JSONTree in
      source.contains("://") ? .texts(["source": source, "mode": "MOUNT"]) : .text(source)
    }
    return .some([
      "name": .text(name), "num_nodes": .integer(needs.nodes), "resources": resources,
      "envs": .texts(NodeScript.environment(of: job, owner: "skypilot \(name)")),
      "file_mounts": mounts.isEmpty ? nil : .map(mounts),
      "volumes": options.volumes.isEmpty ? nil : .texts(options.volumes),
      "workdir": options.workdir.map { .text($0) },
      "setup": options.setup.isEmpty ? nil : .text(options.setup.joined(separator: "\n") + "\n"),
      "run": .text(script.text),
    ])
  }

  // MARK: - States

  private struct Row: Decodable {
    let jobId: Int?
    let jobName: String?
    let status: String?
    let failureReason: String?

    var hasEnded: Bool {
      switch state {
      case .gone, .cancelled: true
      case .queued, .stranded, .running: false
      }
    }

    var state: EngineState {
      switch status ?? "" {
      case "PENDING", "SUBMITTED", "": .queued(nil)
      case "STARTING": .queued("its machines are being started")
      case "RECOVERING": .queued("it was interrupted, and is started again elsewhere")
      case "RUNNING", "WINDING_DOWN", "CANCELLING": .running
      case "SUCCEEDED": .gone(nil)
      case "CANCELLED": .cancelled
      case let word: .gone("SkyPilot says \(word)\(failureReason.map { ": \($0.prefix(300))" } ?? "")")
      }
    }
  }

  /// Its managed jobs by name.
  private func queue() async throws(LaunchError) -> [String: Row] {
    let output = try await sky(["jobs", "queue", "--all", "--output=json"])
    // Text for people may come first.
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
    let start = lines.firstIndex { $0 == "[" || $0.hasPrefix("[]") || $0.hasPrefix("[{") }
    let json = start.map { lines[$0...].joined(separator: "\n") } ?? output
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let rows = try? decoder.decode([Row].self, from: Data(json.utf8)) else {
      throw LaunchError("'sky jobs queue' did not answer with a list: \(output.prefix(200))", isUnreachable: true)
    }
    return Dictionary(rows.map { ($0.jobName ?? "", $0) }) { first, _ in first }
  }

  private func sky(_ words: [String]) async throws(LaunchError) -> String {
    let result = try await program.run(words)
    guard result.code != 0 else { return result.output }
    let text = result.errors + "\n" + result.output
    if text.contains("No such option") {
      throw LaunchError("this version of SkyPilot has no 'jobs queue --output json'; install a newer one")
    }
    let reason = text.split(separator: "\n").last.map(String.init) ?? "code \(result.code)"
    throw LaunchError(
      "sky \(words[0]) \(words[1]): \(reason.prefix(300))",
      isUnreachable: Self.temporary.contains { text.contains($0) })
  }

  private static let temporary = [
    "Could not connect to SkyPilot API server", "Connection refused", "Connection reset", "timed out", "Timeout",
    "Temporary failure", "503", "502",
  ]
}

extension SkyPilotEngine.Options: DocumentChecked {
  public func check() throws(DocumentFault) {
    try checkCounts(["outstanding": outstanding])
    try checkVariables("secrets", secrets)
    try checkPaths("mounts", mounts.keys.sorted())
    try checkPaths("volumes", volumes.keys.sorted())
  }
}
