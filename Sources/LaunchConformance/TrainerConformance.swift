import Foundation
import Launch

extension BackEnd {
  /// The parts of the contract that a trainer breaks; empty for a trainer that keeps it as far as that can be checked without
  /// running anything.
  ///
  /// ```swift
  /// #expect(MyTrainer().violations().isEmpty)
  /// ```
  ///
  /// - Parameters:
  ///   - jobs: what is asked of it; those that it refuses are left out.
  ///   - directory: a job's, an absolute path. Nothing is written there.
  public func violations(jobs: [JobSpec]? = nil, in directory: String = "/runs/conformance") -> [Violation] {
    let jobs = jobs ?? plainJobs(for: self)
    let taken = jobs.filter { call($0, in: directory).unsupported.isEmpty }
    guard !taken.isEmpty else {
      let reasons = Set(jobs.flatMap { call($0, in: directory).unsupported }).sorted()
      return [Violation(.takesPlainJobs, "every job is refused: \(reasons.joined(separator: "; "))")]
    }
    var found: [Violation] = []
    for job in taken {
      let call = self.call(job, in: directory)
      if call != self.call(job, in: directory) {
        found.append(Violation(.sameCall, "two calls of job '\(job.name)' differ"))
      }
      found += lostTraits(self, job, in: directory)
      found += filesOutside(call)
      found += brokenWords(self, job, in: directory)
      found += unreadableMetrics(call, in: directory)
      if call.processes == .perDevice, call.arguments.first != "-m", call.arguments.first?.hasSuffix(".py") != true {
        found.append(
          Violation(.scriptPerDevice, "the first word is '\(call.arguments.first ?? "")', not a script or '-m'"))
      }
    }
    var seen: Set<Violation> = []
    return found.filter { seen.insert($0).inserted }
  }
}

private func lostTraits(_ trainer: any BackEnd, _ job: JobSpec, in directory: String) -> [Violation] {
  JobTrait.all.compactMap { trait in
    guard let (one, other) = trait.pair(from: job) else { return nil }
    let (call, changed) = (trainer.call(one, in: directory), trainer.call(other, in: directory))
    let isNoted = changed.notes.contains { $0.lowercased().contains(trait.word) }
    guard changed == call, changed.unsupported.isEmpty, !isNoted else { return nil }
    return Violation(
      .traitKept(trait.name),
      "'\(trait.name)' of job '\(job.name)' changes nothing in the call, and is neither refused nor noted")
  }
}

private func filesOutside(_ call: TrainerCall) -> [Violation] {
  let own = ["run.sh", "command.sh", "job.json", ExpectedCurve.fileName]
  var names: Set<String> = []
  return call.files.compactMap { file in
    let parts = file.name.split(separator: "/", omittingEmptySubsequences: false)
    if file.name.hasPrefix("/") || parts.contains("..") || parts.contains("") {
      return Violation(.filesInside, "'\(file.name)' is not the name of a file in the job's directory")
    }
    if own.contains(file.name) || parts.first == "attempts" {
      return Violation(.filesInside, "'\(file.name)' is a file of the launch itself")
    }
    return names.insert(file.name).inserted ? nil : Violation(.filesInside, "'\(file.name)' is written twice")
  }
}

/// Texts that a shell would take apart, in every place of a job that takes a text.
private func brokenWords(_ trainer: any BackEnd, _ job: JobSpec, in directory: String) -> [Violation] {
  let hostile = "a b'c\"d$(touch x);e"
  var job = job
  job.data.train = job.data.train.map { _ in "/data/\(hostile)" }
  job.checkpoints.directory = "/checkpoints/\(hostile)"
  job.settings.append(.init("note", hostile))
  let call = trainer.call(job, in: "\(directory)/\(hostile)")
  var found: [Violation] = []
  if call.arguments.first?.isEmpty ?? true { found.append(Violation(.wordsWhole, "the command has no program")) }
  let texts = call.arguments + (call.resume?.arguments ?? []) + Array(call.environment.values)
  if texts.contains(where: { $0.contains("\0") }) {
    found.append(Violation(.wordsWhole, "a word or a variable holds the character 0, where it would end"))
  }
  for name in call.environment.keys.sorted() where name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil {
    found.append(Violation(.wordsWhole, "'\(name)' is not the name of an environment variable"))
  }
  // A word after `sh -c` is a script; what stands in it has to be quoted for the shell.
  for (index, word) in call.arguments.enumerated().dropFirst(2) where call.arguments[index - 1] == "-c" {
    let shell = URL(fileURLWithPath: call.arguments[index - 2]).lastPathComponent
    guard ["sh", "bash", "dash", "zsh"].contains(shell) else { continue }
    if word.contains(hostile) {
      found.append(Violation(.wordsWhole, "a script for \(shell) holds a text of the job that is not quoted: \(word)"))
    }
  }
  if let path = call.resume?.path, !path.hasPrefix("/") {
    found.append(Violation(.wordsWhole, "the checkpoint '\(path)' is not an absolute path"))
  }
  return found
}

private func unreadableMetrics(_ call: TrainerCall, in directory: String) -> [Violation] {
  let path: String? =
    switch call.metrics {
    case .jsonLines, .patterns: nil
    case .file(let path), .csv(let path), .tensorBoard(let path), .wandb(let path), .mlflow(let path): path
    }
  if let path, path.isEmpty || path.split(separator: "/").contains("..") {
    return [Violation(.metricsReadable, "'\(path)' is not a path in the job's directory")]
  }
  do {
    _ = try MetricsReader(
      call.metrics, names: call.names, directory: directory, outputPath: "\(directory)/out",
      metricsPath: "\(directory)/metrics.jsonl")
  } catch {
    return [Violation(.metricsReadable, error.description)]
  }
  return call.names.filter { !$0.value.factor.isFinite || $0.value.factor == 0 || $0.value.name.isEmpty }.map {
    Violation(
      .metricsReadable, "the metric '\($0.key)' has the name '\($0.value.name)' and the factor \($0.value.factor)")
  }
}
