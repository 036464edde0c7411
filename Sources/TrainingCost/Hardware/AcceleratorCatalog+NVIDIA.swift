/// NVIDIA's accelerators. Peaks are dense: half of a data sheet's figure with sparsity.
extension Accelerator {
  static let voltaAndAmpere = [
    Accelerator(
      name: "V100", aliases: ["V100-32", "V100-32GB", "V100 SXM3"], peaks: teraFLOPs([.fp16: 125, .fp32: 15.7]),
      memoryBytes: 32e9, memoryBandwidth: 0.9e12, link: link("NVLink 2", 150), network: infiniBand(100), watts: 300,
      citation: "NVIDIA V100 data sheet, SXM2, 32 GB; fp16, as the chip has no bf16",
      listPrice: ComputePrice(listed: 2.75, basis: "Azure's list price of 2024-01-29")),
    Accelerator(
      name: "V100-16", aliases: ["V100-16GB", "V100-SXM2", "V100 SXM2 16GB"],
      peaks: teraFLOPs([.fp16: 125, .fp32: 15.7]), memoryBytes: 16e9, memoryBandwidth: 0.9e12,
      link: link("NVLink 2", 150), network: infiniBand(100), watts: 300,
      citation: "NVIDIA V100 data sheet, SXM2, 16 GB; fp16, as the chip has no bf16",
      listPrice: ComputePrice(listed: 2.48, basis: "Google Cloud's list price of 2025-03-03")),
    Accelerator(
      name: "A100-40", aliases: ["A100-40GB", "A100 SXM4 40GB"], peaks: teraFLOPs([.bf16: 312, .fp32: 19.5]),
      memoryBytes: 40e9, memoryBandwidth: 1.56e12, link: link("NVLink 3", 300), network: infiniBand(200), watts: 400,
      attainable: teraFLOPs([.bf16: 271.2]), attainableSource: bekman, citation: "NVIDIA A100 data sheet, SXM4, 40 GB",
      listPrice: ComputePrice(listed: 1.29, basis: "Lambda's list price of 2025-02-28")),
    Accelerator(
      name: "A100-80", aliases: ["A100", "A100-80GB", "A100 SXM", "A100 SXM4 80GB"],
      peaks: teraFLOPs([.bf16: 312, .fp32: 19.5]), memoryBytes: 80e9, memoryBandwidth: 2.04e12,
      link: link("NVLink 3", 300), network: infiniBand(200), watts: 400, attainable: teraFLOPs([.bf16: 271.2]),
      attainableSource: bekman, citation: "NVIDIA A100 data sheet, SXM4, 80 GB",
      listPrice: ComputePrice(listed: 1.89, basis: "RunPod's list price of 2025-03-03")),
    Accelerator(
      name: "A100-PCIe", aliases: ["A100 PCIe 80GB", "A100-80-PCIe"], peaks: teraFLOPs([.bf16: 312, .fp32: 19.5]),
      memoryBytes: 80e9, memoryBandwidth: 1.94e12, link: link("PCIe 4", 31), network: infiniBand(200), watts: 300,
      attainable: teraFLOPs([.bf16: 252.9]), attainableSource: bekman,
      citation: "NVIDIA A100 data sheet, PCIe, 80 GB; without the NVLink bridge that joins two",
      listPrice: ComputePrice(listed: 1.64, basis: "RunPod's list price of 2025-03-03")),
  ]

  static let h100 = Accelerator(
    name: "H100", aliases: ["H100 SXM", "H100 SXM5", "H100-80", "H100-80GB", "H100 SXM5 80GB"],
    peaks: teraFLOPs([.bf16: 989, .fp8: 1979, .fp32: 67]), memoryBytes: 80e9, memoryBandwidth: 3.35e12,
    link: link("NVLink 4", 450), network: infiniBand(400), watts: 700,
    attainable: teraFLOPs([.bf16: 794.5, .fp8: 1402.6]), attainableSource: bekman,
    citation: "NVIDIA H100 data sheet, SXM; half of the figure with sparsity",
    listPrice: ComputePrice(listed: 2.99, basis: "RunPod's list price of 2025-03-03"))

