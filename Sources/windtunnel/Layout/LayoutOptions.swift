import ArgumentParser
import TrainingCost

/// Degrees and choices of a layout.
struct LayoutOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: ArgumentHelp("Tensor-parallel devices.", valueName: "N"))
  var tp: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Pipeline stages.", valueName: "N"))
  var pp: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Data-parallel replicas.", valueName: "N"))
  var dp: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Devices that share each sequence.", valueName: "N"))
  var cp: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Devices that share the experts of a layer.", valueName: "N"))
  var ep: Int?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Model chunks of a device (interleaved schedule).", valueName: "N"))
  var virtualStages: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Sequences of a micro-batch.", valueName: "N"))
  var microBatch: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The state that replicas shard: 0, 1 (optimizer), 2 (gradients), 3 (parameters, FSDP).", valueName: "stage"))
  var zero: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Devices that shard one copy (hybrid sharding); default: all replicas.", valueName: "N"))
  var shardGroup: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The share of activations offloaded to host memory, 0 to 1.", valueName: "share"))
  var offload = 0.0

  @Option(help: "The exchange of keys and values between devices that share sequences: ring or ulysses.")
  var contextExchange = Layout.ContextExchange.ring

  @Option(help: "Recomputation: none, selective or full.")
  var recompute: Recomputation?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "The pipeline's schedule: 1f1b, gpipe, zb-h1, zb-h2, zb-v, v-half, v-min; may be repeated to compare.",
      valueName: "name"))
  var schedule: [PipelineSchedule] = []

  @Option(
    help: "The assignment of layers to stages: even, or balanced with the output projection; default: both are tried.")
  var stageSplit: Layout.StageSplit?

  func options() throws -> LayoutSearch.Options {
    var options = LayoutSearch.Options()
    for (name, degree) in [
      ("--tp", tp), ("--pp", pp), ("--dp", dp), ("--cp", cp), ("--ep", ep), ("--virtual-stages", virtualStages),
      ("--micro-batch", microBatch), ("--shard-group", shardGroup),
    ] {
      if let degree, degree < 1 { throw UsageError("\(name) must be at least 1, not \(degree)") }
    }
    (options.tensor, options.pipeline, options.data) = (tp, pp, dp)
    (options.context, options.expert, options.virtualStages) = (cp, ep, virtualStages)
    options.microBatch = microBatch
    options.sharding = try zero.map(Layout.Sharding.stated)
    options.recomputation = recompute
    options.shardGroup = shardGroup
    guard (0...1).contains(offload) else { throw UsageError("--offload must be between 0 and 1, not \(offload)") }
    options.offload = offload
    options.contextExchange = contextExchange
    if !schedule.isEmpty { options.schedules = schedule }
    options.stageSplit = stageSplit
    return options
  }
}

extension Layout.ContextExchange: ExpressibleByArgument {}
extension Recomputation: ExpressibleByArgument {}
extension PipelineSchedule: ExpressibleByArgument {}

extension Layout.Sharding {
  /// The sharding that `--zero` states.
  static func stated(_ stage: Int) throws -> Layout.Sharding {
    guard let sharding = Layout.Sharding(rawValue: stage) else {
      throw UsageError("--zero must be 0, 1, 2 or 3, not \(stage)")
    }
    return sharding
  }
}
