import Testing
import TrainingCost

@Suite struct ShapeProposalTests {
  @Test(arguments: [1e8, 3.5e8, 1e9, 3e9, 7e9, 1.3e10, 3e10, 7e10, 1.75e11, 4e11, 1e12])
  func sizesAreMetByShapesThatDivideEvenly(_ size: Double) throws {
    let proposals = try proposeShapes(params: size)
    #expect(proposals.count == 5 && proposals.first?.role == .best)
    let tensorParallel = size < 2e9 ? 1 : size < 2e10 ? 4 : 8
    for proposal in proposals {
      let shape = proposal.shape
      try shape.validate()
      let error = Double(shape.parameters.total) / size - 1
      #expect(abs(error) <= 0.05 && abs(error - proposal.sizeError) < 1e-12)
      #expect(shape.hidden == shape.heads * shape.headSize && shape.heads.isMultiple(of: tensorParallel))
      #expect(shape.feedForward.isMultiple(of: max(256, 128 * tensorParallel)))
      #expect(shape.vocabulary.isMultiple(of: 128 * tensorParallel))
      let width = Double(shape.feedForward) / Double(shape.hidden)
      #expect((2.2...3.8).contains(width), "\(shape)")
    }
    #expect(abs(proposals[0].sizeError) < 0.02)
    let depths = proposals.map(\.shape.layers)
    #expect(depths[1] > depths[0] && depths[2] < depths[0])
  }

  /// Of the published models of about 7B, layers are 28 to 36 and hidden sizes 3584 to 4608.
  @Test func theBestShapeIsLikePublishedOnes() throws {
    let best = try #require(try proposeShapes(params: 7e9).first?.shape)
    #expect((26...40).contains(best.layers) && (3584...4608).contains(best.hidden))
    let large = try #require(try proposeShapes(params: 7e10).first?.shape)
    #expect((64...96).contains(large.layers) && (7168...10_240).contains(large.hidden))
  }

  @Test func theRuleIsThatOfTheCatalog() {
    let rule = AspectRule.published
    #expect(rule.models > 60)
    // Within the spread of models of that size: Llama 7B has 128, Qwen 2.5 7B 128, Gemma 7B 110, Qwen 3 8B 114.
    #expect((85...130).contains(rule.at7B) && (0.05...0.25).contains(rule.exponent))
  }

  /// Levine et al. 2020, table 1: at GPT-3's size a depth of 80 goes with a width of 13,500.
  @Test func theDepthLimitIsLevinesLine() {
    #expect(abs(AspectRule.depthLimit(hidden: 13_500) - 80) < 1)
  }

  @Test func anArchitectureSearchMayRank() throws {
    let deepest = try proposeShapes(params: 1e9) { -Double($0.layers) }
    let widest = try proposeShapes(params: 1e9) { -Double($0.hidden) }
    let deep = try #require(deepest.first?.shape)
    let wide = try #require(widest.first?.shape)
    #expect(deep.layers > 100 && wide.layers < 5 && wide.hidden > deep.hidden)
    // A score that is not a number ranks last.
    let odd = try proposeShapes(params: 1e9) { $0.layers == 16 ? 1 : .nan }
    #expect(odd.first?.shape.layers == 16)
  }

  @Test func constraintsHold() throws {
    var options = ShapeOptions()
    options.pipelineParallel = 8
    options.tensorParallel = 8
    options.vocabulary = 32_001
    options.counting = .nonEmbedding
    options.keyValueHeads = 8
    for proposal in try proposeShapes(params: 2e10, options: options) {
      #expect(proposal.shape.layers.isMultiple(of: 8) && proposal.shape.vocabulary == 32_768)
      #expect(abs(Double(proposal.shape.parameters.nonEmbedding) / 2e10 - 1) <= 0.05)
      #expect(proposal.reasons.contains { $0.contains("layers: ") })
    }
  }

  @Test func expertsAreCountedWholeOrByWhatATokenUses() throws {
    var options = ShapeOptions()
    options.experts = .init(count: 64, active: 6, shared: 2)
    let whole = try #require(try proposeShapes(params: 3e10, options: options).first?.shape)
    #expect(whole.experts?.count == 64 && abs(Double(whole.parameters.total) / 3e10 - 1) < 0.05)
    #expect(whole.parameters.active < whole.parameters.total / 3)
    options.counting = .active
    let active = try #require(try proposeShapes(params: 3e9, options: options).first?.shape)
    #expect(abs(Double(active.parameters.active) / 3e9 - 1) < 0.05)
    #expect(active.experts?.feedForward.isMultiple(of: 128) == true)
  }

  @Test(arguments: [0, -1, 1, 1e5, 1e16, 1e30, Double.nan, .infinity]) func sizesWithoutAShapeAreErrors(_ size: Double)
  {
    #expect(throws: CostError.self) { try proposeShapes(params: size) }
  }

  @Test func badOptionsAreErrors() {
    let changes: [(inout ShapeOptions) -> Void] = [
      { $0.tensorParallel = 0 }, { $0.pipelineParallel = -1 }, { $0.layers = 0 }, { $0.headSize = 1 },
      { $0.vocabulary = .max }, { $0.keyValueHeads = 3 }, { $0.proposals = 0 },
      { $0.experts = .init(count: 4, active: 5) }, { $0.experts = .init(count: .max, active: 1) },
      { options in
        options.layers = 3
        options.pipelineParallel = 2
      },
    ]
    for change in changes {
      var options = ShapeOptions()
      change(&options)
      #expect(throws: CostError.self) { try proposeShapes(params: 7e9, options: options) }
    }
  }
}
