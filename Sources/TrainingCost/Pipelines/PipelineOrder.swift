/// The passes of each device of a pipeline, in the order in which it runs them.
struct PipelineOrder {
  struct Step {
    let kind: PipelineSimulation.Pass.Kind
    /// The index among the device's chunks, in the order of the model's layers.
    let chunk: Int32
    let microBatch: Int32

    init(kind: PipelineSimulation.Pass.Kind, chunk: Int, microBatch: Int) {
      self.kind = kind
      self.chunk = Int32(chunk)
      self.microBatch = Int32(microBatch)
    }
  }

  let stages: Int
  /// The passes of one device.
  let chunks: Int
  let isFolded: Bool
  /// The passes by device.
  let steps: [[Step]]

  init(_ schedule: PipelineSchedule, stages: Int, microBatches: Int, chunks: Int) throws(CostError) {
    let chunks = schedule.isFolded ? 2 : chunks
    guard stages > 0, microBatches > 0, chunks > 0 else {
      throw CostError("a pipeline needs at least one stage, one micro-batch and one chunk a device")
    }
    guard stages <= 1_000_000, microBatches <= 1_000_000, chunks <= 1000, stages * microBatches * chunks <= 20_000_000
    else {
      throw CostError("\(stages) stages with \(microBatches) micro-batches are too many passes to simulate")
    }
    if chunks > 1, !schedule.isFolded {
      guard schedule == .oneForwardOneBackward else {
        throw CostError("several chunks on a device need the schedule 1f1b, not \(schedule.rawValue)")
      }
      guard microBatches % stages == 0 else {
        throw CostError(
          "the interleaved schedule needs a multiple of \(stages) micro-batches, one for each stage, not "
            + "\(microBatches)"
        )
      }
    }
    self.stages = stages
    self.chunks = chunks
    isFolded = schedule.isFolded
    steps =
      switch schedule {
      case .gpipe: (0..<stages).map { _ in Self.gpipe(microBatches) }
      case .oneForwardOneBackward:
        (0..<stages).map {
          chunks > 1
            ? Self.interleaved($0, of: stages, microBatches, chunks: chunks)
            : Self.oneForwardOneBackward($0, of: stages, microBatches)
        }
      case .zeroBubbleH1:
        (0..<stages).map { Self.zeroBubble(microBatches, ahead: stages - $0, putOff: $0) }
      case .zeroBubbleH2:
        (0..<stages).map { Self.zeroBubble(microBatches, ahead: 2 * (stages - $0) - 1, putOff: 2 * $0) }
      case .zeroBubbleV: (0..<stages).map { Self.zeroBubbleV($0, of: stages, microBatches) }
      case .vHalf: FoldedPattern.half(stages: stages).order(microBatches: microBatches)
      case .vMin: FoldedPattern.least(stages: stages).order(microBatches: microBatches)
      }
  }

  /// The position in the model of a device's chunk.
  func modelChunk(_ chunk: Int, of device: Int) -> Int {
    isFolded && chunk == 1 ? 2 * stages - 1 - device : chunk * stages + device
  }

  /// The time from a chunk of the model to the next.
  func transfer(_ times: PassTimes, _ from: Int, _ to: Int) -> Double {
    device(from) == device(to) ? 0 : times.transfer
  }

  private func device(_ modelChunk: Int) -> Int {
    isFolded && modelChunk >= stages ? 2 * stages - 1 - modelChunk : modelChunk % stages
  }

  private static func gpipe(_ microBatches: Int) -> [Step] {
    (0..<microBatches).map { Step(kind: .forward, chunk: 0, microBatch: $0) }
      + (0..<microBatches).map { Step(kind: .backward, chunk: 0, microBatch: $0) }
  }

  private static func oneForwardOneBackward(_ device: Int, of stages: Int, _ microBatches: Int) -> [Step] {
    alternating(
      microBatches, ahead: stages - device - 1, forward: { Step(kind: .forward, chunk: 0, microBatch: $0) },
      backward: { Step(kind: .backward, chunk: 0, microBatch: $0) })
  }

