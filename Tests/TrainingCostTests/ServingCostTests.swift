import Foundation
import Testing
import TrainingCost

@Suite("Serving a model")
struct ServingCostTests {
  private static let sevenBillion = TransformerShape(
    layers: 32, hidden: 4096, feedForward: 11008, heads: 32, vocabulary: 32000)

  /// Hardware that reaches its data sheet.
  private static var ideal: Efficiency {
    var efficiency = Efficiency()
    (efficiency.matmul, efficiency.memory, efficiency.attention, efficiency.link) = (1, 1, 1, 1)
    efficiency.linkLatency = 0
    return efficiency
  }

  private func model(
    _ shape: TransformerShape = sevenBillion, prompt: Int = 1, answer: Int = 1, on name: String = "A100",
    tensor: Int = 1,
    precision: Precision = .bf16, weightBytes: Double? = nil
  ) throws -> ServingModel {
    try ServingModel(
      ServingWorkload(
        shape: shape, promptTokens: prompt, generatedTokens: answer, precision: precision, weightBytes: weightBytes),
      on: .named(name), tensor: tensor, efficiency: Self.ideal)
  }

  @Test(
    "Caches are as large as published",
    arguments: [
      // 2 · 8 heads · 128 · 80 layers · 2 bytes; the rest from table 1 of Zhao et al. 2025, Insights into DeepSeek-V3,
      // arXiv 2505.09343.
      ("llama-2-70b", 327_680.0), ("deepseek-v3", 70272), ("llama-3.1-405b", 516_096), ("qwen2.5-72b", 327_680),
    ])
  func cacheBytes(_ name: String, _ bytes: Double) throws {
    #expect(try TransformerShape.named(name).keyValueBytesPerToken() == bytes)
  }

  @Test("A single user's token takes as long as reading the weights")
  func singleUser() throws {
    let step = try model().stepTime(batch: 1)
    // 6.738 G parameters but for the input embedding, in 16 bits, at 2.04 TB/s; and a cache of a token and a half.
    let weights = (6.738e9 - 0.131e9) * 2 / 2.04e12
    #expect(step.isMemoryBound && abs(step.weights / weights - 1) < 1e-3)
    #expect(abs(step.total / weights - 1) < 1e-3)
  }

  @Test("Products are bound by arithmetic from as many users as the chip does FLOP for each byte")
  func crossover() throws {
    // 2 FLOP for each weight of 2 bytes: 312e12 / 2.04e12 = 153 users, a few more as norms are read and not multiplied.
    let model = try model()
    let first = try #require((1...1000).first { !model.stepTime(batch: $0).isMemoryBound })
    #expect(abs(first - 153) <= 1)
    // Weights of one byte are read twice as fast.
    let quantized = try self.model(weightBytes: 1)
    let earlier = try #require((1...1000).first { !quantized.stepTime(batch: $0).isMemoryBound })
    #expect(abs(earlier - 77) <= 1)
  }

  @Test("Reading a long prompt takes its FLOP at the peak, 2 for each parameter and token and the attention")
  func prompt() throws {
    let model = try model(prompt: 2048)
    // 6.476 G in layers; scores of half of the square, two products; logits of one token.
    let linear = 2 * 6.476e9 * 2048 + 2 * 4096.0 * 32000
    let scores = 32 * 2 * 2 * 4096.0 * 2048 * 2048 / 2
    #expect(abs(model.promptFLOPs / (linear + scores) - 1) < 1e-3)
    #expect(!model.promptTime.isMemoryBound)
    #expect(abs(model.promptTime.total / ((linear + scores) / 312e12) - 1) < 1e-3)
    #expect(abs(try model.cost(batch: 1).timeToFirstToken - model.promptTime.total) < 1e-15)
  }

  @Test("A step reads the cache of all sequences, half way through their answers")
  func cache() throws {
    let step = try model(prompt: 1000, answer: 199).stepTime(batch: 8)
    // 2 · 32 heads · 128 · 32 layers · 2 bytes = 524288 bytes a token.
    #expect(abs(step.cache / (8 * 1100 * 524_288 / 2.04e12) - 1) < 1e-12)
  }

  @Test("Memory holds the weights and as many sequences as there is room for")
  func memory() throws {
    let model = try model(prompt: 3000, answer: 1096)
    let sequence = 4096 * 524_288.0
    let free = 80e9 * 1.073741824 * 0.95 - 2 * 6_738_415_616 - 1.5e9
    #expect(model.largestBatch == Int(free / sequence))
    #expect(abs(model.memory(batch: 3) - model.memory(batch: 2) - sequence) < 1)
    let split = try self.model(prompt: 3000, answer: 1096, tensor: 4)
    #expect(abs(split.memory(batch: 3) - split.memory(batch: 2) - sequence / 4) < 1)
  }

  @Test("Key-value heads are repeated where devices outnumber them, latent vectors everywhere")
  func cacheShards() throws {
    let llama = try TransformerShape.named("llama-2-70b")
    #expect(try model(llama, tensor: 4).keyValueBytesPerToken == 327_680 / 4)
    #expect(try model(llama, tensor: 16).keyValueBytesPerToken == 327_680 / 8)
    #expect(try model(.named("deepseek-v3"), on: "H200", tensor: 16).keyValueBytesPerToken == 70272)
  }

