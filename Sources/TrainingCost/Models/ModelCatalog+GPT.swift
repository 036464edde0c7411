/// Models with LayerNorm, biases and an MLP of two matrices, in the line of GPT-2.
extension KnownModel {
  /// OpenAI, and EleutherAI before Pythia.
  static let gpt: [KnownModel] = [
    KnownModel(
      "gpt2", aliases: ["gpt2-small"],
      TransformerShape(
        layers: 12, hidden: 768, feedForward: 3072, heads: 12, vocabulary: 50_257, isGated: false, tiesEmbeddings: true,
        biases: .all, norm: .layer, learnedPositions: 1024),
      context: 1024, citation: "Radford et al. 2019, as released"),
    KnownModel(
      "gpt2-medium",
      TransformerShape(
        layers: 24, hidden: 1024, feedForward: 4096, heads: 16, vocabulary: 50_257, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 1024),
      context: 1024, citation: "Radford et al. 2019, as released"),
    KnownModel(
      "gpt2-large",
      TransformerShape(
        layers: 36, hidden: 1280, feedForward: 5120, heads: 20, vocabulary: 50_257, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 1024),
      context: 1024, citation: "Radford et al. 2019, as released"),
    KnownModel(
      "gpt2-xl",
      TransformerShape(
        layers: 48, hidden: 1600, feedForward: 6400, heads: 25, vocabulary: 50_257, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 1024),
      context: 1024, citation: "Radford et al. 2019, as released"),
    KnownModel(
      "gpt-3", aliases: ["gpt-3-175b"],
      TransformerShape(
        layers: 96, hidden: 12_288, feedForward: 49_152, heads: 96, vocabulary: 50_257, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2048),
      context: 2048, citation: "Brown et al. 2020, arXiv 2005.14165, table 2.1"),
    KnownModel(
      "gpt-j-6b", aliases: ["gpt-j"],
      TransformerShape(
        layers: 28, hidden: 4096, feedForward: 16_384, heads: 16, vocabulary: 50_400, isGated: false,
        biases: .feedForward, norm: .layer, normsPerLayer: 1, hasOutputBias: true),
      context: 2048, citation: "Wang and Komatsuzaki 2021, model card"),
    KnownModel(
      "gpt-neox-20b", aliases: ["gpt-neox"],
      TransformerShape(
        layers: 44, hidden: 6144, feedForward: 24_576, heads: 64, vocabulary: 50_432, isGated: false, biases: .all,
        norm: .layer),
      context: 2048, citation: "Black et al. 2022, arXiv 2204.06745"),
    KnownModel(
      "megatron-1t",
      TransformerShape(
        layers: 128, hidden: 25_600, feedForward: 102_400, heads: 160, vocabulary: 51_200, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2048),
      context: 2048, citation: "Narayanan et al. 2021, arXiv 2104.04473, table 1"),
  ]

  /// EleutherAI's Pythia.
  static let pythia: [KnownModel] = [
    KnownModel(
      "pythia-70m",
      TransformerShape(
        layers: 6, hidden: 512, feedForward: 2048, heads: 8, vocabulary: 50_304, isGated: false, biases: .all,
        norm: .layer),
      context: 2048, citation: "Biderman et al. 2023, arXiv 2304.01373"),
    KnownModel(
      "pythia-160m",
      TransformerShape(
        layers: 12, hidden: 768, feedForward: 3072, heads: 12, vocabulary: 50_304, isGated: false, biases: .all,
        norm: .layer),
      context: 2048, citation: "Biderman et al. 2023, arXiv 2304.01373"),
    KnownModel(
      "pythia-410m",
      TransformerShape(
        layers: 24, hidden: 1024, feedForward: 4096, heads: 16, vocabulary: 50_304, isGated: false, biases: .all,
        norm: .layer),
      context: 2048, citation: "Biderman et al. 2023, arXiv 2304.01373"),
    KnownModel(
      "pythia-1b",
      TransformerShape(
        layers: 16, hidden: 2048, feedForward: 8192, heads: 8, vocabulary: 50_304, isGated: false, biases: .all,
        norm: .layer),
      context: 2048, citation: "Biderman et al. 2023, arXiv 2304.01373"),
    KnownModel(
      "pythia-1.4b",
      TransformerShape(
        layers: 24, hidden: 2048, feedForward: 8192, heads: 16, vocabulary: 50_304, isGated: false, biases: .all,
        norm: .layer),
      context: 2048, citation: "Biderman et al. 2023, arXiv 2304.01373"),
    KnownModel(
      "pythia-2.8b",
      TransformerShape(
        layers: 32, hidden: 2560, feedForward: 10_240, heads: 32, vocabulary: 50_304, isGated: false, biases: .all,
        norm: .layer),
      context: 2048, citation: "Biderman et al. 2023, arXiv 2304.01373"),
    KnownModel(
      "pythia-6.9b",
      TransformerShape(
        layers: 32, hidden: 4096, feedForward: 16_384, heads: 32, vocabulary: 50_432, isGated: false, biases: .all,
        norm: .layer),
      context: 2048, citation: "Biderman et al. 2023, arXiv 2304.01373"),
    KnownModel(
      "pythia-12b",
      TransformerShape(
        layers: 36, hidden: 5120, feedForward: 20_480, heads: 40, vocabulary: 50_688, isGated: false, biases: .all,
        norm: .layer),
      context: 2048, citation: "Biderman et al. 2023, arXiv 2304.01373"),
  ]