  /// As many micro-batches as there are stages pass through one chunk, then through the next (Narayanan et al. 2021,
  /// section 2.2; Megatron-LM, `forward_backward_pipelining_with_interleaving`).
  private static func interleaved(_ device: Int, of stages: Int, _ microBatches: Int, chunks: Int) -> [Step] {
    func step(_ kind: PipelineSimulation.Pass.Kind, _ number: Int) -> Step {
      let (round, place) = number.quotientAndRemainder(dividingBy: stages * chunks)
      let chunk = place / stages
      return Step(
        kind: kind, chunk: kind == .forward ? chunk : chunks - 1 - chunk, microBatch: round * stages + place % stages)
    }
    // In a single round, switching early gains nothing.
    let ahead = microBatches == stages ? Int.max : (stages - device - 1) * 2 + (chunks - 1) * stages
    return alternating(
      microBatches * chunks, ahead: ahead, forward: { step(.forward, $0) }, backward: { step(.backward, $0) })
  }

  /// Some forward passes ahead, then one forward and one backward pass in turn, then the remaining backward passes.
  private static func alternating(
    _ count: Int, ahead: Int, forward: (Int) -> Step, backward: (Int) -> Step
  ) -> [Step] {
    let ahead = min(count, ahead)
    var steps: [Step] = []
    steps.reserveCapacity(2 * count)
    for number in 0..<ahead { steps.append(forward(number)) }
    for number in ahead..<count {
      steps.append(forward(number))
      steps.append(backward(number - ahead))
    }
    for number in count - ahead..<count { steps.append(backward(number)) }
    return steps
  }

  /// ZB-H1 and ZB-H2 (Qi et al. 2024, arXiv 2401.10241, section 2): 1F1B with delayed backward passes for the weights,
  /// so that every device keeps the activations of as many micro-batches, and these passes fill the wait at the end.
  ///
  /// - Parameters:
  ///   - ahead: forward passes before the first backward one.
  ///   - putOff: backward passes for the inputs before the first for the weights.
  private static func zeroBubble(_ microBatches: Int, ahead: Int, putOff: Int) -> [Step] {
    var steps: [Step] = []
    steps.reserveCapacity(3 * microBatches)
    var forward = min(microBatches, ahead)
    var weights = 0
    for number in 0..<forward { steps.append(Step(kind: .forward, chunk: 0, microBatch: number)) }
    for number in 0..<microBatches {
      steps.append(Step(kind: .inputs, chunk: 0, microBatch: number))
      if number >= putOff || forward == microBatches {
        steps.append(Step(kind: .weights, chunk: 0, microBatch: weights))
        weights += 1
      }
      if forward < microBatches {
        steps.append(Step(kind: .forward, chunk: 0, microBatch: forward))
        forward += 1
      }
    }
    for number in weights..<microBatches { steps.append(Step(kind: .weights, chunk: 0, microBatch: number)) }
    return steps
  }

  /// ZB-V (Qi et al. 2024, section 6): the first device has the first and the last chunk, so that the first gradients
  /// arrive as soon as its own forward passes end.
  private static func zeroBubbleV(_ device: Int, of stages: Int, _ microBatches: Int) -> [Step] {
    var row = FoldedRow(microBatches: microBatches)
    for _ in 0..<2 * (stages - device) - 1 { row.add(.forward, 0) }
    for _ in 0..<device {
      row.add(.forward, 1)
      row.add(.forward, 0)
    }
    for _ in 0..<stages - device {
      row.add(.forward, 1)
      row.addBackward(1)
    }
    // With fewer micro-batches than fill the pipeline, the slots of the missing ones stay empty.
    for _ in stages..<max(microBatches, 2 * stages - 1) {
      row.add(.forward, 0)
      row.addBackward(0)
      row.add(.forward, 1)
      row.addBackward(1)
    }
    for _ in 0..<device {
      row.add(.inputs, 0)
      row.add(.inputs, 1)
    }
    for _ in 0..<stages - device { row.addBackward(0) }
    row.addRemainingWeights()
    return row.steps
  }
}
