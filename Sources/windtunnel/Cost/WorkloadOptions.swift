import ArgumentParser
import Foundation
import Tables
import TrainingCost

/// The model and workload to train.
struct WorkloadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A published model, as 'windtunnel shape --list' names it.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("A config.json of the Hugging Face hub.", valueName: "file"))
  var config: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("A size, for the first shape that 'windtunnel shape --params' proposes.", valueName: "count"))
  var params: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens of a sequence; default: the model's own, at most 8192.", valueName: "tokens"))
  var sequence: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("A step's batch in tokens, rounded to whole sequences: 4M.", valueName: "tokens"))
  var batch = "4M"

  @Option(help: "Precision of the matrix products: bf16, fp16, fp8, fp4 or fp32.")
  var precision = Precision.bf16

  @Option(help: "Attention kernel: flash (FlashAttention-2), flash3 (also cuDNN's) or unfused.")
  var attention = AttentionKernel.flash

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Bytes of a gradient as it is summed over replicas.", valueName: "bytes"))
  var gradientBytes = 4.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bytes of a logit in the loss: 10 with a copy in 32 bits, 4 if the loss is one fused kernel.",
      valueName: "bytes"))
  var logitBytes = 10.0

  func validate() throws {
    let given = [params != nil, model != nil, config != nil].count { $0 }
    if given != 1 {
      throw ValidationError("give a model: one of --model llama-3-8b, --config config.json and --params 7B")
    }
  }

  /// The workload, with its assumptions.
  func workload() throws -> (workload: TrainingWorkload, name: String, notes: [String]) {
    var notes: [String] = []
    let shape: TransformerShape
    let name: String
    var own: Int?
    if let params {
      let size = try parseCount(params, of: .params)
      guard let proposal = try proposeShapes(params: size, options: ShapeOptions()).first else {
        throw UsageError("there is no shape near \(params); name a model with --model")
      }
      shape = proposal.shape
      name = "\(formatParams(Double(shape.parameters.total))) model"
      notes.append(
        "The shape is proposed: \(shape.layers) layers of \(shape.hidden), \(shape.heads) heads, MLPs of "
          + "\(shape.feedForward), vocabulary \(shape.vocabulary).")
    } else if let config {
      let read = try ModelConfiguration(path: config)
      (shape, name, own) = (read.shape, config, read.context)
      notes += read.notes
    } else {
      let known = try KnownModel.named(model ?? "")
      (shape, name, own) = (known.shape, known.name, known.context)
    }
    let tokens: Int
    if let sequence {
      tokens = try wholeCount(sequence, "--sequence", of: .tokens, 1...100_000_000)
    } else {
      tokens = min(8192, own.flatMap { $0 > 0 ? $0 : nil } ?? 4096)
      notes.append("Sequences of \(tokens) tokens are assumed.")
    }
    let wanted = try parseCount(batch, of: .tokens)
    let sequences = max(1, (wanted / Double(tokens)).rounded())
    guard sequences <= 1e9 else { throw UsageError("--batch of \(formatTokens(wanted)) is too large") }
    let workload = TrainingWorkload(
      shape: shape, sequence: tokens, globalBatch: roundedBatch(Int(sequences)), precision: precision,
      attention: attention, gradientBytes: gradientBytes, logitBytes: logitBytes)
    try workload.validate()
    return (workload, name, notes)
  }

  /// The number of sequences near a requested one that the most degrees divide: a multiple of a power of two.
  private func roundedBatch(_ sequences: Int) -> Int {
    var unit = 1
    while unit * 8 <= sequences { unit *= 2 }
    return max(1, (sequences + unit / 2) / unit * unit)
  }
}

/// The cluster to train on.
struct ClusterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The accelerators, 64xH100, or a cluster of --hardware by its name.", valueName: "NxNAME"))
  var cluster: String

  @OptionGroup var hardware: HardwareFileOption

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The bandwidth of one accelerator between nodes, \"50 GB/s\"; default: the usual one.",
      valueName: "rate"))
  var network: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("USD per hour of one accelerator.", valueName: "usd"))
  var price: Double?

  func value() throws -> Cluster {
    let groups = try groups()
    guard let first = groups.first, groups.count == 1 else {
      throw UsageError("'\(cluster)' has several accelerators, between which only 'windtunnel layout' divides a step")
    }
    return first
  }

  /// The groups of `32xH100+32xA100`; usually one.
  func groups() throws -> [Cluster] {
    let catalog = try hardware.catalog()
    return try cluster.split(separator: "+", omittingEmptySubsequences: false).map { text in
      var value = try Cluster(parsing: String(text), in: catalog)
      if let network { value.networkBytesPerSecond = try parseByteRate(network) }
      if let price { value.price = try ComputePrice(usdPerHour: price) }
      return value
    }
  }
}

/// The user's own accelerators.
struct HardwareFileOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Your own accelerators and clusters, as written by 'windtunnel hardware --format yaml'.", valueName: "file"))
  var hardware: String?

  func catalog() throws -> HardwareCatalog {
    try hardware.map { try HardwareCatalog(path: $0) } ?? .builtIn
  }
}

extension Precision: ExpressibleByArgument {}
extension AttentionKernel: ExpressibleByArgument {}
