extension Accelerator {
  /// What is assumed where a budget does not name its accelerator.
  public static let assumed = h100

  /// The accelerators that come with Windtunnel.
  public static let catalogue: [Accelerator] = [
    Accelerator(
      name: "V100", aliases: ["V100-SXM2", "V100-32GB"], peakFLOPsPerSecond: 125e12, memoryBytes: 32e9,
      citation: "NVIDIA V100 data sheet, SXM2, 32 GB; fp16, as the chip has no bf16",
      listPrice: ComputePrice(listed: 2.48, basis: "Google Cloud's list price of 2025-03-03")),
    Accelerator(
      name: "A100-40", aliases: ["A100-40GB", "A100 SXM4 40GB"], peakFLOPsPerSecond: 312e12, memoryBytes: 40e9,
      citation: "NVIDIA A100 data sheet, 40 GB",
      listPrice: ComputePrice(listed: 1.29, basis: "Lambda's list price of 2025-02-28")),
    Accelerator(
      name: "A100-80", aliases: ["A100", "A100-80GB", "A100 SXM", "A100 SXM4 80GB"], peakFLOPsPerSecond: 312e12,
      memoryBytes: 80e9, citation: "NVIDIA A100 data sheet, SXM4, 80 GB",
      listPrice: ComputePrice(listed: 1.89, basis: "RunPod's list price of 2025-03-03")),
    h100,
    Accelerator(
      name: "H200", aliases: ["H200 SXM", "H200 SXM 141GB"], peakFLOPsPerSecond: 989e12, memoryBytes: 141e9,
      citation: "NVIDIA H200 data sheet, SXM; half of the figure with sparsity"),
    Accelerator(
      name: "B200", aliases: ["B200 SXM"], peakFLOPsPerSecond: 2250e12, memoryBytes: 180e9,
      citation: "NVIDIA DGX B200 data sheet, an eighth of the system; half of the figure with sparsity"),
    Accelerator(
      name: "L40S", peakFLOPsPerSecond: 362e12, memoryBytes: 48e9,
      citation: "NVIDIA L40S data sheet, without sparsity",
      listPrice: ComputePrice(listed: 0.86, basis: "RunPod's list price of 2025-03-03")),
    Accelerator(
      name: "MI300X", aliases: ["Instinct MI300X"], peakFLOPsPerSecond: 1307e12, memoryBytes: 192e9,
      citation: "AMD Instinct MI300X data sheet, without sparsity"),
    Accelerator(
      name: "TPU-v4", aliases: ["v4"], peakFLOPsPerSecond: 275e12, memoryBytes: 32e9,
      citation: "Google Cloud TPU v4 system architecture, per chip",
      listPrice: ComputePrice(listed: 3.22, basis: "Google Cloud's list price of 2025-03-03")),
    Accelerator(
      name: "TPU-v5e", aliases: ["v5e", "TPU v5 lite"], peakFLOPsPerSecond: 197e12, memoryBytes: 16e9,
      citation: "Google Cloud TPU v5e system architecture, per chip",
      listPrice: ComputePrice(listed: 1.20, basis: "Google Cloud's list price of 2025-03-03")),
    Accelerator(
      name: "TPU-v5p", aliases: ["v5p"], peakFLOPsPerSecond: 459e12, memoryBytes: 95e9,
      citation: "Google Cloud TPU v5p system architecture, per chip"),
  ]

  private static let h100 = Accelerator(
    name: "H100", aliases: ["H100 SXM", "H100 SXM5", "H100-80", "H100-80GB", "H100 SXM5 80GB"],
    peakFLOPsPerSecond: 989e12, memoryBytes: 80e9,
    citation: "NVIDIA H100 data sheet, SXM; half of the figure with sparsity",
    listPrice: ComputePrice(listed: 2.99, basis: "RunPod's list price of 2025-03-03"))
}
