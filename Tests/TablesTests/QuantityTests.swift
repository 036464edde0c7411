import Tables
import Testing

@Suite("Quantities as text")
struct QuantityTests {
  @Test(
    "budgets in every unit",
    arguments: [
      ("1e23 FLOP", .flops(1e23)), ("1e21FLOPs", .flops(1e21)), ("1 ZFLOP", .flops(1e21)),
      ("2.5 EFLOP", .flops(2.5e18)),
      ("3k ZFLOPs", .flops(3e24)), ("2EFLOP", .flops(2e18)), ("1 PF-day", .flops(8.64e19)),
      ("3,640 PF-days".replacing(",", with: "_"), .flops(3640 * 8.64e19)),
      ("1 petaflop/s-day".replacing("peta", with: "P"), .flops(8.64e19)),
      ("2M USD", .usd(2e6)), ("$2M", .usd(2e6)), ("2M$", .usd(2e6)), ("2MUSD", .usd(2e6)), ("$ 1.5 M", .usd(1.5e6)),
      ("$2M USD", .usd(2e6)), ("1_000_000 dollars", .usd(1e6)), ("$2.50", .usd(2.5)),
      ("10k GPU-hours", .gpuHours(10_000)), ("10k gpu-h", .gpuHours(10_000)), ("1.5M GPU hours", .gpuHours(1.5e6)),
      ("2 gpu-days", .gpuHours(48)),
      ("64xH100 for 30d", .cluster(count: 64, accelerator: "H100", seconds: 2_592_000)),
      ("64 x H100 for 30 d", .cluster(count: 64, accelerator: "H100", seconds: 2_592_000)),
      ("  1k×A100 80GB FOR 2w ", .cluster(count: 1000, accelerator: "A100 80GB", seconds: 1_209_600)),
      ("8xh200-sxm for 1d 12h", .cluster(count: 8, accelerator: "h200-sxm", seconds: 129_600)),
    ] as [(String, Budget)])
  func budgets(text: String, budget: Budget) throws {
    #expect(try Budget(parsing: text) == budget)
  }

  @Test(
    "texts that are not a budget",
    arguments: [
      ("banana", "expected a number"), ("", "found nothing"), ("   ", "found nothing"), ("FLOP", "expected a number"),
      ("1e23", "did you mean '1e23 FLOP' or '1e23 USD'?"), ("7B", "did you mean '7B FLOP'"),
      ("2M EUR", "another currency; convert it to USD"), ("2M€", "another currency"),
      ("300B tokens", "found 'B tokens'"),
      ("30d", "name the accelerators, as in '64xH100 for 30d'"), ("1 EFLOP/s", "is a rate"),
      ("1e21 FLOPs/s", "is a rate"),
      ("-1 FLOP", "above zero"), ("0 USD", "above zero"), ("1e999 FLOP", "too large"), ("1e308 ZFLOP", "too large"),
      ("nan FLOP", "expected a number"), ("inf USD", "expected a number"), ("1,000 USD", "cannot contain a comma"),
      ("64xH100", "expected the time, as in '64xH100 for 30d'"), ("64x for 30d", "the name of an accelerator"),
      ("64xH100 for", "expected a number"), ("64xH100 for 30", "needs a unit"),
      ("64xH100 for banana", "expected a number"),
      ("1.5xH100 for 30d", "whole number"), ("-2xH100 for 30d", "whole number"), ("1e300xH100 for 30d", "whole number"),
      ("64 H100 for 30d", "with an x"), ("10k H100-hours", "GPU-hours"), ("64xH100 for -3d", "above zero"),
      ("$2M tokens", "expected k, M, B or nothing"), ("1e1000000000000000000000 USD", "too large"),
      ("1__0 USD", "found '__0 USD'"),
    ])
  func notBudgets(text: String, part: String) {
    let error = errorText { try Budget(parsing: text) }
    #expect(error.contains(part), "\(error)")
    #expect(error.hasPrefix("cannot read the budget '") && error.contains("'64xH100 for 30d'"))
  }

