import Fitting
import Foundation
import ScalingLaws
import Tables
import Testing

/// A law fitted to a table: what it finds, and what it says of a table that cannot be fitted.
@Suite struct LawFitTests {
  private static let chinchilla = "../shared/data/laws/chinchilla_epoch_svg.csv"
  private static let isThere = FileManager.default.fileExists(atPath: chinchilla)

  private var quick: FitProtocol {
    var settings = FitProtocol(threads: 2)
    settings.resamples = 0
    return settings
  }

  private func runs(_ lines: [String]) throws -> RunTable {
    try RunTable(Table.parse("params,tokens,loss\n" + lines.joined(separator: "\n") + "\n", name: "runs.csv"))
  }

  /// Twenty runs of a known law.
  private var sound: [String] {
    (0..<20).map { run in
      let (n, d) = (1e7 * pow(4, Double(run % 5)), 1e9 * pow(8, Double(run / 5)))
      return "\(n),\(d),\(1.8 + 400 / pow(n, 0.34) + 2000 / pow(d, 0.37))"
    }
  }

  private func message(_ law: String, _ lines: [String], _ settings: FitProtocol) throws -> String {
    let error = try #require(throws: TableError.self) {
      try LawFit(LawCatalog().law(law), to: runs(lines), settings)
    }
    return error.description
  }

  @Test(.enabled(if: isThere, "no ../shared/data/laws next to the checkout"))
  func `Kaplan's law of size and tokens has its known optimum on the public Chinchilla runs`() throws {
    let all = try RunTable(Table.read(Self.chinchilla))
    let kept = try all.droppingHighestLoss(5).table
    var settings = quick
    settings.objective = .hoffmann
    let fit = try LawFit(LawCatalog().law("kaplan-nd"), to: kept, settings)
    // Found by an independent global search and polished at 40 digits: N_c, D_c, alpha_N, alpha_D.
    let known = [8872265000854.24, 30700901838023.1, 0.0946755436327252, 0.114145787818446]
    for (value, known) in zip(fit.optimum.parameters, known) { #expect(abs(value / known - 1) < 1e-9) }
    #expect(abs(fit.optimum.value / 0.00266310149489172 - 1) < 1e-12)
  }

  @Test(.enabled(if: isThere, "no ../shared/data/laws next to the checkout"))
  func `the size exponent of the Chinchilla runs is the published one of its optimum`() throws {
    let all = try RunTable(Table.read(Self.chinchilla))
    let fit = try LawFit(LawCatalog().law("chinchilla"), to: all.droppingHighestLoss(5).table, quick)
    #expect(abs(try #require(fit.exponents).best.size - 0.513899515909) < 1e-11)
  }

  @Test func `a loss that has no logarithm is named with its line`() throws {
    var lines = sound
    lines[6] = "1e8,1e10,-2.5"
    let text = try message("chinchilla", lines, quick)
    #expect(text.hasPrefix("runs.csv:8: "), "\(text)")
    #expect(text.contains("loss"))
  }

  @Test func `a missing size is named with its line`() throws {
    var lines = sound
    lines[2] = ",1e10,2.5"
    let text = try message("chinchilla", lines, quick)
    #expect(text.hasPrefix("runs.csv:4: "), "\(text)")
    #expect(text.contains("params"))
  }

  @Test(arguments: [1, 3, 5])
  func `as many runs as parameters, or fewer, cannot be fitted`(_ count: Int) throws {
    let text = try message("chinchilla", Array(sound.prefix(count)), quick)
    #expect(text.contains("cannot determine the 5 parameters of chinchilla; at least 6 are needed"), "\(text)")
  }

  @Test func `a missing column to group by is named`() throws {
    var settings = quick
    settings.resamples = 10
    settings.resampling = .groups(column: "seedd")
    #expect(try message("chinchilla", sound, settings).contains("there is no column 'seedd'"))
  }

  @Test func `two groups are too few to resample`() throws {
    var settings = quick
    settings.resamples = 10
    settings.resampling = .groups(column: "batch")
    let lines = sound.enumerated().map { "\($0.element),\($0.offset % 2)" }
    let text = "params,tokens,loss,batch\n" + lines.joined(separator: "\n") + "\n"
    let error = try #require(throws: TableError.self) {
      try LawFit(LawCatalog().law("chinchilla"), to: RunTable(Table.parse(text, name: "runs.csv")), settings)
    }
    #expect(error.description.contains("has only 2 groups"))
  }
}
