import Foundation
import Testing
import TrainingCost

@testable import Launch
@testable import LaunchConformance

/// What back ends make of two jobs, beside golden files in `Golden/`. With `WINDTUNNEL_WRITE_GOLDEN=1` these are written anew,
/// to be read before they are kept.
@Suite struct BackEndTests {
  /// A small GPT on one node, data-parallel only, which every trainer should manage.
  static func small(_ trainer: String) -> JobSpec {
    JobSpec(
      name: "small", trainer: .init(trainer),
      model: TransformerShape(
        layers: 12, hidden: 768, feedForward: 3072, heads: 12, vocabulary: 50304, isGated: false, tiesEmbeddings: true,
        biases: .none, norm: .layerWithoutBias, learnedPositions: 1024),
      training: .init(tokens: 2.5e9, sequence: 1024, batch: 480),
      optimizer: .init(learningRate: 6e-4), schedule: .init(kind: .cosine, warmupSteps: 250),
      layout: Layout(data: 8, microBatch: 12, sharding: .none),
      data: .init(train: ["openwebtext"], validation: ["openwebtext-val"], tokenizer: "gpt2"),
      checkpoints: .init(every: 1000, evaluateEvery: 500),
      resources: .init(gpusPerNode: 8, cpusPerNode: 64, time: 86_400))
  }

  /// A Llama of 8B on eight nodes with tensor and pipeline parallelism, grouped queries and a stable phase.
  static func large(_ trainer: String) -> JobSpec {
    JobSpec(
      name: "large", trainer: .init(trainer, directory: "/opt/trainer"),
      model: TransformerShape(
        layers: 32, hidden: 4096, feedForward: 14336, heads: 32, keyValueHeads: 8, vocabulary: 128_256),
      training: .init(tokens: 1e12, sequence: 8192, batch: 512, seed: 3),
      optimizer: .init(learningRate: 3e-4), schedule: .init(kind: .wsd, warmupSteps: 2000, finalShare: 0),
      layout: Layout(
        data: 16, tensor: 2, pipeline: 2, microBatch: 1, sharding: .optimizer, sequenceParallel: true,
        recomputation: .selective),
      data: .init(train: ["/data/web", "/data/code"], validation: ["/data/held-out"], tokenizer: "/data/tokenizer"),
      checkpoints: .init(every: 2000, directory: "/checkpoints/large"),
      resources: .init(nodes: 8, gpusPerNode: 8, cpusPerNode: 96), environment: ["NCCL_DEBUG": "WARN"])
  }

  @Test("a back end calls its trainer as in its golden file", arguments: TrainerRegistry.builtIn.trainers.map(\.name))
  func golden(_ name: String) throws {
    let backEnd = try #require(TrainerRegistry.builtIn.named(name))
    let text = [Self.small(name), Self.large(name)].map { job in
      Self.text(backEnd.call(job, in: "/runs/\(job.name)"), of: job.name)
    }.joined(separator: "\n")
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/\(name).txt")
    if ProcessInfo.processInfo.environment["WINDTUNNEL_WRITE_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try text == String(contentsOf: file, encoding: .utf8))
  }

  /// A Llama on one node, which trainers without model parallelism manage too.
  static func medium(_ trainer: String) -> JobSpec {
    var job = large(trainer)
    (job.name, job.layout, job.resources.nodes) = ("medium", Layout(data: 8, microBatch: 2, sharding: .parameters), 1)
    (job.data.train, job.schedule) = (["/data/web"], .init(kind: .cosine, warmupSteps: 2000))
    job.data.validation = []
    return job
  }

  /// A mixture of experts on two nodes, which share out the state.
  private static func sparse(_ trainer: String) -> JobSpec {
    var job = medium(trainer)
    (job.name, job.resources.nodes) = ("sparse", 2)
    job.model = TransformerShape(
      layers: 16, hidden: 2048, feedForward: 8192, heads: 16, keyValueHeads: 8, vocabulary: 50304,
      experts: .init(count: 8, active: 2, feedForward: 4096))
    job.layout = Layout(data: 16, microBatch: 2, sharding: .parameters, recomputation: .full)
    return job
  }

  /// The calls of a trainer for the jobs that it takes, and for each of them with one choice changed.
  private static func calls(_ name: String) throws -> [(name: String, call: TrainerCall)] {
    let backEnd = try #require(TrainerRegistry.builtIn.named(name))
    var jobs: [(String, JobSpec)] = []
    for job in [small(name), medium(name), large(name), sparse(name)] {
      jobs.append((job.name, job))
      for trait in JobTrait.all where trait.name != "settings" {
        guard let (one, other) = trait.pair(from: job) else { continue }
        jobs += [("\(job.name) before \(trait.name)", one), ("\(job.name) with \(trait.name)", other)]
      }
    }
    var seen: Set<[String]> = []
    return jobs.compactMap { name, job in
      let call = backEnd.call(job, in: "/runs/\(job.name)")
      guard call.unsupported.isEmpty, seen.insert(call.arguments + call.files.map(\.text)).inserted else { return nil }
      return (name, call)
    }
  }

  @Test("a trainer's own parser gives back what it is called with", arguments: TrainerParsers.names)
  func parsers(_ name: String) throws {
    let calls = try Self.calls(name)
    try #require(!calls.isEmpty)
    let input = try JSONSerialization.data(
      withJSONObject: calls.map { name, call in
        ["name": name, "arguments": call.arguments, "files": Dictionary(call.files.map { ($0.name, $0.text) }) { $1 }]
          as [String: Any]
      })
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", TrainerParsers.script(name).path]
    let (stdin, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (stdin, output, output)
    try process.run()
    // Many calls are more than a pipe holds, and answers may come before the last was read.
    let writing = Thread {
      try? stdin.fileHandleForWriting.write(contentsOf: input)
      try? stdin.fileHandleForWriting.close()
    }
    writing.start()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if process.terminationStatus == 77 { try Test.cancel("\(name) is not installed: \(text)") }
    #expect(process.terminationStatus == 0, "of \(calls.count) calls: \(text)")
  }

  private static func text(_ call: TrainerCall, of job: String) -> String {
    var lines = ["## \(job)", "", "processes: \(call.processes.rawValue)"] + call.arguments
    if let resume = call.resume { lines.append("with \(resume.path): \(resume.arguments.joined(separator: " "))") }
    lines += call.environment.sorted { $0.key < $1.key }.map { "env \($0.key)=\($0.value)" }
    lines.append("metrics: \(call.metrics.summary)")
    lines += call.names.sorted { $0.key < $1.key }.map { "metric \($0.key): \($0.value.name) x \($0.value.factor)" }
    lines += call.unsupported.map { "unsupported: \($0)" } + call.notes.map { "note: \($0)" }
    for file in call.files { lines += ["", "### \(file.name)", file.text] }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The scripts of `Parsers/` that read a call as its trainer would. The parsers of GPT-NeoX, nanoGPT and llm.c are in no
/// package, and these have no script.
private enum TrainerParsers {
  static let names = TrainerRegistry.builtIn.trainers.map(\.name).filter {
    FileManager.default.fileExists(atPath: script($0).path)
  }

  static func script(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Parsers/\(name).py")
  }
}
