import Foundation
import ScalingLaws
import Tables

/// The folder of public run tables next to the checkout; a copy of the project alone does not have it.
let lawsFolder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("shared/data/laws").path

let haveLaws = FileManager.default.fileExists(atPath: lawsFolder)

func publicRuns(_ file: String) throws -> RunTable { try RunTable(Table.read("\(lawsFolder)/\(file)")) }

/// The nine budgets of Hoffmann et al. 2022, figure 3, in FLOP.
let hoffmannBudgets = [6e18, 1e19, 3e19, 6e19, 1e20, 3e20, 6e20, 1e21, 3e21]

/// Besiroglu et al. 2024, headline parameters.
func besirogluSurface() throws -> ChinchillaSurface {
  try ChinchillaSurface([1.8172, 482.01, 2085.43, 0.3478, 0.3658])
}

/// Nine sizes, evenly spread in the logarithm over a factor of `span` about a center.
func nineSizes(about center: Double, span: Double = 16) -> [Double] {
  (0..<9).map { center * pow(span, Double($0) / 8 - 0.5) }
}

/// Noise-free runs of a surface: sizes for each budget, compute counted as 6ND.
func design(_ surface: ChinchillaSurface, _ sizes: [(flops: Double, params: [Double])], labeled: Bool = true) throws
  -> RunColumns
{
  let pairs = sizes.flatMap { budget in budget.params.map { (flops: budget.flops, params: $0) } }
  let tokens = pairs.map { $0.flops / 6 / $0.params }
  return try RunColumns(
    params: pairs.map(\.params), tokens: tokens, flops: pairs.map(\.flops),
    loss: zip(pairs, tokens).map { surface.loss(params: $0.params, tokens: $1) },
    budget: labeled ? pairs.map(\.flops) : nil)
}

/// A small seeded generator (SplitMix64, Steele et al. 2014), so that a failing case can be named.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The description of the error that `body` throws, or `no error`.
func errorText<T>(_ body: () throws -> T) -> String {
  do {
    _ = try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}

func isClose(_ value: Double, _ expected: Double, _ relative: Double) -> Bool {
  abs(value - expected) <= relative * abs(expected)
}
