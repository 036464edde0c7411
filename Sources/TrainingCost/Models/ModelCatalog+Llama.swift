/// Dense models with RMSNorm and SwiGLU, in the line of Llama.
extension KnownModel {
  /// Meta's Llama.
  static let llama: [KnownModel] = [
    KnownModel(
      "llama-7b", aliases: ["llama-1-7b"],
      TransformerShape(layers: 32, hidden: 4096, feedForward: 11_008, heads: 32, vocabulary: 32_000),
      context: 2048, citation: "Touvron et al. 2023, arXiv 2302.13971, table 2"),
    KnownModel(
      "llama-13b", aliases: ["llama-1-13b"],
      TransformerShape(layers: 40, hidden: 5120, feedForward: 13_824, heads: 40, vocabulary: 32_000),
      context: 2048, citation: "Touvron et al. 2023, arXiv 2302.13971, table 2"),
    KnownModel(
      "llama-33b", aliases: ["llama-30b", "llama-1-33b"],
      TransformerShape(layers: 60, hidden: 6656, feedForward: 17_920, heads: 52, vocabulary: 32_000),
      context: 2048, citation: "Touvron et al. 2023, arXiv 2302.13971, table 2"),
    KnownModel(
      "llama-65b", aliases: ["llama-1-65b"],
      TransformerShape(layers: 80, hidden: 8192, feedForward: 22_016, heads: 64, vocabulary: 32_000),
      context: 2048, citation: "Touvron et al. 2023, arXiv 2302.13971, table 2"),
    KnownModel(
      "llama-2-7b", TransformerShape(layers: 32, hidden: 4096, feedForward: 11_008, heads: 32, vocabulary: 32_000),
      context: 4096, citation: "Touvron et al. 2023, arXiv 2307.09288"),
    KnownModel(
      "llama-2-13b", TransformerShape(layers: 40, hidden: 5120, feedForward: 13_824, heads: 40, vocabulary: 32_000),
      context: 4096, citation: "Touvron et al. 2023, arXiv 2307.09288"),
    KnownModel(
      "llama-2-70b",
      TransformerShape(layers: 80, hidden: 8192, feedForward: 28_672, heads: 64, keyValueHeads: 8, vocabulary: 32_000),
      context: 4096, citation: "Touvron et al. 2023, arXiv 2307.09288"),
    KnownModel(
      "codellama-34b", aliases: ["llama-2-34b"],
      TransformerShape(layers: 48, hidden: 8192, feedForward: 22_016, heads: 64, keyValueHeads: 8, vocabulary: 32_000),
      context: 4096, citation: "Rozière et al. 2023, arXiv 2308.12950"),
    KnownModel(
      "llama-3-8b", aliases: ["llama-3.1-8b", "meta-llama-3-8b"],
      TransformerShape(layers: 32, hidden: 4096, feedForward: 14_336, heads: 32, keyValueHeads: 8, vocabulary: 128_256),
      context: 8192, citation: "Llama team 2024, arXiv 2407.21783, table 3"),
    KnownModel(
      "llama-3-70b", aliases: ["llama-3.1-70b", "llama-3.3-70b", "meta-llama-3-70b"],
      TransformerShape(layers: 80, hidden: 8192, feedForward: 28_672, heads: 64, keyValueHeads: 8, vocabulary: 128_256),
      context: 8192, citation: "Llama team 2024, arXiv 2407.21783, table 3"),
    KnownModel(
      "llama-3-405b", aliases: ["llama-3.1-405b"],
      TransformerShape(
        layers: 126, hidden: 16_384, feedForward: 53_248, heads: 128, keyValueHeads: 8, vocabulary: 128_256),
      context: 8192, citation: "Llama team 2024, arXiv 2407.21783, table 3"),
    KnownModel(
      "llama-3.2-1b",
      TransformerShape(
        layers: 16, hidden: 2048, feedForward: 8192, heads: 32, keyValueHeads: 8, vocabulary: 128_256,
        tiesEmbeddings: true),
      context: 8192, citation: "Meta 2024, model card of Llama 3.2"),
    KnownModel(
      "llama-3.2-3b",
      TransformerShape(
        layers: 28, hidden: 3072, feedForward: 8192, heads: 24, keyValueHeads: 8, vocabulary: 128_256,
        tiesEmbeddings: true),
      context: 8192, citation: "Meta 2024, model card of Llama 3.2"),
  ]

