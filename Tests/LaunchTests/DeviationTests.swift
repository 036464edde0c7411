import Foundation
import RunStore
import Testing

@testable import Launch

/// Runs of 1,000 steps beside a curve `2 + 4/√step`, of which runs are within 5 %.
@Suite struct DeviationTests {
  private static func expected(_ step: Double) -> Double { 2 + 4 / step.squareRoot() }

  private static let curve = ExpectedCurve(
    points: (1...1000).map { step in
      let loss = expected(Double(step))
      return .init(step: Double(step), learningRate: 1e-3, loss: loss, low: loss / 1.05, high: loss * 1.05)
    }, metric: "loss", level: 0.9, tokensPerStep: 512)

  private static func deviation(
    until end: Int = 1000, every: Int = 20, more: [JobMeasurement] = [], _ loss: (Double) -> Double
  ) -> Deviation? {
    let losses = stride(from: every, through: end, by: every).map {
      JobMeasurement(step: Double($0), metric: "loss", value: loss(Double($0)))
    }
    return curve.deviation(of: (losses + more).sorted { $0.step < $1.step })
  }

  @Test("a run within the interval, and one that leaves it for a moment, raise no alarm")
  func calm() {
    #expect(Self.deviation { Self.expected($0) * 1.04 } == nil)
    #expect(Self.deviation { Self.expected($0) * ($0 == 1000 ? 1.5 : 1) } == nil)
    #expect(Self.deviation { Self.expected($0) * (Int($0) % 100 == 0 ? 1.2 : 0.97) } == nil)
    #expect(Self.deviation(until: 40) { Self.expected($0) * 2 } == nil, "two values are too few to judge by")
  }

  @Test("losses in bits are told as such, and so are other data and a leak")
  func factors() throws {
    let bits = try #require(Self.deviation { Self.expected($0) / M_LN2 })
    guard case .bitsForNats(let factor) = bits.causes.first else { return #expect(Bool(false), "\(bits.causes)") }
    #expect(bits.side == .above && abs(factor * M_LN2 - 1) < 1e-9 && bits.step == 20)
    let data = try #require(Self.deviation { Self.expected($0) * 1.1 })
    #expect(data.causes == [.otherData] && abs(data.endLoss / (Self.expected(1000) * 1.1) - 1) < 1e-9)
    let below = try #require(Self.deviation { Self.expected($0) * 0.9 })
    #expect(below.side == .below && below.causes == [.otherData, .leak])
  }

  @Test("a jump is told with its step, a stall and a drift as what they are")
  func shapes() throws {
    let jump = try #require(Self.deviation { $0 < 600 ? Self.expected($0) : Self.expected($0) * 1.3 })
    let causes = [
      Deviation.Cause.jump(step: 600, from: Self.expected(580), to: Self.expected(600) * 1.3), .fallsBehind,
    ]
    #expect(jump.causes == causes && jump.step == 600 && jump.expected.loss == Self.expected(1000))
    let stall = try #require(Self.deviation { Self.expected(min($0, 200)) })
    guard case .stalled(let since, let fall) = stall.causes.first else {
      return #expect(Bool(false), "\(stall.causes)")
    }
    #expect(since == 700 && abs(fall - (Self.expected(700) - Self.expected(1000))) < 1e-9)
    let drift = try #require(Self.deviation { Self.expected($0) * (1 + 0.016 * log($0)) })
    #expect(drift.causes == [.fallsBehind])
  }

  @Test("a loss that is no number ends the matter")
  func diverged() throws {
    let found = try #require(Self.deviation { $0 < 800 ? Self.expected($0) : .nan })
    #expect(found.side == .diverged && found.step == 800 && found.causes == [.diverged])
  }

  @Test("what the trainer says of its learning rate and its tokens is held against the job")
  func settings() throws {
    let rates = [900.0, 1000].map { JobMeasurement(step: $0, metric: "learning_rate", value: 3e-4) }
    let rate = try #require(Self.deviation(more: rates) { Self.expected($0) * 1.2 })
    #expect(rate.causes.first == .otherRate(step: 1000, given: 3e-4, meant: 1e-3))
    let tokens = [JobMeasurement(step: 1000, metric: "tokens", value: 256_000)]
    let batch = try #require(Self.deviation(more: tokens) { Self.expected($0) * 1.2 })
    #expect(batch.causes.first == .otherBatch(tokens: 256, meant: 512))
  }

  @Test("a curve is read as it was written, and a damaged one is refused")
  func file() throws {
    let folder = try TestFolder()
    #expect(try ExpectedCurve(in: folder.path, tokensPerStep: 512) == nil)
    let path = URL(fileURLWithPath: "\(folder.path)/\(ExpectedCurve.fileName)")
    try Self.curve.text.write(to: path, atomically: true, encoding: .utf8)
    #expect(try ExpectedCurve(in: folder.path, tokensPerStep: 512) == Self.curve)
    try String(Self.curve.text.dropLast(20)).write(to: path, atomically: true, encoding: .utf8)
    #expect(throws: (any Error).self) { try ExpectedCurve(in: folder.path, tokensPerStep: 512) }
  }
}
