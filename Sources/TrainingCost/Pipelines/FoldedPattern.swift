/// The building block of a schedule in the shape of a V (Qi et al. 2024, Pipeline Parallelism with Controllable Memory,
/// arXiv 2405.15362): the start ticks of a micro-batch's passes on each device, where each pass takes one tick. It
/// repeats every six ticks, the passes of two chunks; backward passes for the weights take the ticks between.
struct FoldedPattern {
  /// The start ticks by device: of the forward passes of its first and second chunk, and of the backward passes for the
  /// inputs of its second and first.
  let starts: [[Int]]

  /// V-Half: half of the activations of 1F1B.
  static func half(stages p: Int) -> FoldedPattern {
    // Intermediate ticks, so that no two passes of a device share one of the six ticks.
    let pause = p % 2 == 0 ? 3 : 0
    return FoldedPattern(
      starts: (0..<p).map { [2 * $0, 3 * p - $0 - 2, 3 * p + pause + 2 * $0 - 1, 6 * p + pause - $0 - 2] })
  }

  /// V-Min: a third of the activations of 1F1B.
  static func least(stages p: Int) -> FoldedPattern {
    let pause = p % 3 == 0 ? 2 : 0
    return FoldedPattern(starts: (0..<p).map { [$0, 2 * p - $0 - 1, 2 * p + pause + $0, 4 * p + pause - $0 - 1] })
  }

  /// The passes of each device.
  ///
  /// The authors close the gaps of filling and draining by moving passes to earlier free ticks if memory allows. Here
  /// a greedy choice has the same effect: each device takes, tick by tick, the ready pass that comes first in the
  /// pattern, but holds no more activations of a chunk, and of both, than in the pattern; weights take the free ticks.
  func order(microBatches: Int) -> [[PipelineOrder.Step]] {
    let stages = starts.count
    let held = starts.map { Self.held($0, microBatches: 2 * stages) }
    let most = held.map(\.both).max() ?? 2
    var rows = [FoldedRow](repeating: FoldedRow(microBatches: microBatches), count: stages)
    // The passes that each device had done before the current tick, in the order of `starts`.
    var done = [Int](repeating: 0, count: 4 * stages)
    func given(_ pass: Int, _ device: Int) -> Int {
      switch pass {
      case 0: device == 0 ? microBatches : done[4 * device - 4]
      case 1: device == stages - 1 ? done[4 * device] : done[4 * device + 5]
      case 2: device == 0 ? done[1] : done[4 * device - 2]
      default: device == stages - 1 ? done[4 * device + 2] : done[4 * device + 7]
      }
    }
    func hasRoom(_ pass: Int, _ device: Int) -> Bool {
      guard pass < 2 else { return true }
      let (first, second) = (rows[device].activations(0), rows[device].activations(1))
      return first + second < most && (pass == 0 ? first < held[device].first : second < held[device].second)
    }
    var unfinished = stages
    while unfinished > 0 {
      for device in 0..<stages where !rows[device].isComplete {
        var choice = 4
        var earliest = Int.max
        for pass in 0..<4 {
          let number = done[4 * device + pass]
          let start = starts[device][pass] + 6 * number
          guard start < earliest, number < given(pass, device), hasRoom(pass, device) else { continue }
          (earliest, choice) = (start, pass)
        }
        switch choice {
        case 0: rows[device].add(.forward, 0)
        case 1: rows[device].add(.forward, 1)
        case 2: rows[device].add(.inputs, 1)
        case 3: rows[device].add(.inputs, 0)
        default: rows[device].addOldestWeights()
        }
        if rows[device].isComplete { unfinished -= 1 }
      }
      for device in 0..<stages {
        done[4 * device] = rows[device].forward.first
        done[4 * device + 1] = rows[device].forward.second
        done[4 * device + 2] = rows[device].inputs.second
        done[4 * device + 3] = rows[device].inputs.first
      }
    }
    return rows.map(\.steps)
  }

  /// The most activations that a device holds in the pattern: of its first chunk, of its second, and of both.
  private static func held(_ starts: [Int], microBatches: Int) -> (first: Int, second: Int, both: Int) {
    var waiting: [Int] = []
    var now = [0, 0]
    var most = (first: 0, second: 0, both: 0)
    for tick in 0..<starts[3] + 6 * microBatches {
      let pass = starts.firstIndex { tick >= $0 && (tick - $0) % 6 == 0 && (tick - $0) / 6 < microBatches }
      switch pass {
      case .some(let chunk) where chunk < 2:
        now[chunk] += 1
        most = (max(most.first, now[0]), max(most.second, now[1]), max(most.both, now[0] + now[1]))
      case .some(let backward): waiting.append(3 - backward)
      case .none:
        if !waiting.isEmpty { now[waiting.removeFirst()] -= 1 }
      }
    }
    return most
  }
}

/// The passes of a device with two chunks, as they are queued. The micro-batches of a chunk come in order.
struct FoldedRow {
  private(set) var steps: [PipelineOrder.Step] = []
  /// The passes of each chunk so far.
  private(set) var forward = Pair()
  private(set) var inputs = Pair()
  private var weights = Pair()
  private let microBatches: Int
  /// The chunks whose weight passes are pending, oldest first, and how many of them are done.
  private var waiting: [Int] = []
  private var served = 0

  struct Pair {
    var first = 0
    var second = 0

    subscript(_ chunk: Int) -> Int { chunk == 0 ? first : second }

    /// The number so far, which is the next micro-batch's.
    mutating func next(_ chunk: Int) -> Int {
      if chunk == 0 {
        first += 1
        return first - 1
      }
      second += 1
      return second - 1
    }
  }

  init(microBatches: Int) {
    self.microBatches = microBatches
    steps.reserveCapacity(6 * microBatches)
    waiting.reserveCapacity(2 * microBatches)
  }

  var isComplete: Bool { steps.count == 6 * microBatches }
  func activations(_ chunk: Int) -> Int { forward[chunk] - weights[chunk] }

  /// The next micro-batch's pass; nil if all are done.
  mutating func add(_ kind: PipelineSimulation.Pass.Kind, _ chunk: Int) {
    let microBatch =
      switch kind {
      case .forward: forward.next(chunk)
      case .inputs, .backward: inputs.next(chunk)
      case .weights: weights.next(chunk)
      }
    guard microBatch < microBatches else { return }
    steps.append(PipelineOrder.Step(kind: kind, chunk: chunk, microBatch: microBatch))
    if kind == .inputs { waiting.append(chunk) }
  }

  /// Both backward passes in turn.
  mutating func addBackward(_ chunk: Int) {
    add(.inputs, chunk)
    add(.weights, chunk)
  }

  /// The weight pass that has waited longest; nil if none waits.
  mutating func addOldestWeights() {
    guard served < waiting.count else { return }
    add(.weights, waiting[served])
    served += 1
  }

  /// All pending weight passes, those of the second chunk first.
  mutating func addRemainingWeights() {
    while weights[1] < microBatches { add(.weights, 1) }
    while weights[0] < microBatches { add(.weights, 0) }
  }
}
