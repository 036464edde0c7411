/// Models that leave out some of GPT's biases or norms.
extension KnownModel {
  /// TII's Falcon.
  static let falcon: [KnownModel] = [
    KnownModel(
      "falcon-7b",
      TransformerShape(
        layers: 32, hidden: 4544, feedForward: 18_176, heads: 71, keyValueHeads: 1, vocabulary: 65_024, isGated: false,
        tiesEmbeddings: true, norm: .layer, normsPerLayer: 1),
      context: 2048, citation: "Almazrouei et al. 2023, arXiv 2311.16867"),
    KnownModel(
      "falcon-40b",
      TransformerShape(
        layers: 60, hidden: 8192, feedForward: 32_768, heads: 128, keyValueHeads: 8, vocabulary: 65_024, isGated: false,
        tiesEmbeddings: true, norm: .layer),
      context: 2048, citation: "Almazrouei et al. 2023, arXiv 2311.16867"),
    KnownModel(
      "falcon-180b",
      TransformerShape(
        layers: 80, hidden: 14_848, feedForward: 59_392, heads: 232, keyValueHeads: 8, vocabulary: 65_024,
        isGated: false, norm: .layer),
      context: 2048, citation: "Almazrouei et al. 2023, arXiv 2311.16867"),
  ]

  /// MosaicML's MPT.
  static let mpt: [KnownModel] = [
    KnownModel(
      "mpt-7b",
      TransformerShape(
        layers: 32, hidden: 4096, feedForward: 16_384, heads: 32, vocabulary: 50_432, isGated: false,
        tiesEmbeddings: true, norm: .layerWithoutBias),
      context: 2048, citation: "MosaicML 2023, model card"),
    KnownModel(
      "mpt-30b",
      TransformerShape(
        layers: 48, hidden: 7168, feedForward: 28_672, heads: 64, vocabulary: 50_432, isGated: false,
        tiesEmbeddings: true, norm: .layerWithoutBias),
      context: 8192, citation: "MosaicML 2023, model card"),
  ]

  /// Microsoft's Phi.
  static let phi: [KnownModel] = [
    KnownModel(
      "phi-1.5", aliases: ["phi-1"],
      TransformerShape(
        layers: 24, hidden: 2048, feedForward: 8192, heads: 32, vocabulary: 51_200, isGated: false, biases: .all,
        norm: .layer, normsPerLayer: 1, hasOutputBias: true),
      context: 2048, citation: "Li et al. 2023, arXiv 2309.05463"),
    KnownModel(
      "phi-2",
      TransformerShape(
        layers: 32, hidden: 2560, feedForward: 10_240, heads: 32, vocabulary: 51_200, isGated: false, biases: .all,
        norm: .layer, normsPerLayer: 1, hasOutputBias: true),
      context: 2048, citation: "Microsoft 2023, model card"),
    KnownModel(
      "phi-3-mini", aliases: ["phi-3-mini-4k"],
      TransformerShape(layers: 32, hidden: 3072, feedForward: 8192, heads: 32, vocabulary: 32_064),
      context: 4096, citation: "Abdin et al. 2024, arXiv 2404.14219"),
    KnownModel(
      "phi-4",
      TransformerShape(
        layers: 40, hidden: 5120, feedForward: 17_920, heads: 40, keyValueHeads: 10, vocabulary: 100_352),
      context: 4096, citation: "Abdin et al. 2024, arXiv 2412.08905"),
  ]

  /// Google's PaLM.
  static let palm: [KnownModel] = [
    KnownModel(
      "palm-8b",
      TransformerShape(
        layers: 32, hidden: 4096, feedForward: 16_384, heads: 16, keyValueHeads: 1, vocabulary: 256_000,
        tiesEmbeddings: true, norm: .layerWithoutBias, normsPerLayer: 1),
      context: 2048, citation: "Chowdhery et al. 2022, arXiv 2204.02311, table 1"),
    KnownModel(
      "palm-62b",
      TransformerShape(
        layers: 64, hidden: 8192, feedForward: 32_768, heads: 32, keyValueHeads: 1, vocabulary: 256_000,
        tiesEmbeddings: true, norm: .layerWithoutBias, normsPerLayer: 1),
      context: 2048, citation: "Chowdhery et al. 2022, arXiv 2204.02311, table 1"),
    KnownModel(
      "palm-540b",
      TransformerShape(
        layers: 118, hidden: 18_432, feedForward: 73_728, heads: 48, keyValueHeads: 1, headSize: 256,
        vocabulary: 256_000, tiesEmbeddings: true, norm: .layerWithoutBias, normsPerLayer: 1),
      context: 2048, citation: "Chowdhery et al. 2022, arXiv 2204.02311, table 1"),
  ]

  /// BigCode's StarCoder.
  static let starCoder: [KnownModel] = [
    KnownModel(
      "starcoder",
      TransformerShape(
        layers: 40, hidden: 6144, feedForward: 24_576, heads: 48, keyValueHeads: 1, vocabulary: 49_152, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 8192),
      context: 8192, citation: "Li et al. 2023, arXiv 2305.06161"),
    KnownModel(
      "starcoder2-15b",
      TransformerShape(
        layers: 40, hidden: 6144, feedForward: 24_576, heads: 48, keyValueHeads: 4, vocabulary: 49_152, isGated: false,
        biases: .all, norm: .layer),
      context: 4096, citation: "Lozhkov et al. 2024, arXiv 2402.19173"),
  ]
}
