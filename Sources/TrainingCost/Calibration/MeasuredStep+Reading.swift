import Documents
import Tables

/// Defaults for rows that do not state a value.
public struct MeasuredDefaults: Sendable {
  /// Whether MLPs are gated; nil if it follows from the size, or from the MLP's width.
  public var isGated: Bool?
  public var stageSplit: Layout.StageSplit = .even
  public var sharding = Layout.Sharding.none
  public var gradientBytes = 4.0
  public var logitBytes = 10.0
  /// Bytes per second of one accelerator between nodes; the accelerator's usual network if nil.
  public var networkBytesPerSecond: Double?

  public init() {}
}

extension MeasuredStep {
  /// Reads a table with one row for each measured step.
  ///
  /// Columns: `model` (a known one) or `layers`, `hidden`, `heads`, `vocab` and, if they differ from the usual,
  /// `ffn_hidden`, `kv_heads`; `gpu`, `n_gpus`, `seq`, `global_batch` (sequences), `micro_batch`, `tp`, `pp`, `dp`,
  /// `cp`, `ep`, `vpp`, `sp`, `zero_stage` or `fsdp` (a strategy of it), `recompute`, `attention`, `precision`; and
  /// what was measurements: `step_time_s` or `tokens_per_s_per_gpu`, `mem_gib`, `status`. Rows may also override the
  /// defaults of the other settings: `network_gb_s` (of one accelerator), `gradient_bytes`, `logit_bytes`,
  /// `stage_split`.
  ///
  /// - Returns: the steps, and for each unusable row its line and the reason.
  /// - Throws: `TableError` if a column is missing or not numeric.
  public static func read(
    _ table: Table, hardware: HardwareCatalog = .builtIn, defaults: MeasuredDefaults = MeasuredDefaults()
  ) throws -> (steps: [MeasuredStep], skipped: [(line: Int, reason: String)]) {
    let rows = try MeasuredRows(table)
    var steps: [MeasuredStep] = []
    var skipped: [(line: Int, reason: String)] = []
    for row in 0..<table.rowCount {
      do {
        steps.append(try MeasuredStep(rows, row, hardware, defaults))
      } catch {
        skipped.append((table.line(ofRow: row), error.description))
      }
    }
    return (steps, skipped)
  }

  private init(
    _ rows: MeasuredRows, _ row: Int, _ hardware: HardwareCatalog, _ defaults: MeasuredDefaults
  ) throws(CostError) {
    let shape = try rows.shape(row, isGated: defaults.isGated)
    let count = try rows.whole("n_gpus", row)
    var cluster = try rows.cluster(row, count, hardware)
    if let rate = rows.number("network_gb_s", row).map({ $0 * 1e9 }) ?? defaults.networkBytesPerSecond {
      cluster.networkBytesPerSecond = rate
    }

    var layout = Layout(stageSplit: Layout.StageSplit(rawValue: rows.text("stage_split", row)) ?? defaults.stageSplit)
    layout.tensor = try rows.degree("tp", row) ?? 1
    layout.pipeline = try rows.degree("pp", row) ?? 1
    layout.context = try rows.degree("cp", row) ?? 1
    layout.expert = try rows.degree("ep", row) ?? 1
    let model = layout.tensor * layout.pipeline * layout.context
    layout.data = try rows.degree("dp", row) ?? max(1, count / model)
    guard Double(model) * Double(layout.data) <= 1e9 else {
      throw CostError("dp x tp x pp x cp are more than 1000000000 devices")
    }
    layout.recomputation = rows.recomputation(row)
    layout.sharding = try rows.sharding(row) ?? defaults.sharding
    if rows.isHybrid(row), layout.data % cluster.devicesPerNode == 0 { layout.shardGroup = cluster.devicesPerNode }
    var unknown: Unknown = []
    if let size = try rows.degree("micro_batch", row) {
      layout.microBatch = size
    } else {
      unknown.insert(.microBatch)
    }
    if let chunks = try rows.optional("vpp", row) {
      layout.virtualStages = max(1, chunks)
    } else if layout.pipeline > 1, rows.text("schedule", row).contains("interleaved") {
      unknown.insert(.virtualStages)
    }

    let attention = rows.attention(row, cluster.accelerator)
    // Programs with FlashAttention split activations along the sequence as well; older ones do not.
    layout.sequenceParallel =
      layout.tensor > 1 && (rows.text("sp", row).isEmpty ? attention.isFused : rows.isTrue("sp", row))
    workload = TrainingWorkload(
      shape: shape, sequence: try rows.whole("seq", row), globalBatch: try rows.whole("global_batch", row),
      precision: rows.precision(row), attention: attention,
      gradientBytes: rows.number("gradient_bytes", row) ?? defaults.gradientBytes,
      logitBytes: rows.number("logit_bytes", row) ?? defaults.logitBytes)
    _ = try StepModel(workload, on: cluster)
    self.cluster = cluster
    self.layout = layout
    self.unknown = unknown
    id = rows.text("id", row).isEmpty ? "line \(rows.table.line(ofRow: row))" : rows.text("id", row)
    source = rows.text("source", row)
    group = "\(rows.text("model", row)) on \(count) \(cluster.accelerator.name)"
    seconds = rows.number("step_time_s", row)
    if seconds == nil, let rate = rows.number("tokens_per_s_per_gpu", row) {
      seconds = workload.tokensPerStep / (rate * Double(count))
    }
    memoryBytes = rows.number("mem_gib", row).map { $0 * 1_073_741_824 }
    for (name, value) in [("the time of a step", seconds), ("mem_gib", memoryBytes)] where value ?? 1 <= 0 {
      throw CostError("\(name) must be above zero")
    }
    let status = rows.text("status", row).lowercased()
    ran = status.isEmpty ? nil : status == "ok"
    if ran == false { seconds = nil }
  }
}

