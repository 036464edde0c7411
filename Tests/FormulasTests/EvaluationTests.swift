import Formulas
import Foundation
import Testing

@Suite("Evaluating formulas")
struct EvaluationTests {
  @Test(
    "has the usual grouping and functions",
    arguments: [
      ("1 + 2 * 3", 7), ("2^3^2", 512), ("-2^2", -4), ("2^-1", 0.5), ("(1 + 2) * 3", 9), ("7 / 2 / 2", 1.75),
      ("10 - 4 - 3", 3), ("1.5e3 + 2k", 3500), ("3 < 4", 1), ("3 >= 4", 0), ("1 < 2 && 2 < 1", 0), ("!0", 1),
      ("1 == 1 || 0", 1), ("min(3, 1, 2)", 1), ("max(3, 1, 2)", 3), ("where(2 > 1, 10, 20)", 10), ("abs(-3)", 3),
      ("log(exp(2))", 2), ("sqrt(16)", 4), ("tanh(0.5)", 0.46211715726000979), ("log10(1000)", 3), ("log2(8)", 3),
      ("expm1(1e-10)", 1.00000000005e-10), ("log1p(1e-10)", 9.9999999995e-11), ("2 × 3 − 1", 5), ("atan(1) * 4", .pi),
      ("logsumexp(1000, 1000)", 1000.6931471805599), ("logsumexp(-1000, -1001, -1002)", -999.59239403555557),
      ("smoothmax(1, 1, 10)", 1.0693147180559945), ("not 1 == 2", 1), ("2 > 1 and 1 > 0", 1), ("2**10", 1024),
    ] as [(String, Double)])
  func value(text: String, expected: Double) throws {
    let value = try Formula(text).value([:])
    #expect(abs(value - expected) <= 4e-16 * max(1, abs(expected)) * 4, "\(text) = \(value)")
  }

  @Test("agrees with the C library over rows of any count, for each function")
  func rows() throws {
    let functions: [(String, (Double) -> Double)] = [
      ("exp(x)", exp), ("log(x)", log), ("sqrt(x)", { $0.squareRoot() }), ("tanh(x)", tanh), ("sin(x)", sin),
      ("x^0.37", { pow($0, 0.37) }), ("x^-3", { 1 / ($0 * $0 * $0) }), ("1/x", { 1 / $0 }),
    ]
    for count in [1, 7, 8, 9, 255, 256, 257, 1000] {
      let x = (0..<count).map { 0.01 + 30 * Double($0) / Double(count) }
      for (text, function) in functions {
        let compiled = try CompiledFormula(Formula(text), parameters: [], variables: ["x"], positive: ["x"])
        let values = BoundFormula(compiled, columns: [x]).values(parameters: [])
        #expect(values.count == count)
        for (value, x) in zip(values, x) {
          #expect(abs(value - function(x)) <= 2e-15 * abs(function(x)), "\(text) at \(x)")
        }
      }
    }
  }

  @Test("does not split a logarithm if data may be negative")
  func signs() throws {
    let compiled = try CompiledFormula(Formula("(a/x)^b"), parameters: ["a", "b"], variables: ["x"])
    let values = BoundFormula(compiled, columns: [[-2, 4]]).values(parameters: [-8, 2.5])
    #expect(abs(values[0] - 32) < 1e-12)
    #expect(values[1].isNaN)
  }

  @Test("finds the parameters in which a formula is linear")
  func linearity() throws {
    let chinchilla = try CompiledFormula(
      Formula("E + A/N^alpha + B/D^beta"), parameters: ["E", "A", "alpha", "B", "beta"], variables: ["N", "D"])
    #expect(chinchilla.linearParameters == [0, 1, 3])
    let product = try CompiledFormula(Formula("a*b*x"), parameters: ["a", "b"], variables: ["x"])
    #expect(product.linearParameters == [0])
  }
}

@Suite("Rejecting formulas")
struct FormulaErrorTests {
  @Test(
    "names the fault and its column",
    arguments: [
      ("", .syntax, 0), ("1 +", .syntax, 3), ("E + A/N^", .syntax, 8), ("(1 + 2", .syntax, 6), ("1 2", .syntax, 2),
      ("lgo(x)", .unknownFunction, 0), ("1 + min(x)", .wrongArity, 4), ("where(a, b)", .wrongArity, 0),
      ("1 + $x", .syntax, 4), ("a < b < c", .syntax, 6), ("1e999", .syntax, 0), ("3abc", .syntax, 0),
      ("x + 'rw'", .notNumeric, 2), ("log('a')", .notNumeric, 0), ("'open", .syntax, 0), ("1..2", .syntax, 0),
      ("a + b)", .syntax, 5), ("f == 1 = 2", .syntax, 7), (",", .syntax, 0),
    ] as [(String, FormulaError.Kind, Int)])
  func fault(text: String, kind: FormulaError.Kind, position: Int) throws {
    let error = try #require(throws: FormulaError.self) { try Formula(text).value(["x": 1, "a": 1, "b": 1, "c": 1]) }
    #expect(error.kind == kind, "\(error)")
    #expect(error.position == position, "\(error)")
  }

  @Test("asks whether a near name was meant")
  func suggestion() throws {
    let function = try #require(throws: FormulaError.self) { try Formula("1 + lgo(x)") }
    #expect(function.message.contains("did you mean 'log'?"))
    let name = try #require(throws: FormulaError.self) {
      try Formula("loss < 5 && tokns > 1").check(known: ["params", "tokens", "loss"], as: "column")
    }
    #expect(name.message == "there is no column 'tokns'; did you mean 'tokens'?")
    #expect(name.position == 12)
    #expect(name.description.hasSuffix("\n  loss < 5 && tokns > 1\n              ^^^^^"))
  }

  @Test("survives depth and length")
  func limits() {
    let deep = String(repeating: "(", count: 2000) + "1" + String(repeating: ")", count: 2000)
    #expect(throws: FormulaError.self) { try Formula(deep) }
    #expect(throws: FormulaError.self) { try Formula(String(repeating: "-", count: 3000) + "1") }
    #expect(throws: FormulaError.self) { try Formula(String(repeating: "x+", count: 5000) + "x") }
    #expect(throws: Never.self) { try Formula(String(repeating: "x+", count: 2000) + "x").value(["x": 1]) }
    #expect(throws: Never.self) { try Formula(String(repeating: "2^", count: 40) + "1").value([:]) }
  }
}
