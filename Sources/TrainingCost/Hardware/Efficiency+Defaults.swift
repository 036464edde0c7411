extension Efficiency {
  /// The constants used without measurements: those of chips with or without 8-bit units, fitted as described below,
  /// with matrix products in the proportion of the fastest that were measured on each chip.
  ///
  /// The fits began at the values of ``Efficiency`` itself, with the share of the fastest product as `matmul`.
  public static func standard(for accelerator: Accelerator) -> Efficiency {
    let (family, chip) = accelerator.peaks[.fp8] == nil ? (withoutFP8, "A100-80") : (withFP8, "H100")
    var constants = family
    if let own = accelerator.attainableShare, let base = (try? Accelerator.named(chip))?.attainableShare {
      constants.matmul = min(1, family.matmul * own / base)
    }
    return constants
  }

  /// Fitted to 59 steps of GPT on A100s in Megatron-DeepSpeed that vTrain's authors published (Bang et al. 2023, arXiv
  /// 2312.12391): every twentieth of those on one node and every second of those on many, with gradients of 2 bytes and
  /// 12.5 GB/s between nodes. The share of attention is that of FlashAttention-2, which they do not use.
  private static let withoutFP8: Efficiency = {
    var constants = Efficiency()
    constants.matmul = 0.858
    constants.memory = 0.787
    constants.attention = 0.3
    constants.scorePasses = 5.92
    constants.elementwise = 13.0
    constants.layerLaunch = 0.000743
    constants.pipelineLaunch = 0.05
    constants.link = 0.795
    constants.linkLatency = 7.46e-06
    constants.network = 0.385
    constants.networkLatency = 2e-05
    constants.gradientLatency = 2.02e-05
    constants.exposedReduction = 0.771
    constants.exposedSharding = 1.0
    constants.exposedExchange = 0.5
    constants.exposedTransfer = 1.17
    constants.lossPasses = 9.31
    constants.optimizerPasses = 0.869
    constants.step = 0.00535
    constants.microBatch = 0.00384
    return constants
  }()

  /// Fitted to 56 steps of Llama-like models of 1 and 3 billion parameters on H100s in nanotron, every sixth of those
  /// in the Ultra-Scale Playbook (Tazi et al. 2025) with an MFU of 20 % and more, and to 8 steps of MPT in llm-foundry,
  /// every sixth of its H100 ones in bf16. Two constants that are specific to that trainer and that cloud keep their
  /// usual values, chosen with the published steps of Llama 3 405B and of Megatron-Bridge in view, which would be far
  /// too slow otherwise: the addition of tensor parallelism to launches under a pipeline (fitted: 0.49), and the share
  /// of the network (0.33).
  private static let withFP8: Efficiency = {
    var constants = Efficiency()
    constants.matmul = 0.749
    constants.memory = 0.704
    constants.attention = 0.179
    constants.scorePasses = 5.5
    constants.elementwise = 20.8
    constants.layerLaunch = 0.00116
    constants.pipelineLaunch = 0.05
    constants.link = 0.935
    constants.linkLatency = 4.55e-06
    constants.network = 0.5
    constants.networkLatency = 3.31e-05
    constants.gradientLatency = 3.18e-05
    constants.exposedReduction = 0.517
    constants.exposedSharding = 1.21
    constants.exposedExchange = 0.5
    constants.exposedTransfer = 0.877
    constants.lossPasses = 8.3
    constants.optimizerPasses = 0.907
    constants.step = 0.00667
    constants.microBatch = 0.00188
    return constants
  }()
}

extension Accelerator {
  /// The fastest measured product in bf16 over the peak.
  fileprivate var attainableShare: Double? { attainableRate(.bf16).map { $0 / peakFLOPsPerSecond } }
}
