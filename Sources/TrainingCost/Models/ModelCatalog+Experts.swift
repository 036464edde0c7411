/// Mixtures of experts.
extension KnownModel {
  /// Experts as wide as a dense MLP.
  static let mixtral: [KnownModel] = [
    KnownModel(
      "mixtral-8x7b",
      TransformerShape(
        layers: 32, hidden: 4096, feedForward: 14_336, heads: 32, keyValueHeads: 8, vocabulary: 32_000,
        experts: .init(count: 8, active: 2, feedForward: 14_336)),
      context: 32_768, citation: "Jiang et al. 2024, arXiv 2401.04088"),
    KnownModel(
      "mixtral-8x22b",
      TransformerShape(
        layers: 56, hidden: 6144, feedForward: 16_384, heads: 48, keyValueHeads: 8, vocabulary: 32_768,
        experts: .init(count: 8, active: 2, feedForward: 16_384)),
      context: 65_536, citation: "Mistral AI 2024, model card"),
    KnownModel(
      "dbrx", aliases: ["dbrx-132b"],
      TransformerShape(
        layers: 40, hidden: 6144, feedForward: 10_752, heads: 48, keyValueHeads: 8, vocabulary: 100_352,
        norm: .layerWithoutBias, experts: .init(count: 16, active: 4, feedForward: 10_752)),
      context: 32_768, citation: "Databricks 2024, model card"),
  ]

  /// Many narrow experts.
  static let fineGrained: [KnownModel] = [
    KnownModel(
      "qwen2-57b-a14b",
      TransformerShape(
        layers: 28, hidden: 3584, feedForward: 18_944, heads: 28, keyValueHeads: 4, vocabulary: 151_936,
        biases: .queryKeyValue, experts: .init(count: 64, active: 8, feedForward: 2560, sharedFeedForward: 20_480)),
      context: 4096, citation: "Yang et al. 2024, arXiv 2407.10671, without the gate of its shared expert"),
    KnownModel(
      "qwen3-30b-a3b",
      TransformerShape(
        layers: 48, hidden: 2048, feedForward: 6144, heads: 32, keyValueHeads: 4, headSize: 128, vocabulary: 151_936,
        experts: .init(count: 128, active: 8, feedForward: 768), queryKeyNorm: .perHead),
      context: 4096, citation: "Qwen team 2025, arXiv 2505.09388, and released configurations"),
    KnownModel(
      "qwen3-235b-a22b",
      TransformerShape(
        layers: 94, hidden: 4096, feedForward: 12_288, heads: 64, keyValueHeads: 4, headSize: 128, vocabulary: 151_936,
        experts: .init(count: 128, active: 8, feedForward: 1536), queryKeyNorm: .perHead),
      context: 4096, citation: "Qwen team 2025, arXiv 2505.09388, and released configurations"),
    KnownModel(
      "deepseek-moe-16b",
      TransformerShape(
        layers: 28, hidden: 2048, feedForward: 10_944, heads: 16, vocabulary: 102_400,
        experts: .init(count: 64, active: 6, feedForward: 1408, sharedFeedForward: 2816, denseLayers: 1)),
      context: 4096, citation: "Dai et al. 2024, arXiv 2401.06066"),
    KnownModel(
      "deepseek-v2-lite",
      TransformerShape(
        layers: 27, hidden: 2048, feedForward: 10_944, heads: 16, vocabulary: 102_400,
        latentAttention: .init(queryRank: nil, keyValueRank: 512),
        experts: .init(count: 64, active: 6, feedForward: 1408, sharedFeedForward: 2816, denseLayers: 1)),
      context: 4096, citation: "DeepSeek-AI 2024, arXiv 2405.04434"),
    KnownModel(
      "deepseek-v2",
      TransformerShape(
        layers: 60, hidden: 5120, feedForward: 12_288, heads: 128, vocabulary: 102_400,
        latentAttention: .init(queryRank: 1536, keyValueRank: 512),
        experts: .init(count: 160, active: 6, feedForward: 1536, sharedFeedForward: 3072, denseLayers: 1)),
      context: 4096, citation: "DeepSeek-AI 2024, arXiv 2405.04434"),
    KnownModel(
      "deepseek-v3", aliases: ["deepseek-r1"],
      TransformerShape(
        layers: 61, hidden: 7168, feedForward: 18_432, heads: 128, vocabulary: 129_280,
        latentAttention: .init(queryRank: 1536, keyValueRank: 512),
        experts: .init(
          count: 256, active: 8, feedForward: 2048, sharedFeedForward: 2048, denseLayers: 3, hasRouterBias: true)),
      context: 4096, citation: "DeepSeek-AI 2024, arXiv 2412.19437, without the layer that predicts a second token"),
    KnownModel(
      "kimi-k2",
      TransformerShape(
        layers: 61, hidden: 7168, feedForward: 18_432, heads: 64, vocabulary: 163_840,
        latentAttention: .init(queryRank: 1536, keyValueRank: 512),
        experts: .init(
          count: 384, active: 8, feedForward: 2048, sharedFeedForward: 2048, denseLayers: 1, hasRouterBias: true)),
      context: 4096, citation: "Moonshot AI 2025, arXiv 2507.20534"),
    KnownModel(
      "gpt-oss-20b",
      TransformerShape(
        layers: 24, hidden: 2880, feedForward: 2880, heads: 64, keyValueHeads: 8, headSize: 64, vocabulary: 201_088,
        biases: .all, experts: .init(count: 32, active: 4, feedForward: 2880)),
      context: 131_072, citation: "OpenAI 2025, arXiv 2508.10925, without attention sinks"),
    KnownModel(
      "gpt-oss-120b",
      TransformerShape(
        layers: 36, hidden: 2880, feedForward: 2880, heads: 64, keyValueHeads: 8, headSize: 64, vocabulary: 201_088,
        biases: .all, experts: .init(count: 128, active: 4, feedForward: 2880)),
      context: 131_072, citation: "OpenAI 2025, arXiv 2508.10925, without attention sinks"),
  ]
}
