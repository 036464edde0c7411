import Documents
import TrainingCost

extension PlanDocument {
  /// Brings a plan of `windtunnel.plan/1` into the present form: there a run's shape and layout were listed number by number,
  /// with its experts and its precision left out.
  static func upgradedFromFirst(
    _ node: DocumentNode, _ source: DocumentSource
  ) throws(DocumentError) -> DocumentNode {
    guard let cluster = node["cluster"] else { return node }
    func run(_ node: DocumentNode, experts: Int, total: Double?) throws(DocumentError) -> DocumentNode {
      try source.value(FirstRun.self, from: node).upgraded(node, experts: experts, total: total, source)
    }
    var entries: [DocumentNode.Entry] = []
    // The row of the best run among those of experts tells how many it has.
    let rows = cluster["experts"]?.items ?? []
    func count(_ row: DocumentNode) -> Int { row["experts"]?.scalar.flatMap(Int.init) ?? 1 }
    func total(_ row: DocumentNode) -> Double? {
      (row["total_params"] ?? row["totalParams"])?.scalar.flatMap(Double.init)
    }
    let best = rows.first { $0["run"]?.compactJSON == cluster["best"]?.compactJSON }
    for entry in cluster.entries ?? [] {
      var entry = entry
      switch entry.name {
      case "best":
        entry.node = try run(entry.node, experts: best.map(count) ?? 1, total: best.flatMap(total))
      case "sizes":
        var sizes: [DocumentNode] = []
        // Their own totals are not known; the numbers of experts are the best run's.
        for size in entry.node.items {
          sizes.append(try run(size, experts: best.map(count) ?? 1, total: nil))
        }
        entry.node = DocumentNode(.list(sizes), place: entry.node.place)
      case "experts":
        var upgraded: [DocumentNode] = []
        for row in rows {
          let own = try row["run"].map { node throws(DocumentError) in
            try run(node, experts: count(row), total: total(row))
          }
          guard let total = (row["total_params"] ?? row["totalParams"]) else {
            throw source.fault("'total_params' is missing", at: row)
          }
          upgraded.append(row.without(["totalParams"]).with("total_params", total).with("run", own ?? row))
        }
        entry.node = DocumentNode(.list(upgraded), place: entry.node.place)
      default: break
      }
      entries.append(entry)
    }
    return node.with("cluster", DocumentNode(.entries(entries), place: cluster.place))
  }
}

/// A run as the first version lists it.
private struct FirstRun: Codable {
  var layers, hidden, heads, keyValueHeads, feedForward, vocabulary, sequence: Int
  var params, batchTokens: Double
  var data, tensor, pipeline, context, expert, virtualStages, microBatch: Int
  var zero: Layout.Sharding
  var recompute: Recomputation
  /// The layout in words.
  var layout: String

  func upgraded(
    _ node: DocumentNode, experts: Int, total: Double?, _ source: DocumentSource
  ) throws(DocumentError) -> DocumentNode {
    let shape = try shape(experts: experts, total: total, node, source)
    guard let batch = Int(exactly: (batchTokens / Double(max(1, sequence))).rounded()) else {
      throw source.fault("the batch is not a number of sequences", at: node)
    }
    let workload = TrainingWorkload(shape: shape, sequence: sequence, globalBatch: batch)
    let degrees = Layout(
      data: data, tensor: tensor, pipeline: pipeline, context: context, expert: expert, virtualStages: virtualStages,
      microBatch: microBatch, sharding: zero, sequenceParallel: tensor > 1, recomputation: recompute)
    let listed: Set = [
      "layers", "hidden", "heads", "key_value_heads", "feed_forward", "vocabulary", "sequence", "batch_tokens", "data",
      "tensor", "pipeline", "context", "expert", "virtual_stages", "micro_batch", "zero", "recompute", "layout",
    ]
    return node.without(listed).with("workload", try source.node(of: workload))
      .with("layout", try source.node(of: degrees))
  }

  /// The shape whose counts are those of the plan.
  private func shape(
    experts: Int, total: Double?, _ node: DocumentNode, _ source: DocumentSource
  ) throws(DocumentError) -> TransformerShape {
    var shape = TransformerShape(
      layers: layers, hidden: hidden, feedForward: feedForward, heads: heads, keyValueHeads: keyValueHeads,
      vocabulary: vocabulary)
    do { try shape.validate() } catch { throw source.fault(error.description, at: node) }
    if experts > 1 {
      // Which experts are active is not said, but follows from both counts.
      for active in 1...min(experts, 64) {
        shape.experts = .init(count: experts, active: active, feedForward: feedForward)
        let count = shape.parameters
        if total.map({ abs(Double(count.total) / $0 - 1) < 1e-6 }) ?? true,
          abs(Double(count.active) / params - 1) < 1e-3
        {
          return shape
        }
      }
      throw source.fault(
        "this plan of an earlier version does not say its \(experts) experts' widths; plan again", at: node)
    }
    // The plan counts all parameters, which tells whether the embedding is counted once or twice.
    let untied = abs(Double(shape.parameters.total) - params)
    shape.tiesEmbeddings = true
    if untied <= abs(Double(shape.parameters.total) - params) { shape.tiesEmbeddings = false }
    return shape
  }
}
