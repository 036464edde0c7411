import Documents
import Glibc
import Tables

/// The shapes in question for a size.
struct ShapeGrid {
  struct Candidate {
    let shape: TransformerShape
    /// Its size over the wanted one, less 1.
    let sizeError: Double
  }

  private let params: Double
  private let options: ShapeOptions
  private let headSize: Int
  private let tensorParallel: Int
  private let vocabulary: Int
  private let tied: Bool
  /// Width of an MLP over the hidden size.
  private let ratio: Double

  /// The step of widths: whole tiles on every accelerator; of experts, on each of those that a token goes to.
  private var tile: Int { options.experts.map { 128 * ($0.active + $0.shared) } ?? max(256, 128 * tensorParallel) }

  init(params: Double, options: ShapeOptions) throws(CostError) {
    guard params >= 1, params <= 1e15 else {
      throw CostError("shapes are proposed for 1 to 1e15 parameters, not \(params)")
    }
    self.params = params
    self.options = options
    headSize = options.headSize ?? (params < 1e9 ? 64 : 128)
    tensorParallel = options.tensorParallel ?? (params < 2e9 ? 1 : params < 2e10 ? 4 : 8)
    let entries = options.vocabulary ?? (params < 1e9 ? 50_304 : 128_256)
    let multiple = 128 * tensorParallel
    vocabulary = (entries + multiple - 1) / multiple * multiple
    tied = options.tiesEmbeddings ?? (params < 2e9)
    ratio = options.isGated ? 8.0 / 3 : 4
  }

  /// Shapes within 5 % of the size; where there are none, within the smallest tolerance that holds some.
  func candidates() throws(CostError) -> [Candidate] {
    let depths =
      options.layers.map { [$0] }
      ?? Array(stride(from: options.pipelineParallel, through: 256, by: options.pipelineParallel))
    let all = depths.flatMap(candidates)
    for tolerance in [0.05, 0.1, 0.2, 0.5] {
      let near = all.filter { abs($0.sizeError) <= tolerance }
      if !near.isEmpty { return near }
    }
    let smallest = depths.first.flatMap { shape(layers: $0, hidden: headSize * tensorParallel, width: tile) }
    let size = smallest.map { options.counting.size($0.parameters) }.map(Double.init)
    if let size, size > params {
      throw CostError(
        "no shape has \(formatParams(params)): the smallest with a vocabulary of \(vocabulary) has \(formatParams(size)); "
          + "take a smaller vocabulary or head size")
    }
    throw CostError("no shape of these constraints is near \(formatParams(params)); leave the layers open")
  }

  /// The distance of a shape from published models: squared standard deviations of its aspect, 2 % of size and 15 % of the MLP's
  /// width for as much.
  func misfit(_ candidate: Candidate) -> Double {
    let aspect = AspectRule.published.deviation(of: candidate.shape)
    let size = candidate.sizeError / 0.02
    let width = log(mlpWidth(candidate.shape) / (ratio * Double(candidate.shape.hidden))) / 0.15
    // Depths that pipeline stages divide and widths of whole tiles are worth a little.
    let shape = candidate.shape
    let depth = shape.layers.isMultiple(of: 4) ? 0 : shape.layers.isMultiple(of: 2) ? 0.15 : 0.6
    let tiles = shape.hidden.isMultiple(of: 256) ? 0 : shape.hidden.isMultiple(of: 128) ? 0.15 : 0.6
    return aspect * aspect + size * size + width * width + depth + tiles
  }

  /// Whether its proportions are within those of published models.
  func isUsual(_ shape: TransformerShape) -> Bool { abs(AspectRule.published.deviation(of: shape)) <= 2 }

