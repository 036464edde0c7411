import TrainingCost

/// Refusals that several trainers share.
extension Unsupported {
  /// A batch that devices and micro-batches do not divide.
  mutating func refuseUnevenBatch(_ job: JobSpec) {
    let portion = job.layout.data * job.layout.microBatch
    refuse(
      job.training.batch % max(1, portion) != 0,
      "\(job.training.batch) sequences a step are no multiple of \(job.layout.data) data-parallel devices times "
        + "micro-batches of \(job.layout.microBatch); set batch to a multiple of \(portion)")
  }

  /// Devices that are not those of the layout, on which trainers find out how many replicas there are.
  mutating func refuseOtherDevices(_ job: JobSpec) {
    refuse(
      job.resources.devices != job.layout.devices,
      "the layout takes \(job.layout.devices) devices and the job has \(job.resources.devices); make nodes and gpus match it"
    )
  }

  /// Fewer learned positions than a sequence has.
  mutating func refuseShortPositions(_ job: JobSpec) {
    refuse(
      job.model.learnedPositions > 0 && job.model.learnedPositions < job.training.sequence,
      "\(job.model.learnedPositions) learned positions are too few for sequences of \(job.training.sequence); "
        + "set learned_positions to at least that")
  }

  /// What a plan may have of a pipeline and of memory, and trainers with 1F1B alone do not.
  mutating func refuseRareLayouts(_ layout: Layout, trainer: String) {
    refuse(
      layout.pipeline > 1 && layout.schedule != .oneForwardOneBackward,
      "\(trainer) has no \(layout.schedule.rawValue) schedule; set the pipeline's schedule to 1f1b")
    refuse(
      layout.offload > 0,
      "the share of activations that wait in host memory cannot be set for \(trainer); set offload to 0")
  }

  /// Data that a trainer has no other source for.
  mutating func refuseNoData(_ job: JobSpec, settings: [String], trainer: String, what: String) {
    let isSet = job.settings.contains { settings.contains($0.name) }
    refuse(job.data.train.isEmpty && !isSet, "\(trainer) needs \(what); name them under data")
  }
}