  /// Models of the same layers.
  static let likeLlama: [KnownModel] = [
    KnownModel(
      "tinyllama-1.1b", aliases: ["tinyllama"],
      TransformerShape(layers: 22, hidden: 2048, feedForward: 5632, heads: 32, keyValueHeads: 4, vocabulary: 32_000),
      context: 2048, citation: "Zhang et al. 2024, arXiv 2401.02385"),
    KnownModel(
      "smollm-135m", aliases: ["smollm2-135m"],
      TransformerShape(
        layers: 30, hidden: 576, feedForward: 1536, heads: 9, keyValueHeads: 3, vocabulary: 49_152, tiesEmbeddings: true
      ),
      context: 2048, citation: "Ben Allal et al. 2025, arXiv 2502.02737, and model cards of SmolLM"),
    KnownModel(
      "smollm-360m", aliases: ["smollm2-360m"],
      TransformerShape(
        layers: 32, hidden: 960, feedForward: 2560, heads: 15, keyValueHeads: 5, vocabulary: 49_152,
        tiesEmbeddings: true),
      context: 2048, citation: "Ben Allal et al. 2025, arXiv 2502.02737, and model cards of SmolLM"),
    KnownModel(
      "smollm-1.7b", aliases: ["smollm2-1.7b"],
      TransformerShape(
        layers: 24, hidden: 2048, feedForward: 8192, heads: 32, vocabulary: 49_152, tiesEmbeddings: true),
      context: 2048, citation: "Ben Allal et al. 2025, arXiv 2502.02737, and model cards of SmolLM"),
    KnownModel(
      "mistral-7b", aliases: ["mistral-7b-v0.1"],
      TransformerShape(layers: 32, hidden: 4096, feedForward: 14_336, heads: 32, keyValueHeads: 8, vocabulary: 32_000),
      context: 8192, citation: "Jiang et al. 2023, arXiv 2310.06825"),
    KnownModel(
      "mistral-7b-v0.3",
      TransformerShape(layers: 32, hidden: 4096, feedForward: 14_336, heads: 32, keyValueHeads: 8, vocabulary: 32_768),
      context: 8192, citation: "Mistral AI 2024, model card"),
    KnownModel(
      "mistral-nemo-12b", aliases: ["mistral-nemo"],
      TransformerShape(
        layers: 40, hidden: 5120, feedForward: 14_336, heads: 32, keyValueHeads: 8, headSize: 128, vocabulary: 131_072),
      context: 131_072, citation: "Mistral AI and NVIDIA 2024, model card"),
    KnownModel(
      "yi-6b",
      TransformerShape(layers: 32, hidden: 4096, feedForward: 11_008, heads: 32, keyValueHeads: 4, vocabulary: 64_000),
      context: 4096, citation: "01.AI 2024, arXiv 2403.04652"),
    KnownModel(
      "yi-34b",
      TransformerShape(layers: 60, hidden: 7168, feedForward: 20_480, heads: 56, keyValueHeads: 8, vocabulary: 64_000),
      context: 4096, citation: "01.AI 2024, arXiv 2403.04652"),
    KnownModel(
      "deepseek-llm-7b",
      TransformerShape(layers: 30, hidden: 4096, feedForward: 11_008, heads: 32, vocabulary: 102_400),
      context: 4096, citation: "DeepSeek-AI 2024, arXiv 2401.02954"),
    KnownModel(
      "deepseek-llm-67b",
      TransformerShape(layers: 95, hidden: 8192, feedForward: 22_016, heads: 64, keyValueHeads: 8, vocabulary: 102_400),
      context: 4096, citation: "DeepSeek-AI 2024, arXiv 2401.02954"),
  ]
}
