import Documents
import Formulas
import Foundation
import Tables
import TrainingCost

/// The coding of the parts of a job, and their checks.
extension JobSpec.Training: DocumentChecked {
  public static let documentExample = "{tokens: 1B, sequence: 2048, batch: 512}"
  public static let documentAlternatives: [JSONSchema.Property] = [
    .init("batch_tokens", .whole, isRequired: false, summary: "Tokens of a step, in place of 'batch'."),
    .init("tokens", .scalar(WrittenTokens.documentKind, example: "300B tokens"), isRequired: false),
  ]

  public func check() throws(DocumentFault) {
    guard tokens >= 1, tokens < 1e18 else { throw DocumentFault("tokens", "it should be from 1 to 1e18") }
    try checkCount(sequence, "sequence")
    try checkCount(batch, "batch")
    guard sequence.multipliedReportingOverflow(by: batch).overflow == false, seed >= 0 else {
      throw DocumentFault("seed", "it should be a whole number from 0")
    }
  }
}

extension JobSpec.Optimizer: DocumentChecked {
  public static let documentExample = "{lr: 6e-4}"
  public static let documentAlternatives: [JSONSchema.Property] = [
    .init("lr", JobEntries.LearningRate.documentForm, isRequired: false)
  ]

  public func check() throws(DocumentFault) {
    guard learningRate > 0, weightDecay >= 0, (0..<1).contains(beta1), (0..<1).contains(beta2), clip ?? 0 >= 0 else {
      throw DocumentFault("lr", "rates, decay and clip should be positive, betas from 0 to 1")
    }
  }

  /// A clip that is left out in a file is 1, so that none is written as 0.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(learningRate, forKey: .learningRate)
    try container.encode(weightDecay, forKey: .weightDecay)
    try container.encode(beta1, forKey: .beta1)
    try container.encode(beta2, forKey: .beta2)
    try container.encode(clip ?? 0, forKey: .clip)
  }
}

extension JobSpec.Schedule: DocumentChecked {
  public static let documentExample = "{kind: cosine, warmup: 2000, final: 0.1}"
  public static let documentAlternatives: [JSONSchema.Property] = [
    .init(
      "warmup", .number, isRequired: false, summary: "Steps of the warm-up, or below 1 their share of the run.")
  ]

  public func check() throws(DocumentFault) {
    guard warmupSteps >= 0, (0...1).contains(finalShare), (0...1).contains(decayShare) else {
      throw DocumentFault("warmup", "it should not be negative, and 'final' and 'decay' be shares from 0 to 1")
    }
  }
}

extension JobSpec.Data {
  public static let documentExample = "{train: [PATH], tokenizer: PATH}"
}

extension JobSpec.Checkpoints: DocumentChecked {
  public static let documentExample = "{every: 1000}"

  public func check() throws(DocumentFault) {
    if let every { try checkCount(every, "every") }
    if let evaluateEvery { try checkCount(evaluateEvery, "evaluate_every") }
  }
}

extension JobSpec.Expected: DocumentChecked {
  public static let documentExample = "{curve: fit.json}"

  public func check() throws(DocumentFault) {
    guard level > 0, level < 1, (0..<1).contains(from ?? 0), end.map({ $0 > 0 }) ?? true,
      endInterval.map({ $0.count == 2 && 0 < $0[0] && $0[0] <= $0[1] }) ?? true
    else {
      throw DocumentFault(
        "interval",
        "it should be between 0 and 1, as 0.9; 'end' a loss, 'end_interval' two, as [2.1, 2.3], and 'from' a share of the run"
      )
    }
  }
}

extension JobSpec.Resources: DocumentChecked {
  public static let documentExample = "{nodes: 2, gpus: 8, time: 12h}"

  enum CodingKeys: String, CodingKey {
    case nodes, gpus, cpus, memory, time
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      nodes: try container.decode(Int.self, forKey: .nodes),
      gpusPerNode: try container.decode(Int.self, forKey: .gpus),
      cpusPerNode: try container.decode(Int.self, forKey: .cpus),
      memory: try container.decodeIfPresent(WrittenBytes.self, forKey: .memory)?.value,
      time: try container.decodeIfPresent(WrittenDuration.self, forKey: .time)?.value)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(nodes, forKey: .nodes)
    try container.encode(gpusPerNode, forKey: .gpus)
    try container.encode(cpusPerNode, forKey: .cpus)
    try container.encodeIfPresent(memory.map { WrittenBytes($0) }, forKey: .memory)
    try container.encodeIfPresent(time.map { WrittenDuration($0) }, forKey: .time)
  }

  public func check() throws(DocumentFault) {
    try checkCount(nodes, "nodes")
    guard (0...1_000_000).contains(gpusPerNode), nodes <= 1_000_000_000 else {
      throw DocumentFault("gpus", "it should be a whole number from 0 to 1000000")
    }
    try checkCount(cpusPerNode, "cpus")
  }
}

extension JobSpec.Trainer: DocumentFormed {
  public static let documentForm = JSONSchema.anyOf([
    .text,
    .object([
      .init("name", .text, isRequired: true, summary: "A known trainer, or the path of a trainer file."),
      .init("directory", .text, isRequired: false, summary: "Where its command is run."),
      .init("python", .text, isRequired: false, summary: "The interpreter of a trainer in Python."),
      .init(
        "program", .anyOf([.list(.text), .text]), isRequired: false,
        summary: "The words by which it is called, in place of its usual script."),
    ]),
  ])
  public static let documentPlaceholder = JobSpec.Trainer("nanogpt")

  enum CodingKeys: String, CodingKey {
    case name, directory, python, program
  }

  public init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      self.init(name)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decode(String.self, forKey: .name),
      directory: try container.decodeIfPresent(String.self, forKey: .directory)
        .map { URL(fileURLWithPath: $0).path },
      python: try container.decodeIfPresent(String.self, forKey: .python) ?? "python3",
      program: try container.decodeIfPresent([String].self, forKey: .program))
  }
}

private func checkCount(_ value: Int, _ name: String) throws(DocumentFault) {
  guard (1...1_000_000_000_000).contains(value) else {
    throw DocumentFault(name, "it should be a whole number from 1 to 1000000000000")
  }
}
