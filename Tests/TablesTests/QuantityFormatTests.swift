import Tables
import Testing

@Suite("Quantities for people")
struct QuantityFormatTests {
  @Test("what is written can be read")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<2000 {
      let value =
        Double.random(in: 1...1e15, using: &generator) * Double.random(in: 0.000_001...1, using: &generator) + 1
      #expect(abs(try parseCount(formatTokens(value), of: .tokens) / value - 1) < 0.006)
      #expect(abs(try parseFLOPs(formatFLOPs(value)) / value - 1) < 0.006)
      #expect(abs(try parseDuration(formatDuration(value)) / value - 1) < 0.006)
      #expect(abs(try parseBytes(formatBytes(value)) / value - 1) < 0.006)
      #expect(abs(try parseUSD(formatUSD(value)) / value - 1) < 0.006)
    }
  }

  @Test("counts, compute, time, money and bytes")
  func units() {
    #expect(formatCount(7.0512e9, digits: 5) == "7.0512B")
    #expect(formatTokens(3e11) == "300B tokens")
    #expect(formatParams(7e9) == "7B params")
    #expect(formatFLOPs(1e23) == "1e23 FLOP")
    #expect(formatDuration(12.3 * 86_400) == "12.3 days")
    #expect(formatDuration(36 * 3600) == "36 hours")
    #expect(formatDuration(90 * 60) == "90 min")
    #expect(formatDuration(45) == "45 s")
    #expect(formatDuration(0.35) == "350 ms")
    #expect(formatUSD(1.25e6) == "$1.25M")
    #expect(formatUSD(12.3) == "$12.30")
    #expect(formatUSD(-5) == "-$5")
    #expect(formatGPUHours(12_345) == "12.3k GPU-hours")
    #expect(formatBytes(80e9) == "80 GB")
  }
}
