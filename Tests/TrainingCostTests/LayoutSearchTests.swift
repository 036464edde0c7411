import Testing
import TrainingCost

/// The search compared with an enumeration that was written for these tests alone.
@Suite struct LayoutSearchTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    let name: String
    let shape: TransformerShape
    let devices: Int
    let sequence: Int
    let batch: Int

    var testDescription: String { name }
  }

  static let problems = [
    Problem(
      name: "dense on a node",
      shape: TransformerShape(
        layers: 6, hidden: 512, feedForward: 1536, heads: 8, keyValueHeads: 2, vocabulary: 32_000), devices: 8,
      sequence: 1024, batch: 24),
    Problem(
      name: "dense on 12 devices", shape: gpt(layers: 12, hidden: 768, heads: 12), devices: 12, sequence: 2048,
      batch: 48),
    Problem(
      name: "experts on two nodes",
      shape: TransformerShape(
        layers: 4, hidden: 512, feedForward: 1024, heads: 8, vocabulary: 32_000,
        experts: .init(count: 8, active: 2, feedForward: 1024)), devices: 16, sequence: 1024, batch: 32),
    Problem(
      name: "long sequences",
      shape: TransformerShape(layers: 4, hidden: 512, feedForward: 1536, heads: 8, vocabulary: 32_000), devices: 8,
      sequence: 32_768, batch: 8),
  ]

  private func model(_ problem: Problem) throws -> StepModel {
    try TrainingCostTests.model(problem.shape, problem.devices, sequence: problem.sequence, batch: problem.batch)
  }

  /// All layouts by the rules that Megatron-LM states for its degrees: they multiply to the devices, heads and MLP divide by
  /// the tensor-parallel ones, sequences by the context-parallel ones, experts by theirs; the batch divides by replicas and
  /// micro-batches; chunks divide the layers, and stages the micro-batches where there are chunks. ZeRO 2 and 3 go without
  /// a pipeline.
  private func enumerated(_ problem: Problem) -> [Layout] {
    let (n, shape) = (problem.devices, problem.shape)
    var found: [Layout] = []
    for tensor in 1...8 {
      for context in 1...(problem.sequence >= 16_384 ? 32 : 1) {
        for pipeline in 1...shape.layers {
          for data in 1...n where data * tensor * pipeline * context == n {
            guard shape.heads % tensor == 0, shape.feedForward % tensor == 0, problem.sequence % context == 0,
              shape.keyValueHeads % tensor == 0 || tensor % shape.keyValueHeads == 0
            else { continue }
            let experts = shape.experts?.count ?? 1
            for expert in 1...experts where experts % expert == 0 && n / pipeline % expert == 0 {
              for size in 1...64 where problem.batch % (data * size) == 0 {
                let microBatches = problem.batch / data / size
                for chunks in 1...shape.layers {
                  if chunks > 1 {
                    guard pipeline > 1, shape.layers % (pipeline * chunks) == 0, microBatches % pipeline == 0 else {
                      continue
                    }
                  }
                  for stage in 0...3 {
                    if data * context == 1, stage > 0 { continue }
                    if pipeline > 1, stage > 1 { continue }
                    for recomputation in [Recomputation.none, .selective, .full] {
                      found.append(
                        Layout(
                          data: data, tensor: tensor, pipeline: pipeline, context: context, expert: expert,
                          virtualStages: chunks, microBatch: size,
                          sharding: [.none, .optimizer, .gradients, .parameters][stage], sequenceParallel: tensor > 1,
                          recomputation: recomputation))
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return found
  }

  @Test(arguments: problems) func everyLayoutIsFoundAndTheFastestComesFirst(_ problem: Problem) throws {
    let model = try model(problem)
    let all = enumerated(problem)
    var options = LayoutSearch.Options()
    options.stageSplit = .even
    options.keep = .max
    // So much memory that half of them fit.
    let memories = all.map { model.memory($0).total }.sorted()
    let limit = memories[memories.count / 2]
    options.memoryBytes = limit
    let search = LayoutSearch(model, options)
    let fitting = all.filter { model.memory($0).total <= limit }
    #expect(search.considered == all.count && Set(all).count == all.count)
    #expect(search.fitting == fitting.count && search.fitting < all.count)
    #expect(Set(search.best.map(\.layout)) == Set(fitting))
    #expect(search.best.first?.time.total == fitting.map { model.time($0).total }.min())
    #expect(search.smallest == nil)
    let times = search.best.map(\.time.total)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    for ranked in search.best {
      try model.check(ranked.layout)
      #expect(ranked.time == model.time(ranked.layout) && ranked.memory == model.memory(ranked.layout))
    }
  }

  @Test(arguments: problems) func whereNothingFitsTheSmallestIsNamed(_ problem: Problem) throws {
    let model = try model(problem)
    var options = LayoutSearch.Options()
    options.stageSplit = .even
    options.memoryBytes = 1e6
    let search = LayoutSearch(model, options)
    #expect(search.best.isEmpty && search.fitting == 0 && search.considered > 0)
    #expect(search.smallest?.memory.total == enumerated(problem).map { model.memory($0).total }.min())
  }

  @Test func givenDegreesAreKept() throws {
    let problem = Self.problems[2]
    let model = try model(problem)
    let all = enumerated(problem)
    let given: [((inout LayoutSearch.Options) -> Void, (Layout) -> Bool)] = [
      ({ $0.tensor = 4 }, { $0.tensor == 4 }), ({ $0.pipeline = 2 }, { $0.pipeline == 2 }),
      ({ $0.data = 8 }, { $0.data == 8 }), ({ $0.expert = 8 }, { $0.expert == 8 }),
      ({ $0.virtualStages = 2 }, { $0.virtualStages == 2 }), ({ $0.microBatch = 2 }, { $0.microBatch == 2 }),
      ({ $0.recomputation = .full }, { $0.recomputation == .full }),
      ({ $0.sharding = Layout.Sharding.none }, { $0.sharding == .none }),
      (
        { ($0.tensor, $0.pipeline, $0.microBatch) = (2, 2, 1) },
        { $0.tensor == 2 && $0.pipeline == 2 && $0.microBatch == 1 }
      ),
    ]
    for (change, holds) in given {
      var options = LayoutSearch.Options()
      options.stageSplit = .even
      options.keep = .max
      change(&options)
      let search = LayoutSearch(model, options)
      #expect(!search.best.isEmpty && search.best.allSatisfy { holds($0.layout) })
      #expect(search.considered == all.count(where: holds))
    }
  }

  @Test(arguments: [0, -1, 3, 7, .max]) func aDegreeThatDoesNotWorkOutFindsNothing(_ degree: Int) throws {
    let model = try model(Self.problems[0])
    let changes: [(inout LayoutSearch.Options) -> Void] = [
      { $0.tensor = degree }, { $0.pipeline = degree }, { $0.data = degree }, { $0.context = degree },
      { $0.expert = degree }, { $0.microBatch = degree == 3 ? 5 : degree },
      { $0.virtualStages = degree == 3 ? 5 : degree },
    ]
    for change in changes {
      var options = LayoutSearch.Options()
      options.stageSplit = .even
      change(&options)
      let search = LayoutSearch(model, options)
      #expect(search.best.isEmpty && search.smallest == nil && search.considered == 0)
    }
  }

  @Test func schedulesAreSearchedWhereTheyAreNamed() throws {
    let model = try model(Self.problems[1])
    var options = LayoutSearch.Options()
    options.stageSplit = .even
    options.keep = .max
    options.schedules = PipelineSchedule.allCases
    let best = LayoutSearch(model, options).best
    #expect(Set(best.filter { $0.layout.pipeline > 1 }.map(\.layout.schedule)) == Set(PipelineSchedule.allCases))
    let plain = LayoutSearch(model).best
    #expect(plain.allSatisfy { $0.layout.schedule == .oneForwardOneBackward })
    #expect(try #require(best.first).time.total <= (try #require(plain.first).time.total))
  }

  /// Of the layouts within a tenth of the fastest, the one that leaves most memory.
  @Test func headroomIsOfFastLayouts() throws {
    let problem = Self.problems[1]
    let model = try model(problem)
    var options = LayoutSearch.Options()
    options.stageSplit = .even
    options.objective = .headroom
    let chosen = try #require(LayoutSearch(model, options).best.first)
    let all = enumerated(problem)
    let fastest = try #require(all.map { model.time($0).total }.min())
    let near = all.filter { model.time($0).total <= 1.1 * fastest }
    #expect(chosen.memory.total == near.map { model.memory($0).total }.min())
  }

  @Test func theSameSearchFindsTheSame() throws {
    let model = try model(Self.problems[2])
    let (one, two) = (LayoutSearch(model), LayoutSearch(model))
    #expect(one.best == two.best && one.best.count == 10)
    #expect(one.reasons(model, .init()) == two.reasons(model, .init()))
  }

  /// A reason for each choice, with what the next best would cost.
  @Test func reasonsNameEachChoiceThatWasFree() throws {
    let model = try TrainingCostTests.model(
      TransformerShape.named("llama-3-8b"), 16, of: Accelerator.named("H100"), sequence: 8192, batch: 64)
    let search = LayoutSearch(model)
    let reasons = search.reasons(model, .init())
    for word in ["Tensor", "Pipeline", "Micro-batch", "Recomputation", "ZeRO", "The largest loss"] {
      #expect(reasons.contains { $0.hasPrefix(word) }, "\(word)")
    }
    var options = LayoutSearch.Options()
    options.stageSplit = .even
    options.tensor = search.best.first?.layout.tensor
    #expect(!LayoutSearch(model, options).reasons(model, options).contains { $0.hasPrefix("Tensor") })
  }
}

/// What is said of layouts that do not work out.
@Suite struct LayoutCheckTests {
  private func error(_ layout: Layout, _ model: StepModel) -> String {
    do {
      try model.check(layout)
      return "no error"
    } catch { return error.description }
  }

  /// 12 layers, 12 heads of which 4 of keys, MLPs of 3072; 16 devices; 64 sequences of 2048.
  private func dense() throws -> StepModel {
    try model(
      TransformerShape(layers: 12, hidden: 768, feedForward: 3072, heads: 12, keyValueHeads: 4, vocabulary: 32_000), 16)
  }

  @Test(arguments: [
    (Layout(data: 8), ["data 8", "8 devices", "cluster has 16", "data 16 would use them all"]),
    (Layout(data: 8, tensor: 3), ["24 devices", "must divide 16"]),
    (Layout(data: 0), ["data must be at least 1, not 0"]), (Layout(tensor: -2), ["tensor must be at least 1"]),
    (Layout(data: 16, microBatch: 0), ["micro-batch must be at least 1"]),
    (Layout(data: 2, tensor: 8), ["tensor 8", "12 attention heads", "6 does"]),
    (Layout(pipeline: 16), ["pipeline 16", "12 layers", "the most is 12"]),
    (Layout(data: 4, pipeline: 4, virtualStages: 4), ["pipeline 4 x 4 virtual stages", "12 layers", "the most is 3"]),
    (Layout(data: 16, virtualStages: 2), ["virtual stages need a pipeline", "leave them out"]),
    (Layout(data: 8, pipeline: 2, virtualStages: 4), ["pipeline x virtual stages 8", "12 layers", "6 does"]),
    (Layout(data: 8, pipeline: 2, virtualStages: 3, schedule: .zeroBubbleH1), ["schedule 1f1b", "zb-h1"]),
    (Layout(data: 4, pipeline: 4, virtualStages: 3, microBatch: 8), ["pipeline 4", "2 micro-batches"]),
    (Layout(data: 16, expert: 4), ["expert 4", "mixture of experts", "dense"]),
    (Layout(data: 16, microBatch: 3), ["data x micro-batch 48", "64 sequences"]),
    (Layout(data: 16, microBatch: 128), ["micro-batch 128", "64 sequences"]),
    (Layout(data: 16, sharding: .parameters, shardGroup: 3), ["shard group 3", "16 data-parallel", "does"]),
    (Layout(data: 16, shardGroup: 0), ["shard group must be at least 1"]),
    (Layout(data: 16, offload: 1.5), ["offloaded share", "between 0 and 1"]),
    (Layout(data: 16, offload: .nan), ["offloaded share", "between 0 and 1"]),
    (Layout(data: 8, pipeline: 2, sharding: .parameters), ["ZeRO 3", "use ZeRO 1, or pipeline 1"]),
    (Layout(data: 8, pipeline: 2, sharding: .gradients), ["ZeRO 2", "use ZeRO 1"]),
    (Layout(context: 16, contextExchange: .ulysses), ["context x tensor 16", "12 attention heads"]),
    (Layout(data: .max, tensor: .max, pipeline: .max, context: .max), ["devices", "cluster has 16"]),
    (Layout(data: 16, microBatch: .max), ["micro-batch", "64 sequences"]),
    (Layout(data: 8, pipeline: 2, virtualStages: .max), ["virtual stages", "12 layers"]),
    (Layout(data: 16, expert: .max), ["dense"]),
  ])
  func theDegreeAndItsRemedyAreNamed(_ layout: Layout, _ words: [String]) throws {
    let message = error(layout, try dense())
    for word in words { #expect(message.contains(word), "no '\(word)' in: \(message)") }
  }

  @Test func keysContextAndExpertsDivideToo() throws {
    let grouped = try model(
      TransformerShape(layers: 12, hidden: 768, feedForward: 3072, heads: 12, keyValueHeads: 4, vocabulary: 32_000), 6)
    #expect(error(Layout(tensor: 6), grouped).contains("tensor 6 and 4 key-value heads must divide one another"))
    let odd = try model(gpt(layers: 12, hidden: 768, heads: 12), 16, sequence: 2040)
    #expect(error(Layout(context: 16), odd).contains("context 16 does not divide the 2040 tokens of a sequence"))
    let mixture = try model(
      TransformerShape(
        layers: 12, hidden: 768, feedForward: 3072, heads: 12, vocabulary: 32_000,
        experts: .init(count: 8, active: 2, feedForward: 1024)), 16)
    #expect(error(Layout(data: 16, expert: 16), mixture).contains("expert 16 does not divide the 8 experts; 8 does"))
    let few = error(Layout(data: 2, pipeline: 8, expert: 8), mixture)
    #expect(few.contains("expert 8 does not divide the 2 devices of a stage"))
    #expect(error(Layout(data: 16, expert: .max), mixture).contains("8 experts"))
    #expect(error(Layout(data: 16, expert: 8), mixture) == "no error")
  }

  @Test func badWorkloadsAreNamed() throws {
    let shape = gpt(layers: 12, hidden: 768, heads: 12)
    for (sequence, batch, bytes, words) in [
      (0, 64, 4.0, "sequence"), (2048, 0, 4, "global batch"), (2048, 64, -1, "gradient"), (2048, 64, .nan, "gradient"),
    ] {
      let error = try #require(throws: CostError.self) {
        try model(shape, 8, sequence: sequence, batch: batch, gradientBytes: bytes)
      }
      #expect(error.description.contains(words), "\(error)")
    }
  }
}
