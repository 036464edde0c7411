import Testing
import TrainingCost

@Suite struct TrainingFLOPsTests {
  private func close(_ a: Double, _ b: Double, within relative: Double = 1e-12) -> Bool {
    abs(a - b) <= relative * abs(b)
  }

  /// The models of Narayanan et al. 2021, table 1: layers, hidden size, heads.
  private static let megatron = [
    (24, 2304, 24), (30, 3072, 32), (36, 4096, 32), (40, 6144, 48), (48, 8192, 64), (60, 10_240, 80), (80, 12_288, 96),
    (96, 16_384, 128), (105, 20_480, 128), (128, 25_600, 160),
  ]

  private func gpt(_ layers: Int, _ hidden: Int, _ heads: Int) -> TransformerShape {
    TransformerShape(
      layers: layers, hidden: hidden, feedForward: 4 * hidden, heads: heads, vocabulary: 51_200, isGated: false,
      tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2048)
  }

  /// Equation 3 of that paper is of the recomputed forward pass, 96 B s L h² (1 + s/(6h) + V/(16 L h)); without it 72 and 12.
  @Test(arguments: megatron)
  func ofAGPTTheyAreMegatronsFormula(_ layers: Int, _ hidden: Int, _ heads: Int) {
    let shape = gpt(layers, hidden, heads)
    let (l, h, s, v) = (Double(layers), Double(hidden), 2048.0, 51_200.0)
    let flops = shape.forwardFLOPs(sequence: 2048, causal: false)
    #expect(close(flops.training(), 72 * l * h * h * (1 + s / (6 * h) + v / (12 * l * h))))
    #expect(close(flops.training(.full), 96 * l * h * h * (1 + s / (6 * h) + v / (16 * l * h))))
    #expect(shape.trainingFLOPs(.fullSquare, sequence: 2048) == flops.training())
  }

  /// Equation 2 of that paper: 12 L h² (1 + 13/(12 h) + (V + s)/(12 L h)), but for the last norm's 2 h.
  @Test(arguments: megatron)
  func ofAGPTParametersAreMegatronsFormula(_ layers: Int, _ hidden: Int, _ heads: Int) {
    let (l, h) = (Double(layers), Double(hidden))
    let formula = 12 * l * h * h * (1 + 13 / (12 * h) + (51_200 + 2048) / (12 * l * h)) + 2 * h
    #expect(close(Double(gpt(layers, hidden, heads).parameters.total), formula))
  }

  /// Chowdhery et al. 2022, appendix B: 6 N + 12 L H Q T. PaLM 540B has L 118, H 48, Q 256 and was trained at T 2048.
  @Test func thePaLMConventionIsItsFormula() throws {
    let shape = try TransformerShape.named("palm-540b")
    let sixN = 6 * Double(shape.parameters.total)
    #expect(shape.trainingFLOPs(.sixN, sequence: 2048) == sixN)
    #expect(close(shape.trainingFLOPs(.palm, sequence: 2048), sixN + 12 * 118 * 48 * 256 * 2048))
    #expect(close(shape.trainingFLOPs(.palmCausal, sequence: 2048), sixN + 6 * 118 * 48 * 256 * 2048))
    let small = 6 * Double(shape.parameters.nonEmbedding)
    #expect(shape.trainingFLOPs(.sixNonEmbedding, sequence: 2048) == small)
  }

  @Test func aCausalModelIsChargedHalfOfTheSquare() throws {
    let shape = try TransformerShape.named("llama-3-8b")
    let (half, full) = (
      shape.forwardFLOPs(sequence: 8192, causal: true), shape.forwardFLOPs(sequence: 8192, causal: false)
    )
    #expect(half.attentionScores * 2 == full.attentionScores)
    #expect(half.logits == full.logits && half.feedForward == full.feedForward)
    // 32 layers, 32 heads of 128, 2 products of 2 FLOP with 4096 keys.
    #expect(half.attentionScores == 32 * 32 * 128 * 2 * 2 * 4096)
    #expect(close(half.training(.selective), 3 * half.total + half.attentionScores))
  }

  /// Two FLOP for each weight of a matrix that a token meets: chosen experts, not all; the output, not the look-up.
  @Test func matricesThatATokenMeetsAreMultipliedOnce() throws {
    for name in ["mixtral-8x7b", "qwen3-30b-a3b"] {
      let shape = try TransformerShape.named(name)
      let flops = shape.forwardFLOPs(sequence: 1)
      let count = shape.parameters
      #expect(flops.experts == 2 * Double(count.activeExperts))
      #expect(flops.router == 2 * Double(count.router) && flops.feedForward == 0)
      #expect(flops.attentionProjections == 2 * Double(count.attention))
      #expect(flops.logits == 2 * Double(count.outputEmbedding))
    }
  }

  /// DeepSeek-V3's heads score over 192 channels and weigh values of 128.
  @Test func latentAttentionScoresOverItsOwnWidths() throws {
    let flops = try TransformerShape.named("deepseek-v3").forwardFLOPs(sequence: 4096)
    #expect(flops.attentionScores == 61 * 128 * (192 + 128) * 2 * 2048)
  }
}
