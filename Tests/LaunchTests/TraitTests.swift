import Testing
import TrainingCost

@testable import Launch

/// One choice of a job that differs from another's.
struct Trait: Sendable, CustomTestStringConvertible {
  let name: String
  /// What both jobs have in common, beside the trainer's own base.
  let base: @Sendable (inout JobSpec) -> Void
  let change: @Sendable (inout JobSpec) -> Void

  init(
    _ name: String, on base: @escaping @Sendable (inout JobSpec) -> Void = { _ in },
    _ change: @escaping @Sendable (inout JobSpec) -> Void
  ) {
    (self.name, self.base, self.change) = (name, base, change)
  }

  var testDescription: String { name }

  private static let pipeline: @Sendable (inout JobSpec) -> Void = {
    ($0.layout.data, $0.layout.pipeline, $0.layout.tensor, $0.layout.context) = ($0.resources.devices / 2, 2, 1, 1)
    $0.layout.sequenceParallel = false
    if $0.layout.sharding.rawValue > 1 { $0.layout.sharding = .optimizer }
  }
  private static let tensor: @Sendable (inout JobSpec) -> Void = {
    ($0.layout.data, $0.layout.tensor, $0.layout.pipeline, $0.layout.context) = ($0.resources.devices / 2, 2, 1, 1)
    $0.layout.sequenceParallel = true
  }
  private static let context: @Sendable (inout JobSpec) -> Void = {
    ($0.layout.data, $0.layout.context, $0.layout.pipeline, $0.layout.tensor) = ($0.resources.devices / 2, 2, 1, 1)
    $0.layout.sequenceParallel = false
  }
  private static let sharded: @Sendable (inout JobSpec) -> Void = {
    $0.layout = Layout(data: $0.resources.devices, microBatch: 1, sharding: .parameters)
  }
  private static let experts: @Sendable (inout JobSpec) -> Void = {
    $0.layout = Layout(data: $0.resources.devices, microBatch: 1, sharding: .optimizer)
    $0.model.experts = .init(count: 8, active: 2, feedForward: $0.model.feedForward)
  }

