/// A layout with its time and memory.
public struct RankedLayout: Sendable, Hashable {
  public let layout: Layout
  public let time: StepTime
  public let memory: StepMemory
}

/// All layouts of a workload on a cluster that fit in memory, the best first.
public struct LayoutSearch: Sendable {
  /// The best layouts by the goal, at most as many as were asked for.
  public let best: [RankedLayout]
  /// The number of valid layouts, whether they fit or not.
  public let considered: Int
  /// The number of them that fit in memory.
  public let fitting: Int
  /// The layout that takes the least memory, if none fits.
  public let smallest: RankedLayout?

  /// The options of a search.
  public struct Options: Sendable {
    /// Degrees that are given; the others are searched.
    public var data: Int?
    public var tensor: Int?
    public var pipeline: Int?
    public var context: Int?
    public var expert: Int?
    public var virtualStages: Int?
    public var microBatch: Int?
    public var sharding: Layout.Sharding?
    public var recomputation: Recomputation?
    /// The pipeline schedules to search.
    public var schedules: [PipelineSchedule] = [.oneForwardOneBackward]
    /// The assignment of layers to stages; all ways if nil.
    public var stageSplit: Layout.StageSplit?
    /// The number of devices that shard one copy of the state (hybrid sharding); all data-parallel ones if nil.
    public var shardGroup: Int?
    /// The share of the activations that is offloaded to host memory, 0 … 1.
    public var offload = 0.0
    public var contextExchange = Layout.ContextExchange.ring
    public var objective = Objective.time
    /// The number of layouts to keep.
    public var keep = 10
    /// The usable memory of a device in bytes; the accelerator's if nil.
    public var memoryBytes: Double?

    public init() {}
  }

  /// The goal by which layouts are ranked.
  public enum Objective: String, Sendable, Hashable, CaseIterable {
    /// The shortest step. On a given cluster, money and energy follow from it.
    case time
    /// The most free memory, among layouts within a tenth of the fastest.
    case headroom
  }

  /// Searches all layouts that divide the devices: tensor parallelism within one domain of fast links, sequences split
  /// over up to 32 devices from 16,384 tokens on, micro-batches of up to 64 sequences. Given degrees may lie beyond.
  ///
  /// Memory is computed first, and time only for layouts that fit; none of these is left out.
  public init(_ model: StepModel, _ options: Options = Options()) {
    let limit = options.memoryBytes ?? model.cluster.accelerator.usableMemoryBytes
    var considered = 0
    var fitting: [RankedLayout] = []
    var smallest: (layout: Layout, memory: StepMemory)?
    for layout in model.candidates(options) {
      considered += 1
      let memory = model.memory(layout)
      if memory.total <= limit {
        fitting.append(RankedLayout(layout: layout, time: model.time(layout), memory: memory))
      } else if fitting.isEmpty, memory.total < smallest?.memory.total ?? .infinity {
        smallest = (layout, memory)
      }
    }
    self.considered = considered
    self.fitting = fitting.count
    self.smallest =
      fitting.isEmpty
      ? smallest.map { RankedLayout(layout: $0.layout, time: model.time($0.layout), memory: $0.memory) } : nil
    // Among equal times the simplest layout, which comes first.
    let order = fitting.indices.sorted { (fitting[$0].time.total, $0) < (fitting[$1].time.total, $1) }
    switch options.objective {
    case .time: best = order.prefix(options.keep).map { fitting[$0] }
    case .headroom:
      let fastest = order.first.map { fitting[$0].time.total } ?? 0
      let near = order.filter { fitting[$0].time.total <= 1.1 * fastest }
      best = near.sorted { (fitting[$0].memory.total, $0) < (fitting[$1].memory.total, $1) }
        .prefix(options.keep).map { fitting[$0] }
    }
  }
}

