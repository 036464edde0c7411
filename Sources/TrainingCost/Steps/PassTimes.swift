/// The times of the passes of a micro-batch in a pipeline, in seconds, by chunk of the model from its first layers to
/// its last.
///
/// A device has one chunk, or several if the schedule says so.
public struct PassTimes: Sendable, Hashable {
  /// F: forward passes.
  public var forward: [Double]
  /// B: backward passes for the inputs, which the chunk before waits for.
  public var inputs: [Double]
  /// W: backward passes for the weights, which nothing waits for.
  public var weights: [Double]
  /// The transfer from a device to the next, during which both continue computing.
  public var transfer: Double

  public init(forward: [Double], inputs: [Double], weights: [Double], transfer: Double = 0) {
    self.forward = forward
    self.inputs = inputs
    self.weights = weights
    self.transfer = transfer
  }

  /// Chunks with equal times.
  public init(chunks: Int, forward: Double, inputs: Double, weights: Double, transfer: Double = 0) {
    self.init(
      forward: Array(repeating: forward, count: max(0, chunks)),
      inputs: Array(repeating: inputs, count: max(0, chunks)),
      weights: Array(repeating: weights, count: max(0, chunks)), transfer: transfer)
  }

  func seconds(_ kind: PipelineSimulation.Pass.Kind, chunk: Int) -> Double {
    switch kind {
    case .forward: forward[chunk]
    case .backward: inputs[chunk] + weights[chunk]
    case .inputs: inputs[chunk]
    case .weights: weights[chunk]
    }
  }

  func validate(chunks: Int) throws(CostError) {
    for (name, times) in [("forward", forward), ("backward input", inputs), ("backward weight", weights)] {
      guard times.count == chunks else {
        throw CostError("\(name) times must be given for the pipeline's \(chunks) chunks, not for \(times.count)")
      }
      for time in times { try Self.validate(time, "\(name) times") }
    }
    try Self.validate(transfer, "the time of a transfer")
  }

  private static func validate(_ seconds: Double, _ name: String) throws(CostError) {
    guard seconds >= 0, seconds.isFinite else {
      throw CostError("\(name) must be zero or more seconds and finite, not \(seconds)")
    }
  }
}