  /// Meta's OPT, but for the one of 350M parameters, which norms after its layers.
  static let opt: [KnownModel] = [
    KnownModel(
      "opt-125m",
      TransformerShape(
        layers: 12, hidden: 768, feedForward: 3072, heads: 12, vocabulary: 50_272, isGated: false, tiesEmbeddings: true,
        biases: .all, norm: .layer, learnedPositions: 2050),
      context: 2048, citation: "Zhang et al. 2022, arXiv 2205.01068, as released; two rows of its positions are unused"),
    KnownModel(
      "opt-1.3b",
      TransformerShape(
        layers: 24, hidden: 2048, feedForward: 8192, heads: 32, vocabulary: 50_272, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2050),
      context: 2048, citation: "Zhang et al. 2022, arXiv 2205.01068, as released; two rows of its positions are unused"),
    KnownModel(
      "opt-2.7b",
      TransformerShape(
        layers: 32, hidden: 2560, feedForward: 10_240, heads: 32, vocabulary: 50_272, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2050),
      context: 2048, citation: "Zhang et al. 2022, arXiv 2205.01068, as released; two rows of its positions are unused"),
    KnownModel(
      "opt-6.7b",
      TransformerShape(
        layers: 32, hidden: 4096, feedForward: 16_384, heads: 32, vocabulary: 50_272, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2050),
      context: 2048, citation: "Zhang et al. 2022, arXiv 2205.01068, as released; two rows of its positions are unused"),
    KnownModel(
      "opt-13b",
      TransformerShape(
        layers: 40, hidden: 5120, feedForward: 20_480, heads: 40, vocabulary: 50_272, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2050),
      context: 2048, citation: "Zhang et al. 2022, arXiv 2205.01068, as released; two rows of its positions are unused"),
    KnownModel(
      "opt-30b",
      TransformerShape(
        layers: 48, hidden: 7168, feedForward: 28_672, heads: 56, vocabulary: 50_272, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2050),
      context: 2048, citation: "Zhang et al. 2022, arXiv 2205.01068, as released; two rows of its positions are unused"),
    KnownModel(
      "opt-66b",
      TransformerShape(
        layers: 64, hidden: 9216, feedForward: 36_864, heads: 72, vocabulary: 50_272, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2050),
      context: 2048, citation: "Zhang et al. 2022, arXiv 2205.01068, as released; two rows of its positions are unused"),
    KnownModel(
      "opt-175b",
      TransformerShape(
        layers: 96, hidden: 12_288, feedForward: 49_152, heads: 96, vocabulary: 50_272, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: 2050),
      context: 2048, citation: "Zhang et al. 2022, arXiv 2205.01068, as released; two rows of its positions are unused"),
  ]

  /// BigScience's BLOOM.
  static let bloom: [KnownModel] = [
    KnownModel(
      "bloom-560m",
      TransformerShape(
        layers: 24, hidden: 1024, feedForward: 4096, heads: 16, vocabulary: 250_880, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, normsEmbedding: true),
      context: 2048, citation: "Le Scao et al. 2022, arXiv 2211.05100"),
    KnownModel(
      "bloom-1b1", aliases: ["bloom-1.1b"],
      TransformerShape(
        layers: 24, hidden: 1536, feedForward: 6144, heads: 16, vocabulary: 250_880, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, normsEmbedding: true),
      context: 2048, citation: "Le Scao et al. 2022, arXiv 2211.05100"),
    KnownModel(
      "bloom-1b7", aliases: ["bloom-1.7b"],
      TransformerShape(
        layers: 24, hidden: 2048, feedForward: 8192, heads: 16, vocabulary: 250_880, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, normsEmbedding: true),
      context: 2048, citation: "Le Scao et al. 2022, arXiv 2211.05100"),
    KnownModel(
      "bloom-3b",
      TransformerShape(
        layers: 30, hidden: 2560, feedForward: 10_240, heads: 32, vocabulary: 250_880, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, normsEmbedding: true),
      context: 2048, citation: "Le Scao et al. 2022, arXiv 2211.05100"),
    KnownModel(
      "bloom-7b1", aliases: ["bloom-7.1b"],
      TransformerShape(
        layers: 30, hidden: 4096, feedForward: 16_384, heads: 32, vocabulary: 250_880, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, normsEmbedding: true),
      context: 2048, citation: "Le Scao et al. 2022, arXiv 2211.05100"),
    KnownModel(
      "bloom-176b", aliases: ["bloom"],
      TransformerShape(
        layers: 70, hidden: 14_336, feedForward: 57_344, heads: 112, vocabulary: 250_880, isGated: false,
        tiesEmbeddings: true, biases: .all, norm: .layer, normsEmbedding: true),
      context: 2048, citation: "Le Scao et al. 2022, arXiv 2211.05100"),
  ]
}
