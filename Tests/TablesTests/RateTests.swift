import Tables
import Testing

@Suite struct RateTests {
  @Test(arguments: [("989 TFLOP/s", 989e12), ("1.5 PFLOPS/s", 1.5e15), ("2e15 FLOP/s", 2e15)])
  func ratesOfComputeAreRead(_ text: String, _ rate: Double) throws { #expect(try parseFLOPRate(text) == rate) }

  @Test(arguments: ["989", "989 TFLOP", "989 GB/s", "-1 TFLOP/s", "", "TFLOP/s", "1 /s"])
  func otherThingsThanRatesOfComputeAreRefused(_ text: String) {
    #expect(throws: QuantityError.self) { try parseFLOPRate(text) }
  }

  @Test(arguments: [
    ("450 GB/s", 450e9), ("3.35 TB/s", 3.35e12), ("400 Gb/s", 50e9), ("400 Gbit/s", 50e9), ("1 GiB/s", 1_073_741_824),
    ("100 mb/s", 100e6 / 8),
  ])
  func bandwidthsAreReadInBytesAndBits(_ text: String, _ rate: Double) throws {
    #expect(try parseByteRate(text) == rate)
  }

  @Test(arguments: ["450", "450 GB", "450 /s", "0 GB/s", "450 TFLOP/s", ""])
  func otherThingsThanBandwidthsAreRefused(_ text: String) {
    #expect(throws: QuantityError.self) { try parseByteRate(text) }
  }

  @Test(arguments: [("700 W", 700), ("1.2 kW", 1200), ("20 MW", 20e6)])
  func powersAreRead(_ text: String, _ watts: Double) throws { #expect(try parseWatts(text) == watts) }

  @Test(arguments: ["700", "700 mW", "-1 W", "700 V"]) func otherThingsThanPowersAreRefused(_ text: String) {
    #expect(throws: QuantityError.self) { try parseWatts(text) }
  }

  @Test func ratesAreWrittenInTheLargestUnit() {
    #expect(formatFLOPRate(989e12) == "989 TFLOP/s" && formatFLOPRate(2.25e15) == "2.25 PFLOP/s")
  }
}
