import Documents
import Foundation
import Tables
import Testing
import TrainingCost

@testable import Launch

@Suite struct JobFileTests {
  private func read(_ text: String) throws -> JobFile {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try JobFile(path: path)
  }

  private static let base = """
    schema: windtunnel.job/1
    name: pilot
    trainer: {name: nanogpt, directory: /opt/nanoGPT}
    model: {layers: 12, hidden: 768, heads: 12, vocabulary: 50304, gated: false, tied_embeddings: true}
    training: {tokens: 2.5B, sequence: 1024, batch: 480}
    optimizer: {lr: 6e-4}
    resources: {gpus: 8, time: 1d, memory: 64 GB}

    """

  @Test("runs differ from the rest of their file in what they say, entry by entry")
  func runs() throws {
    let file = try read(
      Self.base + """
        settings: {wandb_log: "True"}
        runs:
          - {name: short, training: {tokens: 300M}}
          - {after: [short], settings: {wandb_log: "False"}, training: {seed: 7}}
        """)
    #expect(file.jobs.map(\.name) == ["short", "pilot-2"] && file.directory == "runs/pilot")
    #expect(file.jobs.map(\.training.tokens) == [3e8, 2.5e9])
    #expect(file.jobs.map(\.training.steps) == [610, 5086])
    #expect(file.jobs.map { $0.settings.map(\.value) } == [["True"], ["False"]])
    #expect(file.jobs[1].after == ["short"] && file.jobs[1].training.seed == 7)
    #expect(file.jobs[0].layout.data == 8 && file.jobs[0].layout.microBatch == 60)
    #expect(file.jobs[0].resources.time == 86_400 && file.jobs[0].resources.memory == 64e9)
  }

  @Test("a job's document is read to the same job")
  func document() throws {
    var job = BackEndTests.large("megatron-lm")
    job.settings = [.init("log_interval", "10"), .init("camelCase", "a b")]
    job.environment = ["NCCL_DEBUG": "it's \"quoted\": $HOME", "snakeCase": "1"]
    job.secrets = ["WANDB_API_KEY"]
    job.model.experts = .init(count: 8, active: 2, feedForward: 4096, capacityFactor: 1.25)
    job.optimizer.learningRate = 0.1 + 0.2
    job.checkpoints.evaluateEvery = 5
    job.provenance = .init(plan: "abc", fit: "def", law: "E + 1: x", predictedLoss: 2.1, predictionInterval: [2, 2.2])
    for job in [job, BackEndTests.small("nanogpt")] {
      let again = try #require(try read(job.document()).jobs.first)
      let expected = try JobSpec(sorting: job)
      #expect(again == expected, "\(again)\n\(expected)")
      #expect(JobSpec.Resources(job.resources.description) == job.resources)
    }
  }

  @Test(
    "what is wrong is said with its place",
    arguments: [
      ("trainer: nanogpt", "trainer: {name: nanogpt, directry: /opt}", "did you mean 'directory'"),
      ("lr: 6e-4", "rl: 6e-4", "'rl'"), ("{lr: 6e-4}", "{weight_decay: 0.1}", "lr"),
      ("heads: 12,", "heads: 0,", "whole number"), ("tokens: 2.5B", "tokens: -1", "tokens"),
      ("name: pilot", "name: \"a; rm -rf /\"", "name"), ("name: pilot", "name: ../up", "name"),
      ("batch: 480", "batch: 481", "do not divide"), ("gpus: 8", "gpus: 8, nodes: 0", "nodes"),
      ("resources:", "layout: {data: 4}\nresources:", "4 accelerators"),
      ("resources:", "secrets: [\"A=B\"]\nresources:", "not a name of a variable"),
      ("resources:", "environment: {\"A;B\": x}\nresources:", "not a name of a variable"),
      ("resources:", "after: [other]\nresources:", "not a job before it"),
      ("resources:", "engine: slurn\nresources:", "there is no engine"),
    ])
  func faults(_ old: String, _ new: String, _ words: String) throws {
    let text = Self.base.replacingOccurrences(of: "{name: nanogpt, directory: /opt/nanoGPT}", with: "nanogpt")
      .replacingOccurrences(of: old, with: new)
    let error = #expect(throws: DocumentError.self) { try read(text) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("a team's own trainer is called as its file says, and refuses what it cannot do")
  func ownTrainer() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try """
    schema: windtunnel.trainer/1
    name: ours
    command: [train, --layers, "{layers}", --note, "lr={lr} {{x}"]
    processes: node
    files: {config/a.yaml: "tokens: {tokens}\\n"}
    environment: {SEED: "{seed}"}
    resume: [--resume, "{checkpoint}"]
    metrics: {csv: log.csv}
    names: {loss: lm loss, tokens: {name: tokens_b, factor: 1e9}}
    cannot: [pipeline, wsd]
    handles: [model]
    """.write(toFile: path, atomically: true, encoding: .utf8)
    let trainer = try TrainerFile(path: path)
    let call = trainer.call(BackEndTests.small("ours"), in: "/runs/small")
    #expect(
      call.arguments
        == ["train", "--layers", "12", "--note", "lr=0.0006 {x}"])
    #expect(call.resume == .init(["--resume", "/runs/small/checkpoints"], where: "/runs/small/checkpoints"))
    #expect(call.files == [.init("config/a.yaml", "tokens: 2500000000\n")] && call.environment == ["SEED": "0"])
    #expect(call.metrics == .csv("log.csv") && call.names["tokens"] == MetricName("tokens_b", factor: 1e9))
    #expect(call.unsupported.isEmpty && call.processes == .perNode)
    let refused = trainer.call(BackEndTests.large("ours"), in: "/a").unsupported
    for words in ["of pipeline", "of wsd", "layout.recompute, which is selective", "layout.tensor, which is 2"] {
      #expect(refused.contains { $0.contains(words) }, "\(words): \(refused)")
    }
    // One placeholder has the whole job.
    try "schema: windtunnel.trainer/1\ncommand: [train, \"{job}\"]".write(
      toFile: path, atomically: true, encoding: .utf8)
    let whole = try TrainerFile(path: path).call(BackEndTests.large("ours"), in: "/a")
    #expect(whole.unsupported.isEmpty && whole.arguments == ["train", "/a/job.json"])
    try "schema: windtunnel.trainer/1\ncommand: [train, \"{layer}\"]".write(
      toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: DocumentError.self) { try TrainerFile(path: path) }
    #expect(error?.description.contains("did you mean '{layers}'") == true)
  }
}

extension JobSpec {
  /// Settings have no order in a document.
  fileprivate init(sorting job: JobSpec) throws {
    self = job
    settings.sort { $0.name < $1.name }
  }
}