extension StepModel {
  /// Every layout on all of the cluster's devices that ``check(_:)`` accepts, from simple to intricate.
  func candidates(_ options: LayoutSearch.Options) -> [Layout] {
    var layouts: [Layout] = []
    let devices = cluster.count
    // Tensor parallelism waits for every layer, so beyond the fast links it must be requested.
    let tensors = degrees(options.tensor, upTo: min(devices, cluster.accelerator.link.domainSize), dividing: devices)
    for tensor in tensors where workload.shape.heads % tensor == 0 {
      let contexts = degrees(options.context, upTo: workload.sequence >= 16_384 ? 32 : 1, dividing: devices / tensor)
      for context in contexts {
        let rest = devices / tensor / context
        for pipeline in degrees(options.pipeline, upTo: workload.shape.layers, dividing: rest) {
          let data = rest / pipeline
          guard options.data == nil || options.data == data, workload.globalBatch % data == 0 else { continue }
          var layout = Layout(
            data: data, tensor: tensor, pipeline: pipeline, context: context, sequenceParallel: tensor > 1)
          for expert in degrees(
            options.expert, upTo: workload.shape.experts?.count ?? 1, dividing: data * context * tensor)
          {
            layout.expert = expert
            append(&layouts, layout, options)
          }
        }
      }
    }
    return layouts
  }

  /// The variants of a layout whose degrees are fixed.
  private func append(_ layouts: inout [Layout], _ degrees: Layout, _ options: LayoutSearch.Options) {
    let sequences = workload.globalBatch / degrees.data
    let sizes = options.microBatch.map { [$0] } ?? Array(1...min(64, sequences))
    let shardings =
      options.sharding.map { [$0] } ?? (degrees.data * degrees.context == 1 ? [.none] : Layout.Sharding.allCases)
    let recomputations = options.recomputation.map { [$0] } ?? Recomputation.allCases
    for size in sizes where size > 0 && sequences % size == 0 {
      for schedule in degrees.pipeline > 1 ? options.schedules : [.oneForwardOneBackward] {
        for (split, chunks) in splits(degrees, schedule, options) {
          for sharding in shardings {
            for recomputation in recomputations {
              var layout = degrees
              layout.microBatch = size
              layout.schedule = schedule
              layout.virtualStages = chunks
              layout.stageSplit = split
              layout.sharding = sharding
              layout.shardGroup = sharding == .none ? nil : options.shardGroup
              layout.offload = options.offload
              layout.contextExchange = options.contextExchange
              layout.recomputation = recomputation
              if isValid(layout) { layouts.append(layout) }
            }
          }
        }
      }
    }
  }

  /// The ways to assign layers to stages, with the possible numbers of chunks.
  private func splits(
    _ layout: Layout, _ schedule: PipelineSchedule, _ options: LayoutSearch.Options
  ) -> [(split: Layout.StageSplit, chunks: Int)] {
    let (layers, stages) = (workload.shape.layers, layout.pipeline)
    guard stages > 1 else { return [(options.stageSplit ?? .even, options.virtualStages ?? 1)] }
    return (options.stageSplit.map { [$0] } ?? Layout.StageSplit.allCases).flatMap { split in
      let chunks: [Int]
      if let given = options.virtualStages {
        chunks = [given]
      } else if schedule == .oneForwardOneBackward {
        // A balanced split may count the embedding and the output projection as a layer each.
        let wholes = split == .even ? [layers] : [layers, layers + 1, layers + 2]
        chunks = (1...max(1, (wholes.last ?? layers) / stages)).filter { chunk in
          chunk == 1 || wholes.contains { $0.isMultiple(of: stages * chunk) }
        }
      } else {
        chunks = [1]
      }
      return chunks.map { (split, $0) }
    }
  }

  private func isValid(_ layout: Layout) -> Bool {
    if layout.stageSplit == .balanced {
      // If the output projection is small compared with a layer, balanced stages are even ones.
      var even = layout
      even.stageSplit = .even
      let (mine, others) = (stageLayers(layout, headLayers: headLayers), stageLayers(even, headLayers: headLayers))
      if mine == others, (try? check(even)) != nil { return false }
    }
    return (try? check(layout)) != nil
  }

  private func degrees(_ given: Int?, upTo most: Int, dividing whole: Int) -> [Int] {
    if let given { return given > 0 && whole % given == 0 ? [given] : [] }
    return (1...max(1, min(most, whole))).filter { whole % $0 == 0 }
  }
}
