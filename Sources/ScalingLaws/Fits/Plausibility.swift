import Documents
import Fitting
import Foundation
import Tables

extension LawFit {
  /// Columns whose numbers look like they are in other units than the law's, and runs that are there twice: asked about,
  /// never mended in silence.
  public var plausibilityDiagnostics: [Diagnostic] { units + compute + repeats }

  /// The least that the largest value of a column should be, and the unit that it is likely in where it is less.
  private static let leastCounts: [String: (least: Double, likely: String, suffix: String)] = [
    "params": (1e3, "millions or billions", "b"), "params_non_embedding": (1e3, "millions or billions", "b"),
    "active_params": (1e3, "millions or billions", "b"), "tokens": (1e5, "millions or billions", "b"),
    "unique_tokens": (1e5, "millions or billions", "b"), "flops": (1e10, "units of 1e18 or 1e21", "1e18"),
  ]

  private var units: [Diagnostic] {
    let quantities = law.variables.map(\.column) + [law.target]
    return quantities.compactMap { column in
      guard let range = ranges[column] else { return nil }
      if let known = Self.leastCounts[column], range.upperBound < known.least {
        return Diagnostic(
          "implausible_units", .warning,
          "\(column) goes from \(NumberText.rounded(range.lowerBound)) to \(NumberText.rounded(range.upperBound)): is it in \(known.likely)? "
            + "If so, say it with --rename \(column)=\(column)_\(known.suffix)")
      }
      if column == "loss", range.upperBound > 20 || range.lowerBound < 0.02 {
        return Diagnostic(
          "implausible_units", .warning,
          "\(column) goes from \(NumberText.rounded(range.lowerBound)) to \(NumberText.rounded(range.upperBound)), which is unlike nats a token: "
            + "is it a perplexity, or bits of something else?")
      }
      return nil
    }
  }

  /// Whether the compute that the table gives is anywhere near 6 N D.
  private var compute: [Diagnostic] {
    guard let sizes = try? runs.values(for: .params), let tokens = try? runs.values(for: .tokens),
      let flops = try? runs.values(for: .flops)
    else { return [] }
    let ratios = flops.indices.map { flops[$0] / (6 * sizes[$0] * tokens[$0]) }.filter { $0.isFinite && $0 > 0 }
      .sorted()
    let middle = quantile(ratios, 0.5)
    guard middle > 10 || middle < 0.1 else { return [] }
    return [
      Diagnostic(
        "implausible_units", .warning,
        "flops are \(NumberText.rounded(middle)) times 6 × params × tokens: one of the three columns is likely in other units"
      )
    ]
  }

  private var repeats: [Diagnostic] {
    let sentences = (try? runs.validated(for: [])) ?? []
    return sentences.map { Diagnostic("repeated_runs", .warning, $0) }
  }
}
