import Documents
import Foundation
import Tables

/// Jobs through the REST API of a Ray cluster's head.
///
/// A job's submission is named by its batch, so that a job that is submitted again is found to be there. Ray's dashboard shows
/// everything that it is told, so secrets are never sent: they must be set in the environment of the cluster's nodes. The jobs'
/// folders must be on a file system that all nodes share.
public struct RayEngine: Engine {
  public struct Options: EngineOptions {
    public static let kind = "ray"
    public static let documentExample = "{kind: ray, address: \"http://head:8265\"}"
    public static let defaults = Options()

    /// The dashboard's address.
    public var address: Address
    /// The local environment variable with the cluster's token, where it needs one.
    public var tokenVariable: String
    /// The most jobs submitted at once: Ray gives up on one that it cannot start in time, by default a quarter of an hour.
    public var outstanding: Int
    /// The longest wait before Ray is asked again.
    public var poll: WrittenDuration

    public init(
      address: Address = .local, tokenVariable: String = "RAY_AUTH_TOKEN", outstanding: Int = 16,
      poll: WrittenDuration = .init(15)
    ) {
      (self.address, self.tokenVariable) = (address, tokenVariable)
      (self.outstanding, self.poll) = (outstanding, poll)
    }

    public func engine() async -> any Engine { RayEngine(self) }
  }

  /// The address of a dashboard, by HTTP.
  public struct Address: DocumentScalar, Sendable, Hashable {
    public static let documentKind = "the address of Ray's dashboard, as \(documentExample)"
    public static let documentExample = "http://localhost:8265"
    /// The dashboard of a cluster on this machine.
    public static let local = Address(url: URL(string: documentExample) ?? URL(fileURLWithPath: "/"))

    public let url: URL
    public var documentText: String { url.absoluteString }

    public init(url: URL) { self.url = url }

    /// - Throws: `DocumentFault` for a text that is not a URL of HTTP.
    public init(documentText: String) throws {
      guard let url = URL(string: documentText), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false
      else { throw DocumentFault(nil, "it should be \(Self.documentKind)") }
      self.init(url: url)
    }
  }

  public let kind = Options.kind
  public var outstanding: Int? { options.outstanding }
  /// A request submits one job, so no batch is submitted in part.
  public let largestBatch = 1
  public var polling: ClosedRange<Duration> { options.poll.polling(least: 1) }
  private let options: Options

  /// The longest that one request may take, in seconds.
  private static let timeout = 30.0
  /// From this number of jobs on, one request asks for all of them.
  private static let many = 4

  public init(_ options: Options) { self.options = options }

  public func rehearse(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) throws(LaunchError) -> Rehearsal {
    let place = url(nil).absoluteString
    var commands: [String] = []
    for (job, id) in zip(jobs, Self.identifiers(batch, Array(jobs.indices))) {
      try check(job)
      let words = [
        "curl", "--request", "POST", "--header", "Content-Type: application/json", "--data",
        Self.request(job, id).text(isPretty: false), place,
      ]
      commands.append(words.map(CommandTemplate.quoted).joined(separator: " "))
    }
    return Rehearsal(commands: commands)
  }

  public func submit(
    _ jobs: [EngineJob], batch: String, in directory: String
  ) async throws(LaunchError) -> [String] {
    let ids = Self.identifiers(batch, Array(jobs.indices))
    for (job, id) in zip(jobs, ids) { try await submit(job, id) }
    return ids
  }

  public func find(
    batch: String, of jobs: [EngineJob], places: [Int], in directory: String
  ) async throws(LaunchError) -> [String]? {
    let ids = Self.identifiers(batch, places)
    let known = try await submissions(ids)
    // An earlier request may still arrive, so under another name a job might run twice.
    for (job, id) in zip(jobs, ids) where known[id] == nil { try await submit(job, id) }
    return ids
  }

  public func look(at jobs: [EngineJob], handles: [String]) async throws(LaunchError) -> [EngineState] {
    let known = try await submissions(handles)
    return handles.map { id in
      known[id]?.state ?? .gone("Ray no longer knows it; was its head restarted?")
    }
  }

  public func cancel(_ jobs: [EngineJob], handles: [String]) async throws(LaunchError) {
    for id in handles {
      let answer = try await call("POST", url(id, "stop"))
      // A new head does not know the jobs of an earlier one.
      if answer.status != 404 { try check(answer) }
    }
  }

  // MARK: - Submission

  private static func identifiers(_ batch: String, _ places: [Int]) -> [String] { places.map { "\(batch)-\($0)" } }