  func reasons(_ shape: TransformerShape) -> [String] {
    func shared(_ multiple: Int, _ of: String = "") -> String {
      tensorParallel == 1 ? "" : ", so that \(tensorParallel) accelerators share \(of)evenly"
    }
    var reasons = [
      "hidden \(shape.hidden): \(shape.heads) heads of \(headSize)\(shared(headSize, "the heads "))",
      "vocabulary \(shape.vocabulary): a multiple of \(128 * tensorParallel)\(shared(128, "it "))",
    ]
    if shape.keyValueHeads < shape.heads {
      reasons.append(
        "\(shape.keyValueHeads) key and value heads: each serves \(shape.heads / shape.keyValueHeads) heads of queries")
    }
    if let experts = shape.experts {
      let width = experts.active * experts.feedForward + experts.sharedFeedForward
      reasons.append(
        "experts \(experts.feedForward) wide: a multiple of 128; a token's come to "
          + "\(NumberText.rounded(Double(width) / Double(shape.hidden))) times the hidden size")
    } else {
      reasons.append(
        "MLP \(shape.feedForward): a multiple of \(tile), \(NumberText.rounded(Double(shape.feedForward) / Double(shape.hidden))) "
          + "times the hidden size")
    }
    if options.pipelineParallel > 1 {
      reasons.append("\(shape.layers) layers: \(shape.layers / options.pipelineParallel) a pipeline stage")
    }
    return reasons
  }

  private func candidates(layers: Int) -> [Candidate] {
    let step = headSize * tensorParallel
    let estimate = hidden(layers: layers)
    let (narrowest, widest) = (max(1, Int(0.6 * estimate) / step), max(1, Int(1.5 * estimate) / step + 1))
    // A hundred widths are choice enough, however large the model.
    return stride(from: narrowest, through: widest, by: 1 + (widest - narrowest) / 100).flatMap {
      multiple -> [Candidate] in
      let hidden = multiple * step
      let usual = ratio * Double(hidden)
      // The size is linear in the width of the MLP.
      guard let low = size(layers, hidden, tile), let high = size(layers, hidden, 2 * tile), high > low else {
        return []
      }
      let wanted = Double(tile) * (1 + (params - low) / (high - low))
      let near = min(max(wanted, usual * 0.9), usual * 1.35) / Double(tile)
      let tiles = Set([Int(near.rounded(.down)), Int(near.rounded(.up)), Int((usual / Double(tile)).rounded())])
      return tiles.filter { $0 > 0 }.compactMap { count in
        guard let shape = shape(layers: layers, hidden: hidden, width: count * tile) else { return nil }
        return Candidate(shape: shape, sizeError: Double(options.counting.size(shape.parameters)) / params - 1)
      }
    }
  }

  private func size(_ layers: Int, _ hidden: Int, _ width: Int) -> Double? {
    shape(layers: layers, hidden: hidden, width: width).map { Double(options.counting.size($0.parameters)) }
  }

  /// The shape, unless it is none.
  private func shape(layers: Int, hidden: Int, width: Int) -> TransformerShape? {
    let heads = hidden / headSize
    func fits(_ common: Int) -> Bool {
      heads.isMultiple(of: common) && (common.isMultiple(of: tensorParallel) || tensorParallel.isMultiple(of: common))
    }
    let common = options.keyValueHeads ?? (heads < 16 ? heads : [8, 4].first(where: fits) ?? heads)
    guard fits(common) else { return nil }
    let experts = options.experts.map { wanted in
      let part = width / (wanted.active + wanted.shared)
      return TransformerShape.ExpertLayers(
        count: wanted.count, active: wanted.active, feedForward: part, sharedFeedForward: wanted.shared * part)
    }
    let shape = TransformerShape(
      layers: layers, hidden: hidden, feedForward: width, heads: heads, keyValueHeads: common, headSize: headSize,
      vocabulary: vocabulary, isGated: options.isGated, tiesEmbeddings: tied, experts: experts)
    guard (try? shape.validate()) != nil else { return nil }
    return shape
  }

  /// The hidden size at which a number of layers of usual proportions have the wanted size.
  private func hidden(layers: Int) -> Double {
    var mlp = ratio * (options.isGated ? 3 : 2)
    if let experts = options.experts, options.counting != .active {
      mlp *= Double(experts.count + experts.shared) / Double(experts.active + experts.shared)
    }
    let square = Double(layers) * (3 + mlp)
    let linear = options.counting == .nonEmbedding ? 0 : Double(vocabulary) * (tied ? 1 : 2)
    return ((linear * linear + 4 * square * params).squareRoot() - linear) / (2 * square)
  }

  private func mlpWidth(_ shape: TransformerShape) -> Double {
    guard let experts = shape.experts else { return Double(shape.feedForward) }
    return Double(experts.active * experts.feedForward + experts.sharedFeedForward)
  }
}
