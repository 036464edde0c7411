/// A training step that somebody measured.
public struct MeasuredStep: Sendable {
  /// What the row is called, or its line in the file.
  public var id: String
  /// Whose measurement it is.
  public var source: String
  /// The model and the cluster, within which layouts compare.
  public var group: String
  public var workload: TrainingWorkload
  public var cluster: Cluster
  /// With one sequence a micro-batch and one chunk a device where the table leaves these open.
  public var layout: Layout
  public var unknown: Unknown
  /// Nil where only memory was measured, or the run failed.
  public var seconds: Double?
  public var memoryBytes: Double?
  /// Whether it ran; nil where that is not said.
  public var ran: Bool?

  /// What a table leaves open, which is then as fast as it can be.
  public struct Unknown: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public static let microBatch = Unknown(rawValue: 1)
    public static let virtualStages = Unknown(rawValue: 2)

    public init(rawValue: Int) { self.rawValue = rawValue }
  }

  /// The share of the peak that 6 N and the attention's 12 L h s of the measured step are (PaLM's convention).
  public var utilization: Double? {
    seconds.map {
      workload.shape.trainingFLOPs(.palm, sequence: workload.sequence) * workload.tokensPerStep
        / ($0 * Double(cluster.count) * cluster.accelerator.peakFLOPsPerSecond)
    }
  }

  /// The layout as it was, or the fastest that fits of those that it may have been.
  public func layout(_ model: StepModel) -> Layout {
    guard !unknown.isEmpty else { return layout }
    let sizes = unknown.contains(.microBatch) ? [1, 2, 4, 8, 16, 32] : [layout.microBatch]
    let chunks = unknown.contains(.virtualStages) ? Array(1...8) : [layout.virtualStages]
    var best = layout
    var least = Double.infinity
    for size in sizes {
      for chunk in chunks {
        var candidate = layout
        (candidate.microBatch, candidate.virtualStages) = (size, chunk)
        guard (try? model.check(candidate)) != nil,
          model.memory(candidate).total <= cluster.accelerator.usableMemoryBytes
        else { continue }
        let time = model.time(candidate).total
        if time < least { (least, best) = (time, candidate) }
      }
    }
    return best
  }
}