  static let hopper = [
    h100,
    Accelerator(
      name: "H100-PCIe", aliases: ["H100 PCIe 80GB"], peaks: teraFLOPs([.bf16: 756, .fp8: 1513, .fp32: 51]),
      memoryBytes: 80e9, memoryBandwidth: 2.04e12, link: link("PCIe 5", 63), network: infiniBand(400), watts: 350,
      citation:
        "NVIDIA H100 data sheet, PCIe; half of the figure with sparsity; without the NVLink bridge that joins two",
      listPrice: ComputePrice(listed: 2.39, basis: "RunPod's list price of 2025-03-03")),
    Accelerator(
      name: "H800", aliases: ["H800 SXM", "H800 SXM5"], peaks: teraFLOPs([.bf16: 989, .fp8: 1979, .fp32: 67]),
      memoryBytes: 80e9, memoryBandwidth: 3.35e12, link: link("NVLink 4, cut", 200), network: infiniBand(400),
      watts: 700, citation: "NVIDIA H100 data sheet, SXM, with the links of DeepSeek-V3's report (recalled)",
      listPrice: ComputePrice(listed: 3.42, basis: "CR8DL's list price of 2025-03-03")),
    Accelerator(
      name: "H200", aliases: ["H200 SXM", "H200 SXM 141GB"], peaks: teraFLOPs([.bf16: 989, .fp8: 1979, .fp32: 67]),
      memoryBytes: 141e9, memoryBandwidth: 4.8e12, link: link("NVLink 4", 450), network: infiniBand(400), watts: 700,
      attainable: teraFLOPs([.bf16: 794.5, .fp8: 1453.4]), attainableSource: bekman,
      citation: "NVIDIA H200 data sheet, SXM; half of the figure with sparsity",
      listPrice: ComputePrice(listed: 10.60, basis: "AWS's list price of 2025-03-17")),
    Accelerator(
      name: "GH200", aliases: ["GH200 144GB"], peaks: teraFLOPs([.bf16: 989, .fp8: 1979, .fp32: 67]),
      memoryBytes: 141e9, memoryBandwidth: 4.8e12, link: link("NVLink 4", 450, domain: 1),
      network: infiniBand(400), devicesPerNode: 1, watts: 900, attainable: teraFLOPs([.bf16: 828.6, .fp8: 1535]),
      attainableSource: bekman,
      citation: "NVIDIA GH200 data sheet, HBM3e, one to a node; power with the Grace processor"),
  ]

  static let blackwell = [
    Accelerator(
      name: "B200", aliases: ["B200 SXM", "B200 SXM 180GB"],
      peaks: teraFLOPs([.bf16: 2250, .fp8: 4500, .fp4: 9000, .fp32: 80]), memoryBytes: 180e9, memoryBandwidth: 8e12,
      link: link("NVLink 5", 900), network: infiniBand(400), watts: 1000,
      attainable: teraFLOPs([.bf16: 1745, .fp8: 3432.5]), attainableSource: bekman,
      citation: "NVIDIA DGX B200 data sheet, an eighth of the system; half of the figure with sparsity"),
    Accelerator(
      name: "B300", aliases: ["B300 SXM", "B300 SXM 288GB"],
      peaks: teraFLOPs([.bf16: 2250, .fp8: 4500, .fp4: 13500, .fp32: 80]), memoryBytes: 288e9, memoryBandwidth: 8e12,
      link: link("NVLink 5", 900), network: infiniBand(800), watts: 1400,
      attainable: teraFLOPs([.bf16: 1769, .fp8: 3353.3]), attainableSource: bekman,
      citation: "NVIDIA DGX B300 data sheet, an eighth of the system; half of the figure with sparsity"),
    Accelerator(
      name: "GB200", aliases: ["GB200 NVL72"], peaks: teraFLOPs([.bf16: 2450, .fp8: 4900, .fp4: 9800, .fp32: 80]),
      memoryBytes: 186e9, memoryBandwidth: 8e12, link: link("NVLink 5", 900, domain: 72), network: infiniBand(400),
      devicesPerNode: 4, watts: 1200, attainable: teraFLOPs([.bf16: 1822, .fp8: 3615.6]), attainableSource: bekman,
      citation: "NVIDIA DGX Cloud benchmarking recipes, one accelerator of an NVL72; the data sheet says 2500 TFLOP/s"),
    Accelerator(
      name: "GB300", aliases: ["GB300 NVL72"], peaks: teraFLOPs([.bf16: 2450, .fp8: 4900, .fp4: 14700, .fp32: 80]),
      memoryBytes: 279e9, memoryBandwidth: 8e12, link: link("NVLink 5", 900, domain: 72), network: infiniBand(800),
      devicesPerNode: 4, watts: 1400,
      citation: "NVIDIA DGX Cloud benchmarking recipes, one accelerator of an NVL72"),
  ]

  /// Cards without NVLink.
  static let cards = [
    Accelerator(
      name: "L40S", aliases: ["L40S 48GB"], peaks: teraFLOPs([.bf16: 362, .fp8: 733, .fp32: 91.6]), memoryBytes: 48e9,
      memoryBandwidth: 0.86e12, link: link("PCIe 4", 31), network: infiniBand(100), watts: 350,
      citation: "NVIDIA L40S data sheet, without sparsity; power recalled",
      listPrice: ComputePrice(listed: 0.86, basis: "RunPod's list price of 2025-03-03")),
    Accelerator(
      name: "RTX-4090", aliases: ["4090", "RTX 4090 24GB", "GeForce RTX 4090"],
      peaks: teraFLOPs([.bf16: 165.2, .fp8: 330.3, .fp32: 82.6]), memoryBytes: 24e9, memoryBandwidth: 1.008e12,
      link: link("PCIe 4", 31), network: ethernet(12.5), watts: 450,
      citation:
        "NVIDIA Ada architecture white paper, products summed in fp32 (recalled); network assumed: 100 Gb/s a node",
      listPrice: ComputePrice(listed: 0.69, basis: "RunPod's list price of 2025-03-03")),
  ]
}