  @Test("an error carries the text and the character")
  func places() {
    #expect(
      errorText { try Budget(parsing: "banana") }
        == "cannot read the budget 'banana' (character 1): expected a number; examples: '1e23 FLOP', '2M USD', "
        + "'10k GPU-hours', '64xH100 for 30d'")
    do {
      _ = try Budget(parsing: "64xH100 for 30 parsecs")
    } catch {
      #expect(error.position == 16 && error.text == "64xH100 for 30 parsecs")
    }
  }

  @Test(
    "counts",
    arguments: [
      ("7B", 7e9), ("1.5B", 1.5e9), ("70M", 70e6), ("70m", 70e6), ("300k", 3e5), ("300K", 3e5), ("2T", 2e12),
      ("1P", 1e15),
      ("2E", 2e18), ("2e3", 2000), ("2E3", 2000), ("1e21", 1e21), ("1_000_000", 1e6), ("1.2e9", 1.2e9), ("+5", 5),
      ("300B tokens", 3e11), ("300 B tokens", 3e11), ("7Bparams", 7e9), ("7 parameters", 7), ("1e9B", 1e18),
      ("7.B", 7e9),
    ])
  func counts(text: String, count: Double) throws {
    #expect(try parseCount(text) == count)
  }

  @Test(
    "texts that are not a count",
    arguments: [
      "", "B", "seven", "7X", "7BB", "-7B", "0", "0.5", "nan", "inf", "1e400", "1e300T", "7B cats", "1.2.3", "0x10",
      "7e", "1e5000000000000000000000", "٣",
    ])
  func notCounts(text: String) {
    let error = errorText { try parseCount(text) }
    #expect(error.hasPrefix("cannot read the count '"), "\(error)")
  }

  @Test("a count of one unit rejects the other")
  func countUnits() throws {
    #expect(try parseCount("7B params", of: .params) == 7e9)
    #expect(errorText { try parseCount("7B tokens", of: .params) }.contains("expected params, found tokens"))
    #expect(try parseNumber("-1.5k") == -1500)
    #expect(try parseNumber("0") == 0)
    #expect(errorText { try parseNumber("1.5 apples") }.contains("found 'apples'"))
  }

  @Test(
    "durations",
    arguments: [
      ("30d", 2_592_000), ("12h", 43_200), ("2w", 1_209_600), ("90min", 5400), ("45 s", 45), ("1d 12h", 129_600),
      ("1d12h30min", 131_400), ("1.5 hours", 5400), ("1e3s", 1000), ("250ms", 0.25), ("0d 1h", 3600),
    ])
  func durations(text: String, seconds: Double) throws {
    #expect(try parseDuration(text) == seconds)
  }

  @Test(
    "texts that are not a duration",
    arguments: ["", "d", "30", "0s", "-1h", "5m", "3 months", "1y", "1h30", "2 parsecs", "1e308w"])
  func notDurations(text: String) {
    #expect(errorText { try parseDuration(text) }.hasPrefix("cannot read the duration '"))
  }

  @Test("bytes, compute and money")
  func otherQuantities() throws {
    #expect(try parseBytes("80GB") == 80e9)
    #expect(try parseBytes("80 GiB") == 80 * 1_073_741_824)
    #expect(try parseBytes("1.5tb") == 1.5e12)
    #expect(errorText { try parseBytes("80Gb") }.contains("write GB for bytes"))
    #expect(errorText { try parseBytes("80") }.contains("expected a unit"))
    #expect(try parseFLOPs("1e21") == 1e21)
    #expect(try parseFLOPs("10 ZFLOP") == 1e22)
    #expect(errorText { try parseFLOPs("10 PFLOP/s") }.contains("is a rate"))
    #expect(try parseUSD("$2.5k") == 2500)
    #expect(try parseUSD("2.5") == 2.5)
    #expect(errorText { try parseUSD("5 GBP") }.contains("another currency"))
  }

  @Test("ranges")
  func ranges() throws {
    let plain = try QuantityRange(parsing: "1e18:1e25", of: .flops)
    #expect(plain.lower == 1e18 && plain.upper == 1e25 && plain.points == nil)
    let zetta = try QuantityRange(parsing: "1:10 ZFLOP:4", of: .flops)
    #expect(zetta.lower == 1e21 && zetta.upper == 1e22 && zetta.points == 4)
    let values = zetta.logSpaced(defaultPoints: 9)
    #expect(values.count == 4 && values.first == 1e21 && values.last == 1e22)
    #expect(abs(values[1] / values[0] - values[3] / values[2]) < 1e-12)
    #expect(try QuantityRange(parsing: "70M : 7B", of: .count(.params)).upper == 7e9)
    #expect(try QuantityRange(parsing: "1:7B", of: .count(nil)).lower == 1e9)
    for text in [
      "1e18", "1e25:1e18", "1:1", "0:1", "a:b", "1:2:1", "1:2:x", "1:2:3:4", ":", "1:", "-1:1",
      "1:2:9999999999999999999999",
    ] {
      #expect(
        errorText { try QuantityRange(parsing: text, of: .number) }.hasPrefix("cannot read the range '"), "\(text)")
    }
    #expect(errorText { try QuantityRange(parsing: "1:b", of: .number) }.contains("(character 3)"))
  }

  @Test("electricity is read in kWh, carbon dioxide in kg")
  func energyBudgets() throws {
    for (text, hours) in [("500 MWh", 5e5), ("1 GWh", 1e6), ("20kWh", 20), ("3k kWh", 3e3), ("750 Wh", 0.75)] {
      #expect(try Budget(parsing: text) == .kilowattHours(hours), "\(text)")
    }
    for (text, kilograms) in [("40 t CO2", 4e4), ("40 tCO2e", 4e4), ("2 kt CO2", 2e6), ("900 kg CO₂", 900)] {
      #expect(try Budget(parsing: text) == .carbon(kilograms), "\(text)")
    }
    #expect(throws: QuantityError.self) { try Budget(parsing: "40 t") }
  }

  @Test("random texts are read or rejected, never worse")
  func randomTexts() {
    var generator = SeededGenerator(seed: 3)
    let pieces = [
      "1", "9e9", "e", "E", ".", "-", "_", "x", "H100", " for ", "d", "$", "M", "FLOP", "PF-day", ":", " ", "é", "∞",
      "k", "GPU-hours", ",", "MWh", "t CO2",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...8, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? ""
      }.joined()
      if let budget = try? Budget(parsing: text) {
        switch budget {
        case .flops(let value), .usd(let value), .gpuHours(let value), .kilowattHours(let value), .carbon(let value):
          #expect(value > 0 && value.isFinite)
        case .cluster(let count, let name, let seconds):
          #expect(count > 0 && !name.isEmpty && seconds > 0 && seconds.isFinite)
        }
      }
      _ = try? QuantityRange(parsing: text, of: .flops)
      _ = try? parseDuration(text)
      _ = try? parseBytes(text)
    }
    #expect(errorText { try parseCount(String(repeating: "9", count: 100_000)) }.contains("too long"))
  }
}
