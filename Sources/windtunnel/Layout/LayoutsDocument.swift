import Tables
import TrainingCost

/// The layouts of a model on a cluster as a document, `windtunnel.layouts/1`.
struct LayoutsDocument: Codable {
  var schema = "windtunnel.layouts/1"
  var model: String
  var params: Double
  var sequence: Int
  /// Sequences of a step.
  var globalBatch: Int
  var accelerator: String
  var devices: Int
  var precision: String
  /// The number of valid layouts, and of those that fit in memory.
  var considered: Int
  var fitting: Int
  /// The best first.
  var layouts: [Entry]
  var reasons: [String]
  var run: RunDocument?
  /// The best layout on other numbers of accelerators.
  var front: [FrontPoint]?
  var assumptions: [String]

  struct Entry: Codable {
    var name: String
    var data: Int
    var tensor: Int
    var pipeline: Int
    var context: Int
    var expert: Int
    var virtualStages: Int
    var microBatch: Int
    var microBatches: Int
    var zero: Int
    /// Devices that shard one copy, if not all replicas do.
    var shardGroup: Int?
    var offload: Double
    var recompute: String
    var schedule: String
    var stageSplit: String
    var stepSeconds: Double
    var tokensPerSecond: Double
    /// Model FLOPs utilization, of the products that the model needs with half of attention's square.
    var mfu: Double
    /// Seconds of a step and bytes of the fullest device, by part.
    var seconds: [Part]
    var bytes: [Part]
    var memoryBytes: Double

    struct Part: Codable {
      var part: String
      var value: Double
    }

    init(_ ranked: RankedLayout, _ model: StepModel) {
      let layout = ranked.layout
      let workload = model.workload
      data = layout.data
      tensor = layout.tensor
      pipeline = layout.pipeline
      context = layout.context
      expert = layout.expert
      virtualStages = layout.virtualStages
      microBatch = layout.microBatch
      microBatches = workload.globalBatch / (layout.data * layout.microBatch)
      zero = layout.sharding.rawValue
      shardGroup = layout.shardGroup
      offload = layout.offload
      recompute = layout.recomputation.rawValue
      schedule = layout.schedule.rawValue
      stageSplit = layout.stageSplit.rawValue
      stepSeconds = ranked.time.total
      tokensPerSecond = workload.tokensPerStep / ranked.time.total
      mfu = model.utilization(stepSeconds: ranked.time.total)
      seconds = ranked.time.parts.filter { $0.seconds > 0 }.map { Part(part: $0.name, value: $0.seconds) }
      bytes = ranked.memory.parts.filter { $0.bytes > 0 }.map { Part(part: $0.name, value: $0.bytes) }
      memoryBytes = ranked.memory.total
      name = layout.summary
    }
  }

  struct FrontPoint: Codable {
    var devices: Int
    var layout: Entry
    var run: RunDocument
    /// Whether no other number of accelerators is both faster and cheaper.
    var isPareto = true
  }

  init(_ search: LayoutSearch, _ model: StepModel, name: String, reasons: [String], notes: [String]) {
    self.model = name
    params = Double(model.workload.shape.parameters.total)
    sequence = model.workload.sequence
    globalBatch = model.workload.globalBatch
    accelerator = model.cluster.accelerator.name
    devices = model.cluster.count
    precision = model.workload.precision.rawValue
    considered = search.considered
    fitting = search.fitting
    layouts = search.best.map { Entry($0, model) }
    self.reasons = reasons
    assumptions = notes
  }

  static func markedPareto(_ points: [FrontPoint]) -> [FrontPoint] {
    points.map { point in
      var point = point
      point.isPareto = !points.contains {
        $0.run.seconds < point.run.seconds && $0.run.gpuHours <= point.run.gpuHours
      }
      return point
    }
  }
}

/// The cost of training, in documents.
struct RunDocument: Codable {
  var steps: Double
  var seconds: Double
  var usefulSeconds: Double
  var gpuHours: Double
  var usd: Double?
  var energyKwh: Double?
  var carbonKg: Double?
  var sentences: [String]

  init(_ cost: RunCost) {
    steps = cost.steps
    seconds = cost.seconds
    usefulSeconds = cost.usefulSeconds
    gpuHours = cost.gpuHours
    usd = cost.usd
    energyKwh = cost.energy
    carbonKg = cost.carbon
    sentences = cost.sentences
  }
}
