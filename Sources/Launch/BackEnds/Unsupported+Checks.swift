import TrainingCost

/// Refusals that several trainers share.
extension Unsupported {
  /// A batch that devices and micro-batches do not divide.
  mutating func refuseUnevenBatch(_ job: JobSpec) {
    let portion = job.layout.data * job.layout.microBatch
    refuse(
      job.training.batch % max(1, portion) != 0,
      "\(job.training.batch) sequences a step are not a multiple of \(job.layout.data) data-parallel devices times "
        + "micro-batches of \(job.layout.microBatch); set batch to a multiple of \(portion)")
  }

  /// Resources that do not match the layout: trainers derive the number of replicas from the devices.
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

  /// Options of a plan's pipeline and memory that trainers with 1F1B alone lack.
  mutating func refuseRareLayouts(_ layout: Layout, trainer: String) {
    refuse(
      layout.pipeline > 1 && layout.schedule != .oneForwardOneBackward,
      "\(trainer) has no \(layout.schedule.rawValue) schedule; set the pipeline's schedule to 1f1b")
    refuse(
      layout.offload > 0,
      "the share of activations that wait in host memory cannot be set for \(trainer); set offload to 0")
  }

  /// An attention kernel that the trainer cannot be told to use.
  mutating func refuse(_ kernel: AttentionKernel, beyond known: Set<AttentionKernel>, of trainer: String) {
    let others = AttentionKernel.allCases.filter(known.contains).map(\.rawValue).joined(separator: " or ")
    refuse(
      !known.contains(kernel), "\(trainer) cannot be told to use \(kernel.rawValue) attention; set it to \(others)")
  }

  /// Missing data, for a trainer that has no other source.
  mutating func refuseNoData(_ job: JobSpec, settings: [String], trainer: String, what: String) {
    let isSet = job.settings.contains { settings.contains($0.name) }
    refuse(job.data.train.isEmpty && !isSet, "\(trainer) needs \(what); name them under data")
  }
}
