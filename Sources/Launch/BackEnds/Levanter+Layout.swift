import TrainingCost

/// The layout of a step in Levanter: a mesh of axes for data, copies of the state and tensor parallelism.
extension Levanter {
  static func mesh(of job: JobSpec) -> DeviceMesh {
    let layout = job.layout
    let shards = layout.sharding == .none ? 1 : min(layout.data, layout.shardGroup ?? layout.data)
    return DeviceMesh(
      [("model", layout.tensor), ("data", shards), ("replica", layout.data / max(1, shards))],
      perNode: job.resources.gpusPerNode)
  }

  static func configuration(_ mesh: DeviceMesh, of job: JobSpec) -> Configuration {
    // The part of an axis that spans nodes has a name of its own.
    let across = mesh.across.filter { $0.size > 1 || $0.name == "replica" }
    func parts(_ names: String...) -> Configuration.Value {
      let outer = names.filter { name in across.contains { $0.name == name } }.map { "\($0)_dcn" }
      return .list((outer + names).map { .text($0) })
    }
    func spans(_ name: String) -> Bool { across.contains { $0.name == name && $0.size > 1 } }
    var entries: [(String, Configuration.Value)] = [
      ("axes", .map(Configuration(mesh.inside.map { ($0.name, .integer($0.size)) }))),
      ("dcn_axes", .map(Configuration(across.map { ("\($0.name)_dcn", .integer($0.size)) }))),
    ]
    if spans("model") {
      entries.append(("shared_mapping", .map(Configuration([("mlp", parts("model")), ("heads", parts("model"))]))))
    }
    if spans("data") {
      entries.append(("compute_mapping", .map(Configuration([("batch", parts("replica", "data"))]))))
    }
    // Parameters and the optimizer's state are split alike, along the width.
    let isSplit = job.layout.sharding != .none
    entries.append(("param_mapping", .map(Configuration(isSplit ? [("embed", parts("data"))] : []))))
    return Configuration(entries)
  }

  func refuseLayout(of job: JobSpec, _ mesh: DeviceMesh, _ unsupported: inout Unsupported) {
    let layout = job.layout
    unsupported.refuseUnevenBatch(job)
    unsupported.refuseOtherDevices(job)
    for (kind, degree) in [("pipeline", layout.pipeline), ("context", layout.context), ("expert", layout.expert)] {
      unsupported.refuse(
        degree > 1,
        "Levanter has no \(kind) parallelism that a job can set (the job has \(degree)); use data and tensor parallelism"
      )
    }
    unsupported.refuse(
      !mesh.fits, "the degrees of the layout do not fill nodes of \(job.resources.gpusPerNode) evenly; change them")
    unsupported.refuse(layout.offload > 0, "a share of activations cannot be set for Levanter; set offload to 0")
  }

  func notes(of job: JobSpec) -> [String] {
    let layout = job.layout
    var notes = [
      "Levanter's vocabulary is that of its tokenizer, rounded up for the mesh, not the job's \(job.model.vocabulary).",
      "Levanter does not decay norms, biases and embeddings.",
    ]
    if layout.sharding == .optimizer || layout.sharding == .gradients, layout.data > 1 {
      notes.append("Levanter shards parameters as well: ZeRO-\(layout.sharding.rawValue) runs as ZeRO-3.")
    }
    if layout.sequenceParallel {
      notes.append("XLA, not the job, chooses where activations are split along the sequence.")
    }
    if layout.recomputation == .selective {
      notes.append("Scores are computed again where Levanter finds a fused attention, and nothing else is.")
    }
    if job.data.train.count > 1 { notes.append("Data sets are mixed in equal parts.") }
    return notes
  }
}
