/// The time of a training step in seconds, by its parts on a device. The parts add up to `total`.
public struct StepTime: Sendable, Hashable {
  /// Kernels of forward and backward pass, once each.
  public var computation = 0.0
  /// Recomputation to save memory.
  public var recomputation = 0.0
  /// Sums over tensor-parallel devices.
  public var tensorCommunication = 0.0
  /// Exchanges of tokens between experts.
  public var expertCommunication = 0.0
  /// Exchanges of keys and values among devices that share sequences, beyond what attention hides.
  public var contextCommunication = 0.0
  /// Gathering sharded parameters and scattering their gradients, beyond what kernels hide.
  public var gathering = 0.0
  /// Transfers of activations to host memory and back, beyond what kernels hide.
  public var offloading = 0.0
  /// Transfers between pipeline stages.
  public var transfers = 0.0
  /// Waiting for the longest stage.
  public var imbalance = 0.0
  /// Filling and draining the pipeline.
  public var bubble = 0.0
  /// Sums of gradients over replicas, beyond what the backward pass hides.
  public var reduction = 0.0
  public var optimizer = 0.0
  /// Fixed times of steps and micro-batches.
  public var overhead = 0.0
  /// The part of `computation` spent waiting for kernel launches, which is long for small products.
  public var launches = 0.0

  public init() {}

  public var total: Double {
    computation + recomputation + tensorCommunication + expertCommunication + contextCommunication + gathering
      + offloading + transfers + imbalance + bubble + reduction + optimizer + overhead
  }

  /// The parts that add up to `total`, each with its name.
  public var parts: [(name: String, seconds: Double)] {
    [
      ("computation", computation), ("recomputation", recomputation), ("tensor communication", tensorCommunication),
      ("expert communication", expertCommunication), ("context communication", contextCommunication),
      ("parameter gathering", gathering), ("offloading", offloading), ("stage transfers", transfers),
      ("stage imbalance", imbalance),
      ("pipeline bubble", bubble), ("gradient reduction", reduction), ("optimizer", optimizer), ("overhead", overhead),
    ]
  }
}
