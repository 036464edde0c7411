import Foundation
import Tables
import Testing

@Suite("Reading decimal numbers")
struct DecimalTests {
  /// What the table reader makes of each text, as the cells of one column.
  private func read(_ texts: [String]) throws -> [Double] {
    try Table.parse("x\n" + texts.joined(separator: "\n") + "\n", name: "numbers").numbers("x")
  }

  private func expectAsStrtod(_ texts: [String]) throws {
    let values = try read(texts)
    #expect(values.count == texts.count)
    for (text, value) in zip(texts, values) where value.bitPattern != strtod(text, nil).bitPattern {
      Issue.record("\(text) was read as \(value)")
    }
  }

  @Test("100,000 random decimal texts are rounded as strtod rounds them")
  func random() throws {
    var generator = SeededGenerator(seed: 20_260_101)
    func digits(_ count: ClosedRange<Int>) -> String {
      String(
        (0..<Int.random(in: count, using: &generator)).map { _ in
          Character("\(Int.random(in: 0...9, using: &generator))")
        })
    }
    let texts = (0..<100_000).map { index in
      let sign = ["", "-", "+"][index % 3]
      let exponent =
        index % 4 == 0 ? "" : "e\(Int.random(in: index % 7 == 0 ? -330...310 : -40...30, using: &generator))"
      switch index % 5 {
      case 0: return sign + digits(1...19) + exponent
      case 1: return sign + digits(1...10) + "." + digits(0...12) + exponent
      case 2: return sign + "." + digits(1...20) + exponent
      case 3: return sign + "0." + String(repeating: "0", count: index % 13) + digits(1...19) + exponent
      default: return sign + digits(1...30) + "." + digits(1...30) + exponent
      }
    }
    try expectAsStrtod(texts)
  }

  @Test("doubles printed in full are read back exactly")
  func shortest() throws {
    var generator = SeededGenerator(seed: 42)
    var values: [Double] = []
    while values.count < 100_000 {
      // Every other value has a magnitude that run tables have, 2^-40 to 2^90; the others have any.
      let exponent =
        values.count % 2 == 0 ? UInt.random(in: 983...1113, using: &generator) : UInt(generator.next() % 2048)
      let value = Double(
        sign: .plus, exponentBitPattern: exponent, significandBitPattern: generator.next() & (1 << 52 - 1))
      if value.isFinite { values.append(value) }
    }
    let read = try read(values.map { "\($0)" })
    #expect(zip(values, read).allSatisfy { $0.bitPattern == $1.bitPattern })
  }

  @Test("ties, limits and odd spellings")
  func edges() throws {
    try expectAsStrtod([
      "0", "-0", "0.0e500", "7.", ".5", "1e22", "1e23", "9007199254740993", "9007199254740992.5", "9007199254740993e1",
      "18446744073709551615", "18446744073709551616", "9999999999999999999", "1e-27", "9999999999999999999e27",
      "9999999999999999999e-27", "1.7976931348623157e308", "1.7976931348623159e308", "4.9e-324", "2.4e-324", "1e400",
      "1e-400", "1e99999999999999999999", "2.2250738585072011e-308", "0.000000000000000000000000000000000000000000012",
      "00000000000000000000000000000000001.5", "179769313486231580793.", "1e+5", "1E5",
      "0.500000000000000166533453693773481063544750213623046875",
    ])
  }

  @Test("halfway cases of every exponent in the exact range are rounded to even")
  func halfway() throws {
    var texts: [String] = []
    // (2^53 + odd) × 2^k lies halfway between two doubles; times 10^-e and back, its digits stay exact.
    for odd in stride(from: 1 as UInt64, through: 99, by: 2) {
      for power in 0...10 {
        let halfway = (1 << 53 + odd) << UInt64(power)
        for neighbor in [halfway - 1, halfway, halfway + 1] {
          texts += ["\(neighbor)", "\(neighbor)00e-2", "\(neighbor).000", "\(neighbor / 10).\(neighbor % 10)e1"]
        }
      }
    }
    try expectAsStrtod(texts)
  }

  @Test(
    "what is nearly a number is text",
    arguments: ["1e", "1e+", ".", "-", "+", "0x10", "1_000", "1,5", "1 2", "--1", "1e5.5", "infinit"])
  func notNumbers(text: String) throws {
    let table = try Table.parse("x;y\n\(text);1\n", name: "numbers")
    #expect(table.column("x")?.values == .text([text]))
  }
}
