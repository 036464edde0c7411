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

  @Test("losses in bits are told as such, and so is another data set")
  func factors() throws {
    let bits = try #require(Self.deviation { Self.expected($0) / M_LN2 })
    #expect(bits.side == .above && bits.causes.first?.contains("bits where nats") == true, "\(bits.causes)")
    let data = try #require(Self.deviation { Self.expected($0) * 1.1 })
    #expect(data.causes.first?.contains("the same from the first") == true, "\(data.causes)")
    #expect(abs(data.end.loss / (Self.expected(1000) * 1.1) - 1) < 1e-9)
    let below = try #require(Self.deviation { Self.expected($0) * 0.9 })
    #expect(below.side == .below && below.causes.contains { $0.contains("held-out text among the training data") })
  }

  @Test("a jump is told with its step, a stall and a drift without one")
  func shapes() throws {
    let jump = try #require(Self.deviation { $0 < 600 ? Self.expected($0) : Self.expected($0) * 1.3 })
    #expect(jump.causes.first?.contains("jumped at step 600") == true, "\(jump.causes)")
    #expect(jump.side == .above && jump.expected.loss == Self.expected(1000))
    let stall = try #require(Self.deviation { Self.expected(min($0, 200)) })
    #expect(stall.causes.first?.contains("has not fallen since") == true, "\(stall.causes)")
    let drift = try #require(Self.deviation { Self.expected($0) * (1 + 0.016 * log($0)) })
    #expect(drift.causes.first?.contains("falls behind") == true, "\(drift.causes)")
  }

  @Test("a loss that is no number ends the matter")
  func diverged() throws {
    let found = try #require(Self.deviation { $0 < 800 ? Self.expected($0) : .nan })
    #expect(found.side == .diverged && found.step == 800 && found.summary.contains("800"))
    #expect(found.causes.first?.contains("unstable") == true)
  }

  @Test("what the trainer says of its learning rate and its tokens is held against the job")
  func settings() throws {
    let rates = [900.0, 1000].map { JobMeasurement(step: $0, metric: "learning_rate", value: 3e-4) }
    let rate = try #require(Self.deviation(more: rates) { Self.expected($0) * 1.2 })
    #expect(rate.causes.first?.contains("learning rate at step 1000 is 0.0003 where the schedule has 0.001") == true)
    let tokens = [JobMeasurement(step: 1000, metric: "tokens", value: 256_000)]
    let batch = try #require(Self.deviation(more: tokens) { Self.expected($0) * 1.2 })
    #expect(batch.causes.first?.contains("a step has 256 tokens where the job has 512") == true, "\(batch.causes)")
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
