import Documents
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
  @Test(
    "A value takes the place of the second digit of its error",
    arguments: [
      (0.34728, 0.0024, "0.3473(24)"),
      (2140.0, 310.0, "2.14(31)e3"),
      (12.34, 4.5, "12.3(4.5)"),
      (1234.4, 24.0, "1234(24)"),
      (406.4, 0.0996, "406.40(10)"),
      (1.69337, 0.0103, "1.693(10)"),
      (-0.0049, 0.0012, "-0.0049(12)"),
      (9.9999e6, 0.01e6, "1.0000(10)e7"),
      (1.234e-7, 1.2e-9, "1.234(12)e-7"),
      (1e21, 3.3e19, "1.000(33)e21"),
      (0.001, 0.5, "0.00(50)"),
      (3.0, 250.0, "0.0(2.5)e2"),
      (0.0, 0.031, "0.000(31)"),
      (-0.0001, 0.31, "0.00(31)"),
      (0.06, 1.0, "0.1(1.0)"),
      (99.97, 0.31, "99.97(31)"),
      (0.4, 9.96, "0(10)"),
      (482.01, 124.58, "4.8(1.2)e2"),
    ])
  func particleDataStyle(value: Double, error: Double, expected: String) {
    #expect(NumberText.withError(value, error) == expected)
  }

  @Test("A value without a usable error says so")
  func errorsThatAreNone() {
    #expect(NumberText.withError(.nan, 1) == "–")
    #expect(NumberText.withError(0.34, 0) == "0.34")
    #expect(NumberText.withError(0.34, .nan) == "0.34(–)")
    #expect(NumberText.withError(0.34, -1) == "0.34(–)")
    #expect(NumberText.withError(0.34, .infinity) == "0.34(∞)")
    #expect(NumberText.withError(.infinity, 1) == "∞")
  }

  @Test("Errors at the ends of the range of a double give text, not a trap")
  func extremes() {
    #expect(NumberText.withError(1, .leastNonzeroMagnitude) == "1." + String(repeating: "0", count: 325) + "(49)")
    #expect(NumberText.withError(.leastNonzeroMagnitude, 1e308) == "0.0(1.0)e308")
    #expect(NumberText.withError(1.7e308, 1e307) == "1.70(10)e308")
  }

  @Test(
    "A number switches to e-notation outside 0.0001…999999",
    arguments: [
      (3.14159, 3, "3.14"), (2.0, 4, "2"), (2.0004, 4, "2.000"), (64.0, 4, "64"), (123_456.0, 3, "123000"),
      (999_999.6, 6, "1.00000e6"), (1_234_567.0, 3, "1.23e6"), (2e21, 4, "2e21"), (0.00012, 2, "0.00012"),
      (0.000012, 2, "1.2e-5"), (-0.0, 3, "0"), (-1.5, 2, "-1.5"), (9.999, 2, "10"), (100.0, 2, "100"),
      (0.5, 0, "0.5"), (-2.5e-8, 2, "-2.5e-8"), (0.5, 3, "0.5"), (0.50004, 3, "0.500"),
      (0.07 * 100, 3, "7"), (1e15, 3, "1e15"), (1e-9, 3, "1e-9"),
    ])
  func formats(value: Double, significant: Int, expected: String) {
    #expect(NumberText.rounded(value, significant) == expected)
  }

  @Test("Non-finite numbers have their own signs")
  func notNumbers() {
    #expect(NumberText.rounded(.nan) == "–")
    #expect(NumberText.rounded(.infinity) == "∞")
    #expect(NumberText.rounded(-.infinity) == "-∞")
  }

  @Test(
    "A label takes the suffix people use",
    arguments: [
      (70e9, "70B"), (1.5e6, "1.5M"), (2048.0, "2.05k"), (999_999.0, "1.00M"), (999_499, "999k"), (512, "512"),
      (999.6, "1.00k"), (1.4e12, "1.4T"), (12.0, "12"),
      (5.76e23, "5.76e23"), (-3e9, "-3B"), (0.25, "0.25"), (0.0, "0"), (123_456_789.0, "123M"), (3e14, "300T"),
      (999.9996e12, "1.00e15"),
      (7.05e9, "7.05B"),
    ])
  func compactLabels(value: Double, expected: String) {
    #expect(NumberText.count(value) == expected)
  }
}
