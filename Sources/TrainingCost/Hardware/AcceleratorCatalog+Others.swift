/// Accelerators of AMD, Google, AWS and Intel.
extension Accelerator {
  static let amd = [
    Accelerator(
      name: "MI250X", aliases: ["Instinct MI250X"], peaks: teraFLOPs([.bf16: 383, .fp32: 47.9]), memoryBytes: 128e9,
      memoryBandwidth: 3.28e12, link: link("Infinity Fabric", 350, domain: 4), network: infiniBand(200),
      devicesPerNode: 4, watts: 560,
      citation: "AMD Instinct MI250X data sheet, both dies of a module; software sees two devices of half of it"),
    Accelerator(
      name: "MI300X", aliases: ["Instinct MI300X"], peaks: teraFLOPs([.bf16: 1307, .fp8: 2615, .fp32: 163.4]),
      memoryBytes: 192e9, memoryBandwidth: 5.3e12, link: link("Infinity Fabric", 448), network: infiniBand(400),
      watts: 750, attainable: teraFLOPs([.bf16: 668.4]), attainableSource: bekman,
      citation: "AMD Instinct MI300X data sheet, without sparsity"),
    Accelerator(
      name: "MI325X", aliases: ["Instinct MI325X"], peaks: teraFLOPs([.bf16: 1307, .fp8: 2615, .fp32: 163.4]),
      memoryBytes: 256e9, memoryBandwidth: 6e12, link: link("Infinity Fabric", 448), network: infiniBand(400),
      watts: 1000, attainable: teraFLOPs([.bf16: 784.9]), attainableSource: bekman,
      citation: "AMD Instinct MI325X data sheet, without sparsity"),
    Accelerator(
      name: "MI355X", aliases: ["Instinct MI355X"],
      peaks: teraFLOPs([.bf16: 2500, .fp8: 5000, .fp4: 10100, .fp32: 157.3]), memoryBytes: 288e9,
      memoryBandwidth: 8e12, link: link("Infinity Fabric", 535.5), network: infiniBand(400), watts: 1400,
      attainable: teraFLOPs([.bf16: 1565]), attainableSource: bekman,
      citation: "AMD Instinct MI355X data sheet, without sparsity; power recalled"),
  ]

  /// Between slices, TPUs communicate over the data-center network.
  private static let dataCenter = ethernet(50, "data-center network")

  static let tpus = [
    Accelerator(
      name: "TPU-v4", aliases: ["v4"], peaks: teraFLOPs([.bf16: 275]), memoryBytes: 32e9, memoryBandwidth: 1.2e12,
      link: link("ICI 3D torus", 150, domain: 4096), network: dataCenter, devicesPerNode: 4, watts: 170,
      citation: "Google Cloud TPU v4 system architecture, per chip; ICI recalled, network between slices assumed",
      listPrice: ComputePrice(listed: 3.22, basis: "Google Cloud's list price of 2025-03-03")),
    Accelerator(
      name: "TPU-v5e", aliases: ["v5e", "TPU v5 lite"], peaks: teraFLOPs([.bf16: 197]), memoryBytes: 16e9,
      memoryBandwidth: 0.82e12, link: link("ICI 2D torus", 100, domain: 256), network: dataCenter, watts: 140,
      citation: "Google Cloud TPU v5e system architecture, per chip; ICI recalled, network between slices assumed",
      listPrice: ComputePrice(listed: 1.20, basis: "Google Cloud's list price of 2025-03-03")),
    Accelerator(
      name: "TPU-v5p", aliases: ["v5p"], peaks: teraFLOPs([.bf16: 459]), memoryBytes: 95e9, memoryBandwidth: 2.76e12,
      link: link("ICI 3D torus", 300, domain: 8960), network: dataCenter, devicesPerNode: 4,
      citation: "Google Cloud TPU v5p system architecture, per chip; network between slices assumed"),
    Accelerator(
      name: "TPU-v6e", aliases: ["v6e", "Trillium"], peaks: teraFLOPs([.bf16: 918, .fp8: 918]), memoryBytes: 32e9,
      memoryBandwidth: 1.64e12, link: link("ICI 2D torus", 224, domain: 256), network: dataCenter,
      citation: "Google Cloud TPU v6e system architecture, per chip; network between slices assumed",
      listPrice: ComputePrice(listed: 2.70, basis: "Google Cloud's list price of 2025-03-03")),
    Accelerator(
      name: "TPU-v7x", aliases: ["v7x", "Ironwood"], peaks: teraFLOPs([.bf16: 2307, .fp8: 4614]), memoryBytes: 192e9,
      memoryBandwidth: 7.4e12, link: link("ICI", 600, domain: 9216), network: dataCenter, devicesPerNode: 4,
      citation: "Google Cloud TPU7x documentation, per chip; memory recalled, network between slices assumed"),
  ]

  static let others = [
    Accelerator(
      name: "Trn1", aliases: ["Trainium", "Trainium1"], peaks: teraFLOPs([.bf16: 190, .fp8: 190, .fp32: 47.5]),
      memoryBytes: 32e9, memoryBandwidth: 0.82e12, link: link("NeuronLink 2", 192, domain: 16),
      network: ethernet(50, "EFA"), devicesPerNode: 16,
      citation: "AWS Trainium documentation, trn1.32xlarge, a sixteenth; bandwidths recalled"),
    Accelerator(
      name: "Trn2", aliases: ["Trainium2"], peaks: teraFLOPs([.bf16: 667, .fp8: 1299, .fp32: 181]), memoryBytes: 96e9,
      memoryBandwidth: 2.9e12, link: link("NeuronLink 3", 640, domain: 16), network: ethernet(200, "EFA"),
      devicesPerNode: 16, watts: 500, citation: "AWS Trainium2 documentation, trn2.48xlarge, a sixteenth"),
    Accelerator(
      name: "Gaudi2", aliases: ["Gaudi 2"], peaks: teraFLOPs([.bf16: 432, .fp8: 865]), memoryBytes: 96e9,
      memoryBandwidth: 2.46e12, link: link("RoCE mesh", 262.5), network: ethernet(300), watts: 600,
      attainable: teraFLOPs([.bf16: 418.7, .fp8: 826.5]), attainableSource: bekman,
      citation: "Intel Gaudi 2 white paper; power recalled"),
    Accelerator(
      name: "Gaudi3", aliases: ["Gaudi 3"], peaks: teraFLOPs([.bf16: 1677, .fp8: 1677, .fp32: 229]),
      memoryBytes: 128e9, memoryBandwidth: 3.7e12, link: link("RoCE mesh", 525), network: ethernet(600), watts: 900,
      attainable: teraFLOPs([.bf16: 1243, .fp8: 1289.5]), attainableSource: bekman,
      citation: "Intel Gaudi 3 white paper, as revised; power recalled"),
  ]
}
