/// The passes of one training step in a pipeline: when each device runs which, how long it waits, and how much it
/// holds.
///
/// Each device runs its passes in the order of the schedule, each as soon as the device is free and its input has
/// arrived. Transfers take time but do not occupy a device.
public struct PipelineSimulation: Sendable, Hashable {
  /// The passes by device, in the order in which it runs them.
  public let passes: [Pass]
  public let devices: [Device]

  /// Simulates a step.
  ///
  /// - Parameters:
  ///   - chunks: chunks of a device in the interleaved schedule; V-shaped schedules always have two.
  ///   - times: those of `stages · chunks` chunks, or of `2 · stages` in V-shaped schedules.
  /// - Throws: ``CostError`` if the schedule does not exist for these stages, micro-batches and chunks, or the times
  ///   are not those of the chunks.
  public init(
    _ schedule: PipelineSchedule, stages: Int, microBatches: Int, chunks: Int = 1, times: PassTimes
  ) throws(CostError) {
    let order = try PipelineOrder(schedule, stages: stages, microBatches: microBatches, chunks: chunks)
    let total = stages * order.chunks
    try times.validate(chunks: total)

    let notYet = Double.infinity
    var forward = [Double](repeating: notYet, count: total * microBatches)
    var backward = forward
    var next = [Int](repeating: 0, count: stages)
    var devices = [Device](repeating: Device(), count: stages)
    // Every device has the same number of passes.
    let steps = Array(order.steps.joined())
    let perDevice = steps.count / stages
    var passes = steps.map { Pass($0, on: 0, start: 0, end: 0) }
    var isMoving = true
    // In rounds, each device as far as the known results of the others allow.
    while isMoving {
      isMoving = false
      for device in 0..<stages {
        while next[device] < perDevice {
          let place = device * perDevice + next[device]
          let step = steps[place]
          let chunk = order.modelChunk(Int(step.chunk), of: device)
          let cell = chunk * microBatches + Int(step.microBatch)
          var ready = 0.0
          switch step.kind {
          case .forward:
            if chunk > 0 { ready = forward[cell - microBatches] + order.transfer(times, chunk - 1, chunk) }
          case .backward, .inputs:
            ready = forward[cell]
            if chunk < total - 1 {
              ready = max(ready, backward[cell + microBatches] + order.transfer(times, chunk, chunk + 1))
            }
          case .weights: break
          }
          guard ready < notYet else { break }
          let start = max(ready, devices[device].end)
          let end = start + times.seconds(step.kind, chunk: chunk)
          switch step.kind {
          case .forward: forward[cell] = end
          case .backward, .inputs: backward[cell] = end
          case .weights: break
          }
          devices[device].run(step.kind, from: start, to: end)
          passes[place] = Pass(step, on: device, start: start, end: end)
          next[device] += 1
          isMoving = true
        }
      }
    }
    self.devices = devices
    self.passes = passes
  }

  /// The time from the first to the last pass of all, in seconds.
  public var time: Double { devices.map(\.end).max() ?? 0 }

  /// The time from the first to the last pass of the device for which it is longest, in seconds.
  ///
  /// Steps follow each other at this pace if each device starts the next step when it is done, as the zero-bubble
  /// schedules do, which check the gradients' norm afterwards (Qi et al. 2024, section 4). If all devices wait for each
  /// other, a step takes ``time``.
  public var span: Double { devices.map { $0.end - $0.start }.max() ?? 0 }

  /// The share of ``time`` for which a device waits.
  public func idleShare(ofDevice device: Int) -> Double {
    let time = time
    return time > 0 ? 1 - devices[device].busy / time : 0
  }

  /// The most activations that a device holds at once, in units of those of one chunk for one micro-batch.
  public var peakActivations: Int { devices.map(\.peakActivations).max() ?? 0 }

  /// One pass of a micro-batch through a chunk.
  public struct Pass: Sendable, Hashable {
    public var device: Int { Int(storedDevice) }
    /// The index among the device's chunks, in the order of the model's layers.
    public var chunk: Int { Int(storedChunk) }
    public var microBatch: Int { Int(storedMicroBatch) }
    public let kind: Kind
    /// The start in seconds from the beginning of the step.
    public let start: Double
    public let end: Double

    // Single precision, because large pipelines have hundreds of thousands of passes.
    private let storedDevice: Int32
    private let storedChunk: Int32
    private let storedMicroBatch: Int32

    fileprivate init(_ step: PipelineOrder.Step, on device: Int, start: Double, end: Double) {
      storedDevice = Int32(device)
      storedChunk = step.chunk
      storedMicroBatch = step.microBatch
      kind = step.kind
      self.start = start
      self.end = end
    }

    public enum Kind: String, Sendable, Hashable, CaseIterable {
      case forward
      /// The whole backward pass at once.
      case backward
      /// Backward for the inputs only.
      case inputs
      /// Backward for the weights only.
      case weights
    }
  }

  /// The activity of a device in a step.
  public struct Device: Sendable, Hashable {
    /// The start of its first pass.
    public private(set) var start = 0.0
    /// The end of its last pass.
    public private(set) var end = 0.0
    /// The seconds in which it computes.
    public private(set) var busy = 0.0
    /// The most activations held, in units of those of one chunk for one micro-batch, each kept from the forward pass
    /// until the weights have their gradients.
    public private(set) var peakActivations = 0
    private var activations = 0
    private var hasRun = false

    fileprivate mutating func run(_ kind: Pass.Kind, from start: Double, to end: Double) {
      if !hasRun { (self.start, hasRun) = (start, true) }
      self.end = end
      busy += end - start
      switch kind {
      case .forward:
        activations += 1
        peakActivations = max(peakActivations, activations)
      case .backward, .weights: activations -= 1
      case .inputs: break
      }
    }
  }
}

extension PipelineSimulation {
  /// Passes of one kind and one of the devices' chunks as arrays, for a plot with a row for each device.
  public struct Lane: Sendable, Hashable {
    public let kind: Pass.Kind
    public let chunk: Int
    public var device: [Int] = []
    public var start: [Double] = []
    public var end: [Double] = []
  }

  /// All passes by kind and chunk.
  ///
  /// - Parameter window: seconds of the step that the plot shows; passes outside of it are left out.
  public func timeline(in window: ClosedRange<Double>? = nil) -> [Lane] {
    let chunks = (passes.map(\.chunk).max() ?? -1) + 1
    var lanes = Pass.Kind.allCases.flatMap { kind in (0..<chunks).map { Lane(kind: kind, chunk: $0) } }
    var places: [Pass.Kind: Int] = [:]
    for (place, kind) in Pass.Kind.allCases.enumerated() { places[kind] = place * chunks }
    for pass in passes {
      if let window, pass.end < window.lowerBound || pass.start > window.upperBound { continue }
      guard let place = places[pass.kind] else { continue }
      lanes[place + pass.chunk].device.append(pass.device)
      lanes[place + pass.chunk].start.append(pass.start)
      lanes[place + pass.chunk].end.append(pass.end)
    }
    return lanes.filter { !$0.device.isEmpty }
  }
}
