import TrainingCost

/// The layout of a step in MaxText: axes of a mesh, inside a node (`ici_`) and across nodes (`dcn_`).
extension MaxText {
  static func mesh(of job: JobSpec) -> DeviceMesh {
    let layout = job.layout
    // Devices that share experts share the rest of the batch as well, and have an axis of their own.
    let data = max(1, layout.data / max(1, layout.expert))
    let shards: Int =
      switch layout.sharding {
      case .none, .optimizer: 1
      case .gradients, .parameters: min(data, layout.shardGroup ?? data)
      }
    return DeviceMesh(
      [
        (layout.sequenceParallel ? "tensor_sequence" : "tensor", layout.tensor), ("context", layout.context),
        ("expert", layout.expert), ("fsdp", shards), ("data", data / max(1, shards)), ("pipeline", layout.pipeline),
      ], perNode: job.resources.gpusPerNode)
  }

  static func axes(_ mesh: DeviceMesh) -> [(String, String)] {
    mesh.inside.map { ("ici_\($0.name)_parallelism", "\($0.size)") }
      + mesh.across.map { ("dcn_\($0.name)_parallelism", "\($0.size)") }
  }

  func layout(of job: JobSpec) -> [(String, String)] {
    let layout = job.layout
    var values: [(String, String)] = [
      ("shard_optimizer_over_data", Self.flag(layout.sharding == .optimizer)),
      // What is left of both policies are the scores of the attention.
      ("remat_policy", layout.recomputation == .full ? "full" : "minimal"),
    ]
    if layout.context > 1 { values.append(("context_parallel_strategy", "ring")) }
    if layout.pipeline > 1 {
      values += [
        ("num_layers_per_pipeline_stage", "\(job.model.layers / max(1, layout.pipeline * layout.virtualStages))"),
        ("num_pipeline_repeats", "\(layout.virtualStages)"), ("num_pipeline_microbatches", "\(job.accumulation)"),
      ]
    }
    return values
  }

  func refuseLayout(of job: JobSpec, _ mesh: DeviceMesh, _ unsupported: inout Unsupported) {
    let layout = job.layout
    unsupported.refuseUnevenBatch(job)
    unsupported.refuseOtherDevices(job)
    unsupported.refuse(
      layout.data % max(1, layout.expert) != 0,
      "MaxText spreads experts over data-parallel devices; make data a multiple of \(layout.expert)")
    unsupported.refuse(
      !mesh.fits, "the degrees of the layout do not fill nodes of \(job.resources.gpusPerNode) evenly; change them")
    unsupported.refuse(layout.offload > 0, "a share of activations cannot be set for MaxText; set offload to 0")
    unsupported.refuse(
      layout.shardGroup != nil && layout.sharding == .optimizer,
      "MaxText shards the optimizer's state over all data-parallel devices; leave the shard group out, or set zero to 3"
    )
    unsupported.refuse(
      layout.context > 1 && job.resources.gpusPerNode == 0,
      "MaxText shares sequences on accelerators only; set context to 1")
    unsupported.refuse(
      layout.context > 1 && layout.contextExchange == .ulysses,
      "MaxText exchanges sequences for heads on TPUs only; set the context exchange to ring")
    guard layout.pipeline > 1 else { return }
    let stages = layout.pipeline * layout.virtualStages
    unsupported.refuse(
      job.model.layers % max(1, stages) != 0 || layout.stageSplit == .balanced,
      "MaxText's stages have the same number of layers; make layers a multiple of \(stages), and the split even")
    unsupported.refuse(
      job.accumulation % layout.pipeline != 0,
      "MaxText's pipelines take multiples of \(layout.pipeline) micro-batches, and the job has \(job.accumulation) a step"
    )
    unsupported.refuse(
      ![.gpipe, .oneForwardOneBackward].contains(layout.schedule),
      "MaxText has no \(layout.schedule.rawValue) schedule; set it to gpipe")
  }

  func notes(of job: JobSpec) -> [String] {
    let layout = job.layout
    var notes: [String] = []
    if layout.pipeline > 1, layout.schedule == .oneForwardOneBackward {
      notes.append(
        "MaxText's pipelines run all forward passes before the backward ones, with more activations than 1F1B.")
    }
    if layout.sharding == .gradients, layout.data > 1 {
      notes.append("MaxText shards parameters as well: ZeRO-2 runs as ZeRO-3.")
    }
    if layout.recomputation == .none {
      notes.append("MaxText keeps the results of matrix products and computes the rest of a layer again.")
    }
    if layout.context > 1 { notes.append("Ring attention needs Transformer Engine.") }
    if job.data.train.count > 1 { notes.append("Patterns without a weight of their own are taken in equal parts.") }
    if !job.data.validation.isEmpty, !Self.areFiles(job.data.validation) {
      notes.append("The validation data is taken for a split of the training data set.")
    }
    if job.model.experts != nil {
      notes.append("A loss of weight 0.01 balances experts, which is not in those that are measured.")
    }
    return notes
  }
}