/// The cells of a table of measured steps.
private struct MeasuredRows {
  let table: Table
  private let numbers: [String: [Double]]
  private let texts: [String: [String]]

  init(_ table: Table) throws {
    self.table = table
    var numbers: [String: [Double]] = [:]
    var texts: [String: [String]] = [:]
    for name in [
      "layers", "hidden", "ffn_hidden", "heads", "kv_heads", "vocab", "params_b", "seq", "global_batch", "micro_batch",
      "n_gpus", "tp", "pp", "vpp", "dp", "ep", "cp", "zero_stage", "step_time_s", "tokens_per_s_per_gpu", "mem_gib",
      "network_gb_s", "gradient_bytes", "logit_bytes",
    ] where table.column(name) != nil {
      numbers[name] = try table.numbers(name)
    }
    for name in [
      "id", "source", "model", "gpu", "sp", "fsdp", "recompute", "attention", "precision", "schedule", "status",
      "stage_split",
    ]
    where table.column(name) != nil {
      texts[name] = try table.texts(name)
    }
    for name in ["gpu", "n_gpus", "seq", "global_batch"] where table.column(name) == nil {
      _ = try table.numbers(name)
    }
    self.numbers = numbers
    self.texts = texts
  }

  func number(_ name: String, _ row: Int) -> Double? {
    guard let value = numbers[name]?[row], value.isFinite else { return nil }
    return value
  }

  func text(_ name: String, _ row: Int) -> String { texts[name]?[row] ?? "" }

  func optional(_ name: String, _ row: Int) throws(CostError) -> Int? {
    guard let value = number(name, row) else { return nil }
    guard let whole = Int(exactly: value), (0...1_000_000_000).contains(whole) else {
      throw CostError("\(name) must be a whole number from 0 to 1000000000, not \(NumberText.rounded(value))")
    }
    return whole
  }

  /// A number of devices or sequences.
  func degree(_ name: String, _ row: Int) throws(CostError) -> Int? {
    guard let value = try optional(name, row) else { return nil }
    guard (1...1_000_000).contains(value) else { throw CostError("\(name) must be from 1 to 1000000, not \(value)") }
    return value
  }

  func whole(_ name: String, _ row: Int) throws(CostError) -> Int {
    guard let value = try optional(name, row) else { throw CostError("\(name) is missing") }
    return value
  }

  func isTrue(_ name: String, _ row: Int) -> Bool { ["true", "1", "yes"].contains(text(name, row).lowercased()) }

