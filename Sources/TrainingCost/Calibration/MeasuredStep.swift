/// A measured training step.
public struct MeasuredStep: Sendable {
  /// The name of the row, or its line in the file.
  public var id: String
  /// The source of the measurement.
  public var source: String
  /// The model and the cluster, within which layouts are compared.
  public var group: String
  public var workload: TrainingWorkload
  public var cluster: Cluster
  /// The layout, with one sequence in a micro-batch and one chunk on a device if the table leaves these open.
  public var layout: Layout
  public var unknown: Unknown
  /// The time in seconds; nil if only memory was measured, or the run failed.
  public var seconds: Double?
  public var memoryBytes: Double?
  /// Whether it ran; nil if unknown.
  public var ran: Bool?

  /// The choices that a table leaves open, which are then made for the fastest step.
  public struct Unknown: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public static let microBatch = Unknown(rawValue: 1)
    public static let virtualStages = Unknown(rawValue: 2)

    public init(rawValue: Int) { self.rawValue = rawValue }
  }

  /// The share of the peak that 6 N plus the attention's 12 L h s take in the measured time (PaLM's convention).
  public var utilization: Double? {
    seconds.map {
      workload.shape.trainingFLOPs(.palm, sequence: workload.sequence) * workload.tokensPerStep
        / ($0 * Double(cluster.count) * cluster.accelerator.peakFLOPsPerSecond)
    }
  }

  /// The layout as it was, or the fastest that fits among those that it may have been.
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
