/// Dense models that norm otherwise than Llama.
extension KnownModel {
  /// AI2's OLMo.
  static let olmo: [KnownModel] = [
    KnownModel(
      "olmo-1b",
      TransformerShape(
        layers: 16, hidden: 2048, feedForward: 8192, heads: 16, vocabulary: 50_304, tiesEmbeddings: true,
        norm: .nonParametric),
      context: 2048, citation: "Groeneveld et al. 2024, arXiv 2402.00838"),
    KnownModel(
      "olmo-7b",
      TransformerShape(
        layers: 32, hidden: 4096, feedForward: 11_008, heads: 32, vocabulary: 50_304, norm: .nonParametric),
      context: 2048, citation: "Groeneveld et al. 2024, arXiv 2402.00838"),
    KnownModel(
      "olmo-2-1b",
      TransformerShape(
        layers: 16, hidden: 2048, feedForward: 8192, heads: 16, vocabulary: 100_352, queryKeyNorm: .acrossHeads),
      context: 4096, citation: "OLMo team 2024, arXiv 2501.00656"),
    KnownModel(
      "olmo-2-7b",
      TransformerShape(
        layers: 32, hidden: 4096, feedForward: 11_008, heads: 32, vocabulary: 100_352, queryKeyNorm: .acrossHeads),
      context: 4096, citation: "OLMo team 2024, arXiv 2501.00656"),
    KnownModel(
      "olmo-2-13b",
      TransformerShape(
        layers: 40, hidden: 5120, feedForward: 13_824, heads: 40, vocabulary: 100_352, queryKeyNorm: .acrossHeads),
      context: 4096, citation: "OLMo team 2024, arXiv 2501.00656"),
    KnownModel(
      "olmo-2-32b",
      TransformerShape(
        layers: 64, hidden: 5120, feedForward: 27_648, heads: 40, keyValueHeads: 8, vocabulary: 100_352,
        queryKeyNorm: .acrossHeads),
      context: 4096, citation: "OLMo team 2024, arXiv 2501.00656"),
  ]

  /// Google's Gemma, whose published sizes may leave the embedding out.
  static let gemma: [KnownModel] = [
    KnownModel(
      "gemma-2b",
      TransformerShape(
        layers: 18, hidden: 2048, feedForward: 16_384, heads: 8, keyValueHeads: 1, vocabulary: 256_000,
        tiesEmbeddings: true),
      context: 8192, citation: "Gemma team 2024, arXiv 2403.08295"),
    KnownModel(
      "gemma-7b",
      TransformerShape(
        layers: 28, hidden: 3072, feedForward: 24_576, heads: 16, headSize: 256, vocabulary: 256_000,
        tiesEmbeddings: true),
      context: 8192, citation: "Gemma team 2024, arXiv 2403.08295"),
    KnownModel(
      "gemma-2-2b",
      TransformerShape(
        layers: 26, hidden: 2304, feedForward: 9216, heads: 8, keyValueHeads: 4, headSize: 256, vocabulary: 256_000,
        tiesEmbeddings: true, normsPerLayer: 4),
      context: 8192, citation: "Gemma team 2024, arXiv 2408.00118"),
    KnownModel(
      "gemma-2-9b",
      TransformerShape(
        layers: 42, hidden: 3584, feedForward: 14_336, heads: 16, keyValueHeads: 8, headSize: 256, vocabulary: 256_000,
        tiesEmbeddings: true, normsPerLayer: 4),
      context: 8192, citation: "Gemma team 2024, arXiv 2408.00118"),
    KnownModel(
      "gemma-2-27b",
      TransformerShape(
        layers: 46, hidden: 4608, feedForward: 36_864, heads: 32, keyValueHeads: 16, headSize: 128, vocabulary: 256_000,
        tiesEmbeddings: true, normsPerLayer: 4),
      context: 8192, citation: "Gemma team 2024, arXiv 2408.00118"),
    KnownModel(
      "gemma-3-1b",
      TransformerShape(
        layers: 26, hidden: 1152, feedForward: 6912, heads: 4, keyValueHeads: 1, headSize: 256, vocabulary: 262_144,
        tiesEmbeddings: true, normsPerLayer: 4, queryKeyNorm: .perHead),
      context: 32_768, citation: "Gemma team 2025, arXiv 2503.19786"),
  ]
}