  /// The given number of the accelerator, or of the cluster, ignoring the suffixes that such tables add: for
  /// `A100-80GB-SXM`, the A100-80GB.
  func cluster(_ row: Int, _ count: Int, _ hardware: HardwareCatalog) throws(CostError) -> Cluster {
    let words = text("gpu", row).split(separator: "-")
    for length in stride(from: words.count, to: 0, by: -1) {
      let name = words.prefix(length).joined(separator: "-")
      if (try? hardware.cluster(name)) != nil { return try hardware.cluster(name, count: count) }
    }
    return try hardware.cluster(text("gpu", row), count: count)
  }

  func sharding(_ row: Int) throws(CostError) -> Layout.Sharding? {
    guard let stage = try optional("zero_stage", row) else {
      // FSDP's strategies by name; any other use of FSDP shards everything.
      let strategy = text("fsdp", row).uppercased()
      if strategy.isEmpty { return nil }
      if ["FALSE", "0", "NO", "NONE", "NO_SHARD"].contains(strategy) { return Layout.Sharding.none }
      return strategy.contains("GRAD_OP") || strategy.contains("ZERO2") ? .gradients : .parameters
    }
    guard let sharding = Layout.Sharding(rawValue: stage) else { throw CostError("zero_stage must be 0, 1, 2 or 3") }
    return sharding
  }

  /// Whether parameters are sharded inside a node and replicated on every node.
  func isHybrid(_ row: Int) -> Bool { text("fsdp", row).uppercased().contains("HYBRID") }

  func attention(_ row: Int, _ accelerator: Accelerator) -> AttentionKernel {
    let text = text("attention", row).lowercased()
    if text.contains("softmax") || text == "unfused" { return .unfused }
    guard accelerator.peaks[.fp8] != nil else { return .flash }
    // Eight bits and fewer usually come with Transformer Engine, whose attention is cuDNN's.
    if text.isEmpty, [.fp8, .fp4].contains(precision(row)) { return .flash3 }
    return ["flash3", "fa3", "cudnn"].contains { text.contains($0) } ? .flash3 : .flash
  }

  func recomputation(_ row: Int) -> Recomputation {
    let text = text("recompute", row).lowercased()
    if text.hasPrefix("full") { return .full }
    return text.hasPrefix("selective") ? .selective : .none
  }

  func precision(_ row: Int) -> Precision {
    let text = text("precision", row).lowercased()
    for precision in [Precision.fp8, .fp4, .bf16, .fp16, .fp32] where text.contains(precision.rawValue) {
      return precision
    }
    return .bf16
  }

  func shape(_ row: Int, isGated: Bool?) throws(CostError) -> TransformerShape {
    guard let layers = try optional("layers", row), let hidden = try optional("hidden", row),
      let heads = try optional("heads", row), let vocabulary = try optional("vocab", row)
    else {
      if let shape = try? TransformerShape.named(text("model", row)) { return shape }
      throw CostError("the shape of the model is missing: it needs layers, hidden, heads and vocab")
    }
    let width = try optional("ffn_hidden", row)
    let keyValueHeads = try optional("kv_heads", row)
    let positions = try optional("seq", row) ?? 0
    // Without a gate it is a GPT, with learned positions and biases; with a gate, a Llama.
    func shape(gated: Bool, tied: Bool) -> TransformerShape {
      TransformerShape(
        layers: layers, hidden: hidden, feedForward: width ?? 4 * hidden, heads: heads, keyValueHeads: keyValueHeads,
        vocabulary: vocabulary, isGated: gated, tiesEmbeddings: tied, biases: gated ? .none : .all,
        norm: gated ? .rms : .layer, learnedPositions: gated ? 0 : positions)
    }
    guard let billions = number("params_b", row) else {
      return shape(gated: isGated ?? (width.map { $0 != 4 * hidden } ?? false), tied: true)
    }
    // The size tells how many matrices the MLP has and whether the embeddings are tied; if two shapes match, the gated
    // one with tied embeddings comes first.
    var best = shape(gated: isGated ?? true, tied: true)
    func miss(_ shape: TransformerShape) -> Double {
      guard (try? shape.validate()) != nil else { return .infinity }
      return abs(Double(shape.parameters.total) / (billions * 1e9) - 1)
    }
    for (gated, tied) in [(true, false), (false, true), (false, false)] where isGated == nil || isGated == gated {
      let candidate = shape(gated: gated, tied: tied)
      if miss(candidate) < miss(best) - 0.002 { best = candidate }
    }
    return best
  }
}