  @Test("In a mixture, a batch reads the experts that some token is routed to")
  func experts() throws {
    let shape = try TransformerShape.named("mixtral-8x7b")
    let model = try model(shape, tensor: 2)
    let parameters = shape.parameters
    let dense = Double(parameters.total - parameters.routedExperts - parameters.inputEmbedding)
    for batch in [1, 2, 8, 64] {
      // Each token leaves out a given expert with a chance of 6/8.
      let distinct = 8 * (1 - pow(0.75, Double(batch)))
      let bytes = 2 * (dense + Double(parameters.routedExperts) / 8 * distinct)
      #expect(abs(model.stepTime(batch: batch).weights / (bytes / 2 / 2.04e12) - 1) < 1e-9)
    }
    // One token reads what it is sent through.
    #expect(
      abs(model.stepTime(batch: 1).weights / (Double(parameters.active - parameters.inputEmbedding) / 2.04e12) - 1)
        < 1e-9)
  }

  @Test("Two sums per layer over a ring, or directly if messages are small")
  func communication() throws {
    let long = try model(prompt: 4096, tensor: 8).promptTime
    #expect(abs(long.communication / (64 * 2 * 7 / 8 * 2 * 4096 * 4096 / 300e9) - 1) < 1e-12)
    var efficiency = Self.ideal
    efficiency.linkLatency = 5e-6
    let short = try ServingModel(
      ServingWorkload(shape: Self.sevenBillion, promptTokens: 1, generatedTokens: 1), on: .named("A100"), tensor: 8,
      efficiency: efficiency
    ).stepTime(batch: 1)
    #expect(abs(short.communication / (64 * (7 * 2 * 4096 / 300e9 + 5e-6)) - 1) < 1e-12)
  }

  @Test("Absorbed latent attention does as many FLOP for a key as its ranks say")
  func latentAttention() throws {
    let shape = try TransformerShape.named("deepseek-v3")
    let (short, long) = (try model(shape, prompt: 1000, tensor: 16), try model(shape, prompt: 1001, tensor: 16))
    // Query times latent vector and rotary key, weights times latent vector: 128 heads, 61 layers.
    #expect(abs(long.generatedFLOPs - short.generatedFLOPs - 2 * 61 * 128 * (512 + 64 + 512)) < 1e5)
  }

  @Test("Money follows from time and price")
  func money() throws {
    let model = try model(prompt: 500, answer: 500)
    let cost = try model.cost(batch: 32, price: ComputePrice(usdPerHour: 3.6))
    #expect(abs(try #require(cost.usdPerMillionOutputTokens) - 1e-3 * 1e6 * cost.timePerToken / 32) < 1e-9)
    #expect(abs(try #require(cost.usdPerMillionInputTokens) - 1e-3 * 1e6 * cost.timeToFirstToken / 500) < 1e-9)
    #expect(abs(cost.tokensPerSecondPerDevice - 32 * cost.tokensPerSecond) < 1e-6)
    #expect(abs(cost.answerFLOPs / (500 * 2 * 6.607e9 + 500 * 750.5 * 4 * 32 * 4096) - 1) < 1e-3)
    #expect(cost.sentences.last == "An accelerator costs $3.60 an hour (as stated).")
    // At the list price of 1.89 USD an hour.
    let listed = try model.cost(batch: 1)
    #expect(abs(try #require(listed.usdPerMillionOutputTokens) - 525 * listed.timePerToken) < 1e-9)
  }

  @Test("The cheapest batch is the largest that memory and latency allow")
  func cheapest() throws {
    let model = try model(prompt: 1000, answer: 1000)
    #expect(try model.cheapest().batch == model.largestBatch)
    for latency in [0.0075, 0.01, 0.02] {
      let best = try model.cheapest(latency: latency)
      #expect(best.timePerToken <= latency)
      #expect(best.batch == model.largestBatch || model.stepTime(batch: best.batch + 1).total > latency)
      let costs = try (1..<best.batch).map { try model.cost(batch: $0).usdPerMillionOutputTokens ?? 0 }
      #expect(costs.allSatisfy { $0 > best.usdPerMillionOutputTokens ?? .infinity })
    }
  }

  @Test("A model that cannot be served is explained")
  func badRequests() throws {
    func message(_ body: () throws -> Void) -> String {
      do {
        try body()
        return ""
      } catch { return "\(error)" }
    }
    let large = try TransformerShape.named("llama-2-70b")
    #expect(message { _ = try model(large).cheapest() }.contains("split the model over more devices"))
    #expect(message { _ = try model().cheapest(latency: 1e-3) }.contains("even for a single user"))
    #expect(message { _ = try model().cost(batch: 0) }.contains("from 1 to"))
    #expect(message { _ = try model(tensor: 3) }.contains("does not divide the 32 attention heads"))
    #expect(message { _ = try model(prompt: 0) }.contains("a prompt needs"))
    #expect(message { _ = try model(precision: .fp8) }.contains("no peak of A100-80 in fp8"))
    #expect(message { _ = try model(weightBytes: .nan) }.contains("a weight must have"))
    #expect(message { _ = try model().cheapest(latency: -1) }.contains("time for a token"))
  }
}
