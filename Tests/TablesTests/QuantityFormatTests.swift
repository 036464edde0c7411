import Tables
import Testing

@Suite("Quantities for people")
struct QuantityFormatTests {
  @Test("counts have three significant digits and a magnitude")
  func counts() throws {
    let cases: [(Double, String)] = [
      (7.05e9, "7.05B"), (70e6, "70.0M"), (3e11, "300B"), (512, "512"), (0, "0"), (999, "999"), (1234, "1.23k"),
      (0.5, "0.500"),
      (999_999, "1.00M"), (999_499, "999k"), (1.4e12, "1.40T"), (2.5e15, "2.50e+15"), (999.9996e12, "1.00e+15"),
      (-7.05e9, "-7.05B"),
      (.infinity, "inf"), (.nan, "nan"), (1e300, "1.00e+300"),
    ]
    for (count, text) in cases { #expect(formatCount(count) == text) }
    #expect(formatCount(7.0512e9, digits: 5) == "7.0512B")
    #expect(formatTokens(3e11) == "300B tokens")
    #expect(formatParams(7e9) == "7.00B params")
  }

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

  @Test("compute, time, money and bytes")
  func others() {
    #expect(formatFLOPs(1e23) == "1.00e+23 FLOP")
    #expect(formatDuration(12.3 * 86_400) == "12.3 days")
    #expect(formatDuration(36 * 3600) == "36.0 hours")
    #expect(formatDuration(90 * 60) == "90.0 min")
    #expect(formatDuration(45) == "45.0 s")
    #expect(formatDuration(0.35) == "350 ms")
    #expect(formatUSD(1.25e6) == "$1.25M")
    #expect(formatUSD(12.3) == "$12.30")
    #expect(formatUSD(-5) == "-$5")
    #expect(formatGPUHours(12_345) == "12.3k GPU-hours")
    #expect(formatBytes(80e9) == "80.0 GB")
    #expect(significant(0.001234) == "0.00123")
    #expect(significant(123_456) == "123456")
    #expect(significant(1e-9) == "1.00e-09")
  }
}
