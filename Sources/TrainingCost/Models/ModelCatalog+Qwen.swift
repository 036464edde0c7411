/// Dense models of the Qwen team.
extension KnownModel {
  /// With biases of queries, keys and values.
  static let qwen2: [KnownModel] = [
    KnownModel(
      "qwen2.5-0.5b",
      TransformerShape(
        layers: 24, hidden: 896, feedForward: 4864, heads: 14, keyValueHeads: 2, vocabulary: 151_936,
        tiesEmbeddings: true, biases: .queryKeyValue),
      context: 4096, citation: "Qwen team 2024, arXiv 2412.15115, and released configurations"),
    KnownModel(
      "qwen2.5-1.5b",
      TransformerShape(
        layers: 28, hidden: 1536, feedForward: 8960, heads: 12, keyValueHeads: 2, vocabulary: 151_936,
        tiesEmbeddings: true, biases: .queryKeyValue),
      context: 4096, citation: "Qwen team 2024, arXiv 2412.15115, and released configurations"),
    KnownModel(
      "qwen2.5-3b",
      TransformerShape(
        layers: 36, hidden: 2048, feedForward: 11_008, heads: 16, keyValueHeads: 2, vocabulary: 151_936,
        tiesEmbeddings: true, biases: .queryKeyValue),
      context: 4096, citation: "Qwen team 2024, arXiv 2412.15115, and released configurations"),
    KnownModel(
      "qwen2.5-7b",
      TransformerShape(
        layers: 28, hidden: 3584, feedForward: 18_944, heads: 28, keyValueHeads: 4, vocabulary: 152_064,
        biases: .queryKeyValue),
      context: 4096, citation: "Qwen team 2024, arXiv 2412.15115, and released configurations"),
    KnownModel(
      "qwen2.5-14b",
      TransformerShape(
        layers: 48, hidden: 5120, feedForward: 13_824, heads: 40, keyValueHeads: 8, vocabulary: 152_064,
        biases: .queryKeyValue),
      context: 4096, citation: "Qwen team 2024, arXiv 2412.15115, and released configurations"),
    KnownModel(
      "qwen2.5-32b",
      TransformerShape(
        layers: 64, hidden: 5120, feedForward: 27_648, heads: 40, keyValueHeads: 8, vocabulary: 152_064,
        biases: .queryKeyValue),
      context: 4096, citation: "Qwen team 2024, arXiv 2412.15115, and released configurations"),
    KnownModel(
      "qwen2.5-72b",
      TransformerShape(
        layers: 80, hidden: 8192, feedForward: 29_568, heads: 64, keyValueHeads: 8, vocabulary: 152_064,
        biases: .queryKeyValue),
      context: 4096, citation: "Qwen team 2024, arXiv 2412.15115, and released configurations"),
  ]

  /// With normed queries and keys.
  static let qwen3: [KnownModel] = [
    KnownModel(
      "qwen3-0.6b",
      TransformerShape(
        layers: 28, hidden: 1024, feedForward: 3072, heads: 16, keyValueHeads: 8, headSize: 128, vocabulary: 151_936,
        tiesEmbeddings: true, queryKeyNorm: .perHead),
      context: 4096, citation: "Qwen team 2025, arXiv 2505.09388, and released configurations"),
    KnownModel(
      "qwen3-1.7b",
      TransformerShape(
        layers: 28, hidden: 2048, feedForward: 6144, heads: 16, keyValueHeads: 8, vocabulary: 151_936,
        tiesEmbeddings: true, queryKeyNorm: .perHead),
      context: 4096, citation: "Qwen team 2025, arXiv 2505.09388, and released configurations"),
    KnownModel(
      "qwen3-4b",
      TransformerShape(
        layers: 36, hidden: 2560, feedForward: 9728, heads: 32, keyValueHeads: 8, headSize: 128, vocabulary: 151_936,
        tiesEmbeddings: true, queryKeyNorm: .perHead),
      context: 4096, citation: "Qwen team 2025, arXiv 2505.09388, and released configurations"),
    KnownModel(
      "qwen3-8b",
      TransformerShape(
        layers: 36, hidden: 4096, feedForward: 12_288, heads: 32, keyValueHeads: 8, vocabulary: 151_936,
        queryKeyNorm: .perHead),
      context: 4096, citation: "Qwen team 2025, arXiv 2505.09388, and released configurations"),
    KnownModel(
      "qwen3-14b",
      TransformerShape(
        layers: 40, hidden: 5120, feedForward: 17_408, heads: 40, keyValueHeads: 8, vocabulary: 151_936,
        queryKeyNorm: .perHead),
      context: 4096, citation: "Qwen team 2025, arXiv 2505.09388, and released configurations"),
    KnownModel(
      "qwen3-32b",
      TransformerShape(
        layers: 64, hidden: 5120, feedForward: 25_600, heads: 64, keyValueHeads: 8, headSize: 128, vocabulary: 151_936,
        queryKeyNorm: .perHead),
      context: 4096, citation: "Qwen team 2025, arXiv 2505.09388, and released configurations"),
  ]
}
