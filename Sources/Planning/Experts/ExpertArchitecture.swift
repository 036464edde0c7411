import Foundation
import Tables

/// The relation between the parameters of a mixture of experts and its width d: Ludziejewski et al. 2025 (arXiv
/// 2502.05172), appendix A, equations 9 and 10.
///
/// d/64 blocks, each of attention with 4 d² parameters and experts of 9 d² (SwiGLU with a hidden size of 3 d), and two
/// embedding matrices of d for each entry of the vocabulary. A dense model has a single expert. Routers are not
/// counted.
public struct ExpertArchitecture: Sendable, Hashable {
  /// Experts that a token passes through in each block.
  public var activeExperts: Double
  /// Entries of the vocabulary; 0 if sizes do not count embeddings.
  public var vocabulary: Double

  public init(activeExperts: Double = 1, vocabulary: Double = 50_257) {
    self.activeExperts = activeExperts
    self.vocabulary = vocabulary
  }

  /// All parameters of a model with `experts` experts whose active size is this.
  public func totalParams(active params: Double, experts: Double) -> Double {
    total(width: width(params, experts: min(activeExperts, experts)), experts: experts)
  }

  /// The active size of a model with `experts` experts and this many parameters in total.
  public func activeParams(total params: Double, experts: Double) -> Double {
    total(width: width(params, experts: experts), experts: min(activeExperts, experts))
  }

  /// The active size and all parameters of a dense model whose layers are copied to `experts` experts.
  public func upcycled(dense params: Double, experts: Double) -> (active: Double, total: Double) {
    let width = width(params, experts: 1)
    return (total(width: width, experts: min(activeExperts, experts)), total(width: width, experts: experts))
  }

  /// All parameters of the smallest model, which is one block of width 64.
  func smallest(experts: Double) -> Double { total(width: 64, experts: experts) }

  /// The parameters of a model in which every token passes through all of the experts.
  private func total(width: Double, experts: Double) -> Double {
    2 * width * vocabulary + (4 + 9 * experts) * width * width * width / 64
  }

  /// The width at which a model with `experts` experts has this many parameters.
  private func width(_ params: Double, experts: Double) -> Double {
    // The width without embeddings, which only make it smaller.
    let most = cbrt(64 * params / (4 + 9 * experts))
    return root(from: 0, to: most) { total(width: $0, experts: experts) - params } ?? most
  }

  var sentence: String {
    let embeddings =
      vocabulary > 0
      ? ", and two embeddings of d times \(Int(vocabulary)) entries" : "; embeddings are not counted"
    return
      "Active and total parameters follow Ludziejewski et al. 2025, appendix A: d/64 blocks of width d, with 4 d² of "
      + "attention and 9 d² for each expert, \(Int(activeExperts)) of them active\(embeddings)."
  }
}

/// The memory limit of a model, of which only the weights are counted.
public struct MemoryLimit: Sendable, Hashable {
  public let bytes: Double
  /// Two for weights of 16 bits, as in inference. Training with Adam in mixed precision needs 16 to 18.
  public let bytesPerParam: Double

  public static let inferenceBytesPerParam = 2.0

  public init(bytes: Double, bytesPerParam: Double = inferenceBytesPerParam) {
    self.bytes = bytes
    self.bytesPerParam = bytesPerParam
  }

  var maxParams: Double { bytes / bytesPerParam }
}

/// The contents of the memory, as a sentence.
func memorySentence(bytesPerParam: Double) -> String {
  let what =
    bytesPerParam == MemoryLimit.inferenceBytesPerParam
    ? "as for inference in 16 bits (training with Adam in mixed precision needs 16 to 18)" : "as requested"
  return "Memory is that of the weights alone, at \(formatCount(bytesPerParam)) bytes per parameter, \(what), without "
    + "activations or a cache of keys and values."
}
