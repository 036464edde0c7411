import Foundation
import Testing
import TrainingCost

@Suite struct ParameterCountTests {
  @Test(arguments: PublishedCounts.weights + PublishedCounts.printed)
  func everyParameterOfAPublishedModelIsCounted(_ model: String, _ params: Int) throws {
    #expect(try TransformerShape.named(model).parameters.total == params)
  }

  @Test(arguments: PublishedCounts.pythia)
  func pythiaIsCountedWithAndWithoutEmbeddings(_ model: String, _ params: Int, _ nonEmbedding: Int) throws {
    let count = try TransformerShape.named(model).parameters
    #expect(count.total == params && count.nonEmbedding == nonEmbedding)
  }

  @Test(arguments: PublishedCounts.rounded) func sizesMeetWhatIsPrinted(_ model: String, _ billions: String) throws {
    let count = Double(try TransformerShape.named(model).parameters.total) / 1e9
    #expect(abs(count - (Double(billions) ?? 0)) <= unit(billions) / 2, "\(model): \(count)")
  }

  /// Within a unit of the last digit: some authors round down.
  @Test(arguments: PublishedCounts.active)
  func aTokenUsesAsManyAsIsPrinted(_ model: String, _ billions: String, _ withInputEmbedding: Bool) throws {
    let count = try TransformerShape.named(model).parameters
    let used = Double(count.active - (withInputEmbedding ? 0 : count.inputEmbedding)) / 1e9
    #expect(abs(used - (Double(billions) ?? 0)) < unit(billions), "\(model): \(used)")
  }

  @Test func everyModelOfTheCatalogIsAMetShape() throws {
    for model in KnownModel.catalog {
      try model.shape.validate()
      let count = model.shape.parameters
      #expect(count.active <= count.total && count.nonEmbedding < count.total, "\(model.name)")
      #expect(try TransformerShape.named(model.name) == model.shape)
      for alias in model.aliases { #expect(try TransformerShape.named(alias) == model.shape, "\(alias)") }
    }
    #expect(Set(KnownModel.catalog.map(\.name)).count == KnownModel.catalog.count)
  }

  @Test func layersAndEndsMakeTheWhole() throws {
    let shape = try TransformerShape.named("deepseek-v3")
    let layers = 3 * shape.layerParameters(dense: true).total + 58 * shape.layerParameters(dense: false).total
    #expect(shape.parameters.total == layers + 2 * 129_280 * 7168 + 7168)
    #expect(shape.denseLayers == 3 && shape.expertLayers == 58)
  }

  @Test(arguments: [
    ("meta-llama/Llama-3.1-8B", "llama-3-8b"), ("llama3 8B", "llama-3-8b"), ("Qwen/Qwen2.5-7B", "qwen2.5-7b"),
    ("EleutherAI/pythia-1.4b", "pythia-1.4b"), ("Llama-2-7b-hf", "llama-2-7b"), ("BLOOM", "bloom-176b"),
  ])
  func modelsAreFoundByTheNamesOfRepositories(_ name: String, _ model: String) throws {
    #expect(try KnownModel.named(name).name == model)
  }

  @Test func aModelThatIsMisspelledIsSuggested() throws {
    let error = try #require(throws: CostError.self) { try TransformerShape.named("lama-3-8b") }
    #expect(error.description.contains("did you mean 'llama-3-8b'?"))
    for name in ["", "/", "llama-3-18b-of-somebody-else-altogether", String(repeating: "9", count: 5000)] {
      let error = try #require(throws: CostError.self) { try TransformerShape.named(name) }
      #expect(error.description.count < 250)
    }
  }

  private static let litgpt = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data/cost/model_catalog.csv").path

  /// The table counts the matrices of layers and both embeddings, in billions with three decimals.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: litgpt), "../shared/data/cost is not there"))
  func matricesAreCountedAsATableOfOpenModelsHasThem() throws {
    let lines = try String(contentsOfFile: Self.litgpt, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
    for line in lines {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let numbers = cells[1...8].map { Int($0) ?? 0 }
      let (experts, active) = (Int(cells[10]) ?? 0, Int(cells[11]) ?? 0)
      let shape = TransformerShape(
        layers: numbers[0], hidden: numbers[1], feedForward: numbers[2], heads: numbers[3], keyValueHeads: numbers[4],
        headSize: numbers[5], vocabulary: numbers[6], isGated: cells[9] == "True", norm: .nonParametric,
        // The table leaves the width of experts out of its own columns for two models, whose total tells.
        experts: experts == 0
          ? nil
          : .init(
            count: experts, active: active,
            feedForward: cells[0].hasPrefix("Qwen3-30B") ? 768 : cells[0].hasPrefix("Qwen3-235B") ? 1536 : numbers[2]))
      // The table leaves routers out.
      let count = shape.parameters
      for (params, cell) in [(count.total, 12), (count.active, 13)] {
        #expect(abs(Double(params - count.router) / 1e9 - (Double(cells[cell]) ?? 0)) < 6e-4, "\(cells[0])")
      }
    }
    #expect(lines.count == 67)
  }

  /// A unit of the last digit of a number as printed.
  private func unit(_ text: String) -> Double {
    pow(10, -Double(text.split(separator: ".").dropFirst().first?.count ?? 0))
  }
}

@Suite struct ShapeValidationTests {
  private func shape(_ change: (inout TransformerShape) -> Void) throws -> TransformerShape {
    var shape = try TransformerShape.named("llama-3-8b")
    change(&shape)
    return shape
  }

  @Test func whatCannotBeBuiltIsNamedWithARemedy() throws {
    let faults: [(String, (inout TransformerShape) -> Void)] = [
      ("layers must be from 1", { $0.layers = 0 }), ("hidden size must be", { $0.hidden = -4 }),
      ("take 8", { $0.keyValueHeads = 7 }), ("vocabulary must be", { $0.vocabulary = 0 }),
      ("MLP width must be", { $0.feedForward = .max }), ("number of heads must be", { $0.heads = .min }),
      ("state the head size", { $0.headSize = 0 }), ("learned positions must be", { $0.learnedPositions = -1 }),
      ("active experts must be from 1 to 8", { $0.experts = .init(count: 8, active: 9, feedForward: 128) }),
      ("capacity factor", { $0.experts = .init(count: 8, active: 1, feedForward: 128, capacityFactor: .nan) }),
      ("dense layers", { $0.experts = .init(count: 8, active: 1, feedForward: 128, denseLayers: 99) }),
      ("rank of the latent keys", { $0.latentAttention = .init(queryRank: nil, keyValueRank: 0) }),
      (
        "10^17",
        { shape in
          shape.layers = 10_000
          shape.hidden = 10_000_000
          shape.feedForward = 10_000_000
        }
      ),
    ]
    for (words, change) in faults {
      let shape = try shape(change)
      let error = try #require(throws: CostError.self, "\(words)") { try shape.validate() }
      #expect(error.description.contains(words), "\(error)")
    }
  }
}
