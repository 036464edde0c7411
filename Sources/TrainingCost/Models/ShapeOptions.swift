/// The requirements on shapes of a target size. Those left out follow from the size, as ``proposeShapes(params:options:score:)``
/// says.
public struct ShapeOptions: Sendable, Hashable {
  /// Entries of the tokenizer; padded to a multiple of 128 for each of the accelerators that share it.
  public var vocabulary: Int?
  /// The count that the target size is.
  public var counting = Counting.total
  /// Accelerators that share a layer: heads, MLP and vocabulary divide by it.
  public var tensorParallel: Int?
  /// Pipeline stages: layers divide by it.
  public var pipelineParallel = 1
  public var layers: Int?
  public var headSize: Int?
  public var keyValueHeads: Int?
  public var isGated = true
  public var tiesEmbeddings: Bool?
  /// Experts in every layer; nil for a dense model.
  public var experts: Experts?
  /// The number of shapes to propose.
  public var proposals = 5

  /// A count of a model's parameters.
  public enum Counting: String, Sendable, Hashable, CaseIterable {
    case total
    /// Without embeddings.
    case nonEmbedding = "non-embedding"
    /// The parameters that a token uses.
    case active

    /// The count of a model.
    public func size(_ count: ParameterCount) -> Int {
      switch self {
      case .total: count.total
      case .nonEmbedding: count.nonEmbedding
      case .active: count.active
      }
    }
  }

  public struct Experts: Sendable, Hashable {
    public var count: Int
    public var active: Int
    /// Experts that every token goes through, as wide as the routed ones.
    public var shared: Int

    public init(count: Int, active: Int, shared: Int = 0) {
      self.count = count
      self.active = active
      self.shared = shared
    }
  }

  public init() {}

  func validate() throws(CostError) {
    try Self.check(vocabulary, 1...100_000_000, "vocabulary")
    try Self.check(tensorParallel, 1...1024, "accelerators that share a layer")
    try Self.check(pipelineParallel, 1...256, "pipeline stages")
    try Self.check(layers, 1...1000, "layers")
    try Self.check(headSize, 8...1024, "head size")
    try Self.check(keyValueHeads, 1...4096, "key and value heads")
    try Self.check(proposals, 1...1000, "number of proposals")
    if let layers, !layers.isMultiple(of: pipelineParallel) {
      throw CostError("\(layers) layers do not divide among \(pipelineParallel) pipeline stages")
    }
    guard let experts else { return }
    try Self.check(experts.count, 1...65_536, "number of experts")
    try Self.check(experts.active, 1...experts.count, "number of active experts")
    try Self.check(experts.shared, 0...1024, "number of shared experts")
  }

  private static func check(_ value: Int?, _ range: ClosedRange<Int>, _ what: String) throws(CostError) {
    if let value, !range.contains(value) {
      throw CostError("the \(what) must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
    }
  }
}