  static let all: [Trait] =
    Precision.allCases.filter { $0 != .bf16 }.map { precision in
      Trait("precision \(precision.rawValue)") { $0.training.precision = precision }
    }
    + AttentionKernel.allCases.filter { $0 != .flash }.map { kernel in
      Trait("attention \(kernel.rawValue)") { $0.training.attention = kernel }
    }
    + Recomputation.allCases.filter { $0 != .none }.map { recomputation in
      Trait("recompute \(recomputation.rawValue)", on: { $0.layout.recomputation = .none }) {
        $0.layout.recomputation = recomputation
      }
    }
    + Layout.Sharding.allCases.filter { $0 != .none }.map { sharding in
      Trait("ZeRO \(sharding.rawValue)", on: { $0.layout = Layout(data: $0.resources.devices, sharding: .none) }) {
        $0.layout.sharding = sharding
      }
    }
    + PipelineSchedule.allCases.filter { $0 != .oneForwardOneBackward }.map { schedule in
      Trait("schedule \(schedule.rawValue)", on: pipeline) { $0.layout.schedule = schedule }
    }
    + JobSpec.Schedule.Kind.allCases.filter { $0 != .cosine }.map { kind in
      Trait("schedule \(kind.rawValue)", on: { $0.schedule = .init(kind: .cosine, warmupSteps: 100) }) {
        $0.schedule.kind = kind
      }
    }
    + TransformerShape.Biases.allCases.filter { $0 != .none }.map { biases in
      Trait("biases \(biases.rawValue)", on: { $0.model.biases = .none }) { $0.model.biases = biases }
    }
    + TransformerShape.Norm.allCases.filter { $0 != .rms }.map { norm in
      Trait("norm \(norm.rawValue)", on: { $0.model.norm = .rms }) { $0.model.norm = norm }
    }
    + TransformerShape.QueryKeyNorm.allCases.filter { $0 != .none }.map { norm in
      Trait("query-key norm \(norm.rawValue)", on: { $0.model.queryKeyNorm = .none }) { $0.model.queryKeyNorm = norm }
    }
    + [
      Trait("tensor", tensor), Trait("pipeline", pipeline), Trait("context", context),
      Trait("chunks", on: pipeline) { $0.layout.virtualStages = 2 },
      Trait("balanced stages", on: pipeline) { $0.layout.stageSplit = .balanced },
      Trait("no sequence parallelism", on: tensor) { $0.layout.sequenceParallel = false },
      Trait("Ulysses", on: context) { $0.layout.contextExchange = .ulysses },
      Trait("offload") { $0.layout.offload = 0.5 },
      Trait("shard group", on: sharded) { $0.layout.shardGroup = $0.resources.devices / 2 },
      Trait("experts", on: { $0.layout = Layout(data: $0.resources.devices) }) {
        $0.model.experts = .init(count: 8, active: 2, feedForward: $0.model.feedForward)
      },
      Trait("active experts", on: experts) { $0.model.experts?.active = 1 },
      Trait("shared experts", on: experts) { $0.model.experts?.sharedFeedForward = $0.model.feedForward },
      Trait("dense layers before experts", on: experts) { $0.model.experts?.denseLayers = 2 },
      Trait("capacity factor", on: experts) { $0.model.experts?.capacityFactor = 1.25 },
      Trait("router offsets", on: experts) { $0.model.experts?.hasRouterBias = true },
      Trait("expert parallel", on: experts) { $0.layout.expert = 4 },
      Trait("grouped queries", on: { $0.model.keyValueHeads = $0.model.heads }) {
        $0.model.keyValueHeads = $0.model.heads / 4
      },
      Trait("latent attention") { $0.model.latentAttention = .init(queryRank: 1536, keyValueRank: 512) },
      Trait("tied embeddings", on: { $0.model.tiesEmbeddings = false }) { $0.model.tiesEmbeddings = true },
      Trait("plain MLP", on: { $0.model.isGated = true }) { $0.model.isGated = false },
      Trait("learned positions", on: { $0.model.learnedPositions = 0 }) {
        $0.model.learnedPositions = $0.training.sequence
      },
      Trait("four norms", on: { $0.model.normsPerLayer = 2 }) { $0.model.normsPerLayer = 4 },
      Trait("one norm", on: { $0.model.normsPerLayer = 2 }) { $0.model.normsPerLayer = 1 },
      Trait("embedding norm") { $0.model.normsEmbedding = true },
      Trait("output bias") { $0.model.hasOutputBias = true },
      Trait("head size") { $0.model.headSize *= 2 },
      Trait("layers") { $0.model.layers *= 2 }, Trait("hidden") { $0.model.hidden += $0.model.heads * 2 },
      Trait("MLP width") { $0.model.feedForward *= 2 }, Trait("vocabulary") { $0.model.vocabulary += 1024 },
      Trait("tokens") { $0.training.tokens *= 2 }, Trait("batch") { $0.training.batch *= 2 },
      Trait("sequence") { $0.training.sequence /= 2 }, Trait("seed") { $0.training.seed += 7 },
      Trait("micro-batch", on: { $0.layout.microBatch = 1 }) { $0.layout.microBatch = 2 },
      Trait("learning rate") { $0.optimizer.learningRate /= 3 },
      Trait("weight decay") { $0.optimizer.weightDecay = 0.01 }, Trait("beta1") { $0.optimizer.beta1 = 0.8 },
      Trait("beta2") { $0.optimizer.beta2 = 0.98 }, Trait("clip") { $0.optimizer.clip = 0.5 },
      Trait("no clip") { $0.optimizer.clip = nil },
      Trait("warm-up") { $0.schedule.warmupSteps += 50 },
      Trait("end of the schedule", on: { $0.schedule.finalShare = 0.1 }) { $0.schedule.finalShare = 0.02 },
      Trait("decay", on: { $0.schedule = .init(kind: .wsd, warmupSteps: 100) }) { $0.schedule.decayShare = 0.4 },
      Trait("checkpoints") { $0.checkpoints.every = 37 },
    ]
}

/// What a job asks for reaches the trainer, or the trainer says that it cannot do it.
@Suite struct TraitTests {
  /// A job that the trainer takes whole; of the reference trainer a small one.
  private static func base(_ backEnd: any BackEnd) -> JobSpec? {
    var reference = BackEndTests.small(backEnd.name)
    reference.model = ReferenceTrainer.shape(layers: 2, width: 32, heads: 1)
    reference.training = .init(tokens: 1e6, sequence: ReferenceTrainer.sequence, batch: 4, precision: .fp32)
    reference.optimizer = .init(learningRate: 1e-3, weightDecay: 0.1, beta1: 0.9, beta2: 0.99)
    (reference.layout, reference.resources) = (Layout(sharding: .none), .init())
    (reference.schedule, reference.data) = (.init(kind: .cosine, warmupSteps: 10), .init())
    let jobs = [BackEndTests.large(backEnd.name), BackEndTests.medium(backEnd.name), BackEndTests.small(backEnd.name)]
    return (jobs + [reference]).first { backEnd.call($0, in: "/runs/a").unsupported.isEmpty }
  }

  @Test(arguments: BackEnds.all.map(\.name))
  func nothingIsLost(_ name: String) throws {
    let backEnd = try #require(BackEnds.named(name))
    let base = try #require(Self.base(backEnd), "no job suits \(name)")
    for trait in Trait.all {
      var one = base
      trait.base(&one)
      var other = one
      trait.change(&other)
      guard one != other else { continue }
      let (first, second) = (backEnd.call(one, in: "/runs/a"), backEnd.call(other, in: "/runs/a"))
      #expect(first != second, "\(name) says nothing of: \(trait.name)")
    }
  }
}