  private static func request(_ job: EngineJob, _ id: String) -> JSONTree {
    let environment = ["WINDTUNNEL_ATTEMPT": "\(job.attempt)", "WINDTUNNEL_OWNER": "ray \(id)"]
    let (cpus, gpus) = (job.resources.cpusPerNode, job.resources.gpusPerNode)
    return .some([
      "submission_id": .text(id),
      "entrypoint": .text("\(job.limit)sh " + CommandTemplate.quoted("\(job.directory)/\(JobScript.fileName)")),
      "entrypoint_num_cpus": .integer(cpus),
      "entrypoint_num_gpus": gpus > 0 ? .integer(gpus) : nil,
      "entrypoint_memory": job.resources.memory.map { .integer(Int($0.rounded(.up))) },
      "metadata": .texts(["name": job.name]),
      "runtime_env": ["env_vars": .texts(environment)],
    ])
  }

  private func check(_ job: EngineJob) throws(LaunchError) {
    guard job.resources.nodes == 1 else {
      throw LaunchError(
        "job '\(job.name)' takes \(job.resources.nodes) nodes; a job of Ray begins on one: launch it by 'kind: slurm', "
          + "'kubernetes' or 'skypilot', or give it one node")
    }
  }

  private func submit(_ job: EngineJob, _ id: String) async throws(LaunchError) {
    try check(job)
    let body = Data(Self.request(job, id).text(isPretty: false).utf8)
    let answer = try await call("POST", url(nil), body)
    if answer.status != 200, answer.text.contains("\(id) already exists") { return }
    try check(answer)
  }

  // MARK: - States

  private struct Submission: Decodable {
    let submissionId: String?
    let status: String
    let message: String?

    var state: EngineState {
      switch status {
      case "PENDING": .queued(message)
      case "RUNNING": .running
      case "SUCCEEDED": .gone(nil)
      case "STOPPED": .cancelled
      default: .gone("Ray says \(status)\(message.map { ": \($0.prefix(300))" } ?? "")")
      }
    }
  }

  private func submissions(_ ids: [String]) async throws(LaunchError) -> [String: Submission] {
    var found: [Submission] = []
    if ids.count < Self.many {
      for id in ids {
        let answer = try await call("GET", url(id))
        if answer.status != 404 { found.append(try read(Submission.self, try check(answer))) }
      }
    } else {
      found = try read([Submission].self, try check(try await call("GET", url(nil))))
    }
    return Dictionary(found.map { ($0.submissionId ?? "", $0) }) { first, _ in first }
  }

  private func read<Value: Decodable>(_ type: Value.Type, _ answer: HTTPCall.Answer) throws(LaunchError) -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do { return try decoder.decode(type, from: answer.body) } catch {
      throw LaunchError(
        "\(options.address.documentText) does not answer as Ray does: \(answer.text.prefix(200))", isUnreachable: true
      )
    }
  }

  private func url(_ id: String?, _ action: String? = nil) -> URL {
    let jobs = options.address.url.appendingPathComponent("api/jobs/")
    guard let id else { return jobs }
    let job = jobs.appendingPathComponent(id)
    return action.map { job.appendingPathComponent($0) } ?? job
  }

  private func call(_ method: String, _ url: URL, _ body: Data? = nil) async throws(LaunchError) -> HTTPCall.Answer {
    let token = ProcessInfo.processInfo.environment[options.tokenVariable].flatMap { $0.isEmpty ? nil : $0 }
    return try await HTTPCall(method, url, body: body, token: token, timeout: Self.timeout).answer()
  }

  @discardableResult
  private func check(_ answer: HTTPCall.Answer) throws(LaunchError) -> HTTPCall.Answer {
    if answer.status == 200 { return answer }
    let reason = answer.text.split(separator: "\n").last.map { ": \($0.prefix(300))" } ?? ""
    let hint = [401, 403].contains(answer.status) ? "; set its token in \(options.tokenVariable)" : ""
    // The head reports a refusal of its agent as a failure of its own.
    let isRefused = answer.text.contains("status code 400") || (400..<500).contains(answer.status)
    throw LaunchError(
      "Ray at \(options.address.documentText) answered with status \(answer.status)\(reason)\(hint)",
      isUnreachable: !isRefused || [408, 429].contains(answer.status))
  }
}

extension RayEngine.Options: DocumentChecked {
  public func check() throws(DocumentFault) {
    try checkCounts(["outstanding": outstanding])
    try checkVariables("token_variable", [tokenVariable])
  }
}
