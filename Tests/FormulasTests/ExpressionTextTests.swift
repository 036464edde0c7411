import Formulas
import Testing

@Suite struct ExpressionTextTests {
  @Test(arguments: [
    "E + A/N^alpha + B/D^beta", "a - (b - c)", "a - b - c", "(a/b)/c", "a/(b/c)", "a/(b*c)", "2^3^2", "(2^3)^2",
    "-a^b", "(-a)^b", "a^-b", "a^-b*c", "a^(-b*c)", "-(a*b)", "-a*b", "--a", "a + -b", "a - -b", "x^-3", "(a + b)*-c",
    "!a && b", "!(a && b)", "a < b || c >= d && e != f", "(a || b) && c", "a == 'it' || a == \"it's\"",
    "where(a < 1, b, c + 1)",
    "logsumexp(a, b, -c)/k", "`a b`*`and` + pi*`pi`", "1e-300*x + 2.5e22 + 1M*N + 0.1", "10^(a*log10(N) + d)",
  ])
  func itParsesToTheSameTree(_ text: String) throws {
    let expression = try Formula(text).expression
    #expect(try Formula(expression.description).expression == expression, "\(expression)")
  }

  @Test func bracketsAreOnlyWhereTheGroupingNeedsThem() throws {
    #expect(try Formula("((E) + ((A)/(N^(alpha))))").expression.description == "E + A/N^alpha")
    #expect(try Formula("(a + b)*(c - d)^(-e)").expression.description == "(a + b)*(c - d)^-e")
  }

  @Test func aNumberBelowZeroIsOneInBrackets() throws {
    let formula = try Formula("A*x^b").substituting(["A": -2, "b": -0.5])
    #expect(formula.expression.description == "-2*x^-0.5")
    #expect(try Formula("x^2").substituting(["x": -3]).expression.description == "(-3)^2")
  }
}
