import Documents
import TrainingCost

/// The layouts of a model on a cluster as a document, `windtunnel.layouts/2`.
struct LayoutsDocument: Document {
  static let schema = "windtunnel.layouts/2"
  static let kind = "list of layouts"
  static let remedy = "write one by 'windtunnel layout --output'"

  var model: String
  var params: Double
  var workload: TrainingWorkload
  var accelerator: String
  var devices: Int
  /// Layouts that work out, and those of them that fit in memory.
  var considered: Int
  var fitting: Int
  /// The best first.
  var layouts: [Entry]
  var reasons: [String]
  var run: RunCost?
  /// The best layout on other numbers of accelerators.
  var front: [FrontPoint]?
  var assumptions: [String]

  struct Entry: Codable {
    /// The layout in a few words.
    var summary: String
    var layout: Layout
    /// The micro-batches of a replica in a step.
    var microBatches: Int
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
      let workload = model.workload
      layout = ranked.layout
      summary = layout.summary
      microBatches = workload.globalBatch / (layout.data * layout.microBatch)
      stepSeconds = ranked.time.total
      tokensPerSecond = workload.tokensPerStep / ranked.time.total
      mfu = model.utilization(stepSeconds: ranked.time.total)
      seconds = ranked.time.parts.filter { $0.seconds > 0 }.map { Part(part: $0.name, value: $0.seconds) }
      bytes = ranked.memory.parts.filter { $0.bytes > 0 }.map { Part(part: $0.name, value: $0.bytes) }
      memoryBytes = ranked.memory.total
    }
  }

  struct FrontPoint: Codable {
    var devices: Int
    var layout: Entry
    var run: RunCost
    /// Whether no other number of accelerators is both faster and cheaper.
    var isPareto = true
  }

  init(_ search: LayoutSearch, _ model: StepModel, name: String, reasons: [String], notes: [String]) {
    self.model = name
    params = Double(model.workload.shape.parameters.total)
    workload = model.workload
    accelerator = model.cluster.accelerator.name
    devices = model.cluster.count
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
