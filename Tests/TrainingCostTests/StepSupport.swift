import Foundation
import Tables
import TrainingCost

/// Tables of measured steps next to the checkout, which users need not have.
enum MeasuredTables {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data/cost").path
  static let areThere = ["vtrain", "ultrascale", "llmfoundry"].allSatisfy {
    FileManager.default.fileExists(atPath: "\(folder)/measured_\($0).csv")
  }

  static func steps(_ name: String, _ defaults: MeasuredDefaults = MeasuredDefaults()) throws -> [MeasuredStep] {
    try MeasuredStep.read(Table.read("\(folder)/measured_\(name).csv"), defaults: defaults).steps
  }
}

extension MeasuredStep {
  /// The last number of the row's id.
  var number: Int { id.split(separator: "-").last.flatMap { Int($0) } ?? 0 }
}

/// A GPT as in Megatron-LM: MLPs of 4 h without a gate, biases, learned positions, tied embeddings.
func gpt(layers: Int, hidden: Int, heads: Int, vocabulary: Int = 51_200, sequence: Int = 2048) -> TransformerShape {
  TransformerShape(
    layers: layers, hidden: hidden, feedForward: 4 * hidden, heads: heads, vocabulary: vocabulary, isGated: false,
    tiesEmbeddings: true, biases: .all, norm: .layer, learnedPositions: sequence)
}

/// An accelerator of round figures: 100 TFLOP/s, 1 TB/s, links of 100 GB/s among 8, a network of 10 GB/s.
let roundAccelerator = Accelerator(
  name: "round", peaks: [.bf16: 100e12], memoryBytes: 80e9, memoryBandwidth: 1e12,
  link: .init(name: "link", bytesPerSecond: 100e9, domainSize: 8), network: .init(name: "net", bytesPerSecond: 10e9),
  devicesPerNode: 8, watts: 500, citation: "a test")

/// Constants of hardware that reaches its figures, without latencies or fixed times and with nothing hidden.
func idealEfficiency(_ change: (inout Efficiency) -> Void = { _ in }) -> Efficiency {
  var constants = Efficiency()
  (constants.matmul, constants.memory, constants.attention) = (1, 1, 1)
  (constants.link, constants.network) = (1, 1)
  (constants.linkLatency, constants.networkLatency, constants.gradientLatency) = (0, 0, 0)
  (constants.exposedReduction, constants.exposedSharding, constants.exposedExchange) = (1, 1, 1)
  constants.exposedTransfer = 1
  (constants.layerLaunch, constants.pipelineLaunch, constants.step, constants.microBatch) = (0, 0, 0, 0)
  change(&constants)
  return constants
}

/// The same with kernels that take no time, so that nothing is hidden behind them.
func communicationOnly(_ change: (inout Efficiency) -> Void = { _ in }) -> Efficiency {
  idealEfficiency { constants in
    (constants.matmul, constants.memory, constants.attention) = (1e15, 1e15, 1e15)
    change(&constants)
  }
}

func model(
  _ shape: TransformerShape, _ count: Int, of accelerator: Accelerator = roundAccelerator, sequence: Int = 2048,
  batch: Int = 64, attention: AttentionKernel = .flash, gradientBytes: Double = 4, efficiency: Efficiency? = nil,
  _ change: (inout Cluster) -> Void = { _ in }
) throws -> StepModel {
  var cluster = try Cluster(accelerator, count: count)
  change(&cluster)
  let workload = TrainingWorkload(
    shape: shape, sequence: sequence, globalBatch: batch, attention: attention, gradientBytes: gradientBytes)
  return try StepModel(workload, on: cluster, efficiency: efficiency)
}

func isNear(_ a: Double, _ b: Double, within relative: Double = 1e-9) -> Bool { abs(a - b) <= relative * abs(b) }
