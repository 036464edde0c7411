import Foundation

/// Jobs as JobSets or PyTorchJobs of a Kubernetes cluster, by kubectl.
///
/// The launch's folder must lie on a volume that is mounted at the same path here and there. Secrets are those of the cluster;
/// their values never pass through here.
public struct KubernetesEngine: Engine {
  public let kind = Options.kind
  public var outstanding: Int? { options.outstanding }
  public var largestBatch: Int { min(50, options.outstanding) }
  public var polling: ClosedRange<Duration> { options.poll.polling(least: 2) }
  private let options: Options
  private let program: Program

  public init(_ options: Options) { self.init(options, program: "kubectl") }

  /// - Parameter program: stands in for kubectl.
  init(_ options: Options, program: String) {
    self.options = options
    self.program = Program(name: program, service: "Kubernetes")
  }

  public func rehearse(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) throws(LaunchError) -> Rehearsal {
    let words = ["kubectl"] + arguments(["apply", "--filename=\(directory)/\(Self.file(batch))"])
    return Rehearsal(
      files: [try manifests(jobs, Array(jobs.indices), batch, in: directory)],
      commands: [words.map(CommandTemplate.quoted).joined(separator: " ")])
  }

  public func submit(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) async throws(LaunchError) -> [String] {
    try await apply(jobs, Array(jobs.indices), batch, in: directory)
  }

  public func find(
    batch: String, of jobs: [EngineJob], places: [Int], in directory: String
  ) async throws(LaunchError) -> [String]? {
    let label = "\(KubernetesManifest.batchLabel)=\(KubernetesManifest.label(batch))"
    let found = Set(try await items(resource, label).map(\.metadata.name))
    let names = names(jobs, places, batch)
    if found.isEmpty { return nil }
    // A part was submitted: the rest is submitted now, under the same names.
    return found.isSuperset(of: names) ? names : try await apply(jobs, places, batch, in: directory)
  }

  public func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState] {
    let objects = try await items(resource, KubernetesManifest.managedBy)
    let states = Dictionary(objects.map { ($0.metadata.name, $0.state) }) { first, _ in first }
    let isWaiting = handles.contains { if case .queued = states[$0] { true } else { false } }
    // The pods say why a job waits, where permissions allow to list them.
    let pods = isWaiting ? (try? await items("pods", KubernetesManifest.managedBy)) ?? [] : []
    let byJob = Dictionary(grouping: pods) { $0.metadata.labels?[KubernetesManifest.jobLabel] ?? "" }
    return handles.map { name in
      guard let state = states[name] else { return .gone("it is no longer in the cluster; was it deleted?") }
      guard case .queued(let reason) = state, let pods = byJob[name] else { return state }
      if pods.allSatisfy({ $0.status?.phase == "Running" }) { return .running }
      return .queued(pods.lazy.compactMap(\.troubles).first ?? reason)
    }
  }

  public func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError) {
    for chunk in handles.chunks(of: 200) {
      _ = try await kubectl(["delete", resource, "--ignore-not-found", "--wait=false"] + chunk)
    }
  }

  // MARK: - Submission

  private static func file(_ batch: String) -> String { "kubernetes/\(batch).json" }

  private var resource: String {
    options.kind == .jobset ? "jobsets.jobset.x-k8s.io" : "pytorchjobs.kubeflow.org"
  }

  private func names(_ jobs: [EngineJob], _ places: [Int], _ batch: String) -> [String] {
    zip(jobs, places).map { KubernetesManifest($0, place: $1, batch: batch, options).name }
  }

  private func manifests(
    _ jobs: [EngineJob], _ places: [Int], _ batch: String, in directory: String
  ) throws(LaunchError) -> TrainerCall.File {
    for job in jobs where !options.volumes.contains(where: { NodeScript.isFolder(job.directory, within: $0.path) }) {
      throw LaunchError(
        "job '\(job.name)' has its folder in \(job.directory), which no volume holds; give the engine one at the same path, "
          + "as 'volumes: [{claim: NAME, path: \(directory)}]', or launch into a folder of one")
    }
    let items = zip(jobs, places).map { KubernetesManifest($0, place: $1, batch: batch, options).tree }
    let list: JSONTree = ["apiVersion": "v1", "kind": "List", "items": .list(items)]
    return .init("\(directory)/\(Self.file(batch))", list.text(isPretty: true))
  }

  private func apply(
    _ jobs: [EngineJob], _ places: [Int], _ batch: String, in directory: String
  ) async throws(LaunchError) -> [String] {
    let file = try manifests(jobs, places, batch, in: directory)
    try JobScript.write(.init(Self.file(batch), file.text), to: directory)
    do {
      _ = try await kubectl(["apply", "--filename=\(file.name)"])
    } catch {
      guard !error.isUnreachable else { throw error }
      // Some may have been accepted before one was refused: a batch is submitted whole or not at all.
      let label = "\(KubernetesManifest.batchLabel)=\(KubernetesManifest.label(batch))"
      do {
        _ = try await kubectl(["delete", resource, "--ignore-not-found", "--wait=false", "--selector=\(label)"])
      } catch let other where other.isUnreachable {
        throw other
      } catch {}
      throw error
    }
    return names(jobs, places, batch)
  }

  // MARK: - States

  private func items(_ resource: String, _ label: String) async throws(LaunchError) -> [KubernetesObject] {
    let output = try await kubectl(["get", resource, "--selector=\(label)", "--output=json"])
    do {
      return try JSONDecoder().decode(KubernetesObject.List.self, from: Data(output.utf8)).items
    } catch {
      throw LaunchError("kubectl did not answer with a list: \(output.prefix(200))", isUnreachable: true)
    }
  }

  private func arguments(_ words: [String]) -> [String] {
    [options.context.map { "--context=\($0)" }, options.namespace.map { "--namespace=\($0)" }].compactMap { $0 } + words
  }

  private func kubectl(_ words: [String]) async throws(LaunchError) -> String {
    let result = try await program.run(
      ["--request-timeout=60s"] + arguments(words))
    guard result.code != 0 else { return result.output }
    // A library logs to the same stream.
    let reason = result.errors.split(separator: "\n").filter { !$0.contains("memcache.go") }.joined(separator: "; ")
    throw LaunchError(
      "kubectl \(words[0]): \(reason.isEmpty ? "code \(result.code)" : String(reason.prefix(400)))",
      isUnreachable: Self.temporary.contains { result.errors.contains($0) })
  }

  private static let temporary = [
    "Unable to connect to the server", "connection refused", "was refused", "i/o timeout", "TLS handshake timeout",
    "no such host", "context deadline exceeded", "connection lost", "connection reset", "unexpected EOF",
    "TooManyRequests",
    "too many requests", "ServiceUnavailable", "unable to handle the request", "etcdserver", "failed calling webhook",
    "Client.Timeout", "currently unable", "network is unreachable",
  ]
}
