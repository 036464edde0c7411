import Fitting
import Foundation
import Testing

@Suite struct BlockLengthTests {
  /// An autoregression of first order: Knuth's MMIX generator made normal by Box and Muller, seed 42.
  private func autoregression(_ coefficient: Double, count: Int = 4000) -> [Double] {
    var state: UInt64 = 42
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Double(state >> 11) + 0.5) / Double(1 << 53)
    }
    var last = 0.0
    return (0..<count).map { _ in
      let size = (-2 * log(uniform())).squareRoot()
      last = coefficient * last + size * cos(2 * Double.pi * uniform())
      return last
    }
  }

  /// What `optimal_block_length` of the Python package arch 8 gives for these series: its window is wider by one lag.
  @Test(arguments: [(0.3, 11.854943), (0.5, 18.413128), (0.8, 67.564701), (0.9, 107.556680)])
  func `correlated series get the blocks that another library gives them`(_ coefficient: Double, _ length: Double) {
    #expect(abs(Double(circularBlockLength(of: autoregression(coefficient))) / length - 1) < 0.15)
  }

  @Test func `a series without correlation is drawn one by one`() {
    #expect(circularBlockLength(of: autoregression(0)) == 1)
  }

  @Test func `short and constant series are drawn one by one`() {
    #expect(circularBlockLength(of: [3, 1, 2]) == 1)
    #expect(circularBlockLength(of: [Double](repeating: 2, count: 50)) == 1)
    #expect(circularBlockLength(of: []) == 1)
  }
}
