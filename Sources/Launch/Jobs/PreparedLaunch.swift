import Documents
import Formulas
import Foundation
import RunStore
import Tables

/// Jobs made ready for an engine: what their trainers are called with, and the scripts that do it.
public struct PreparedLaunch: Sendable {
  public struct Job: Sendable {
    public let spec: JobSpec
    public let call: TrainerCall
    /// The job's own, an absolute path.
    public let directory: String
    let script: JobScript
    let expected: ExpectedCurve?
  }

  public let jobs: [Job]
  /// An absolute path.
  public let directory: String

  /// - Parameters:
  ///   - specs: what is to be run.
  ///   - path: the file that they come from, for messages.
  ///   - directory: where jobs and their store are kept.
  ///   - trainers: the trainers that jobs can name.
  ///   - allowsUnsupported: whether jobs run without what their trainers cannot do, which then stands in
  ///     ``TrainerCall/notes``.
  /// - Throws: ``UnsupportedJobs`` for what trainers cannot do, all of it; `DocumentError` for an unknown trainer, or a
  ///   fit by which losses are predicted.
  public init(
    _ specs: [JobSpec], from path: String, directory: String, trainers: TrainerRegistry = .builtIn,
    allowsUnsupported: Bool = false
  ) throws {
    let root = URL(fileURLWithPath: directory).path
    self.directory = root
    var refusals = UnsupportedJobs(path: path)
    jobs = try specs.map { spec in
      let folder = "\(root)/jobs/\(spec.name)"
      var call = try trainers.trainer(of: spec, file: path).call(spec, in: folder)
      if allowsUnsupported {
        call.notes += call.unsupported.map { "left out: \($0)" }
      } else {
        for sentence in call.unsupported { refusals.add(sentence, job: spec.name) }
      }
      return Job(
        spec: spec, call: call, directory: folder,
        script: JobScript(call, of: spec, workingDirectory: FileManager.default.currentDirectoryPath),
        expected: try spec.expected.map { try ExpectedCurve($0, of: spec) })
    }
    guard refusals.refusals.isEmpty else { throw refusals }
  }

  /// The files that would be written and the commands that would be run.
  public func rehearse(on engine: any Engine) throws -> Rehearsal {
    var rehearsal = Rehearsal()
    for job in jobs {
      rehearsal.files += try files(of: job).map { .init("\(job.directory)/\($0.name)", $0.text) }
    }
    // What comes before a job has no handle yet.
    let attempts = jobs.map { job in
      EngineJob(
        name: job.spec.name, attempt: 1, directory: job.directory, resources: job.spec.resources,
        after: engine.ordersJobs ? job.spec.after.map { "<\($0)>" } : [])
    }
    for (number, batch) in attempts.batches(of: engine.largestBatch).enumerated() {
      let part = try engine.rehearse(batch, batch: "wt-\(number + 1)", in: directory)
      rehearsal.files += part.files
      rehearsal.commands += part.commands
    }
    return rehearsal
  }

  /// Writes the files of jobs that are new to a store, and adds them.
  ///
  /// - Returns: the number of new jobs.
  /// - Throws: `DocumentError` where a job of that name was launched otherwise, or a secret is not set; ``LaunchError``;
  ///   `StoreError`.
  public func add(to store: JobStore) throws -> Int {
    let known = Dictionary(try store.jobs().map { ($0.name, $0) }) { first, _ in first }
    var news: [JobRecord] = []
    for job in jobs {
      let description = try job.spec.document()
      if let old = known[job.spec.name] {
        guard try JobSpec(document: old.description, path: "\(job.directory)/job.json") == job.spec else {
          throw DocumentError(
            "job '\(job.spec.name)' was launched otherwise in \(directory) (see \(job.directory)/job.json); give it another "
              + "name, or choose another directory")
        }
        continue
      }
      for name in job.spec.secrets where ProcessInfo.processInfo.environment[name] == nil {
        throw DocumentError("job '\(job.spec.name)' needs the secret \(name); set this variable, then launch again")
      }
      for file in try files(of: job) { try JobScript.write(file, to: job.directory) }
      news.append(
        JobRecord(
          name: job.spec.name, description: description, directory: job.directory,
          resources: job.spec.resources.description, after: job.spec.after, retries: job.spec.retries))
    }
    try store.add(news)
    return news.count
  }

  private func files(of job: Job) throws -> [TrainerCall.File] {
    [.init("job.json", try job.spec.document())] + job.script.files
      + (job.expected.map { [.init(ExpectedCurve.fileName, $0.text)] } ?? [])
  }
}

/// Requests of jobs that their trainers cannot meet.
public struct UnsupportedJobs: Error, Sendable, CustomStringConvertible {
  /// A request in a sentence, with an alternative, and the names of the jobs that have it.
  public struct Refusal: Sendable, Hashable {
    public let sentence: String
    public fileprivate(set) var jobs: [String]
  }

  public private(set) var refusals: [Refusal] = []
  private let path: String

  init(path: String) { self.path = path }

  mutating func add(_ sentence: String, job: String) {
    if let index = refusals.firstIndex(where: { $0.sentence == sentence }) {
      refusals[index].jobs.append(job)
    } else {
      refusals.append(Refusal(sentence: sentence, jobs: [job]))
    }
  }

  public var description: String {
    "\(path): the trainer cannot do what is asked:"
      + refusals.map { refusal in
        let others = refusal.jobs.count > 1 ? " and \(refusal.jobs.count - 1) more" : ""
        return "\n  job '\(refusal.jobs[0])'\(others): \(refusal.sentence)"
      }.joined()
  }
}
