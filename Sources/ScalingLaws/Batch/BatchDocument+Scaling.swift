import Documents
import Fitting
import Foundation
import Tables

extension BatchDocument.Scaling {
  /// Straight lines through the logarithms of each definition's critical batches, with equal weights for all groups.
  ///
  /// - Parameter draws: those of each group, by definition; a resample of all groups makes a draw of the line.
  /// - Returns: nil without a column of sizes, or if there are fewer than two different sizes.
  init?(over: String?, _ groups: [BatchDocument.Group], _ draws: [[BatchDocument.Definition: [Double]]], level: Double)
  {
    guard let over else { return nil }
    self.over = over
    laws = BatchDocument.Definition.allCases.compactMap { definition in
      let values = groups.compactMap { $0.critical(definition)?.batch.value }
      let sizes = groups.compactMap(\.size)
      guard values.count == sizes.count, let line = LeastSquaresLine(sizes.map { log($0) }, values.map { log($0) })
      else {
        return nil
      }
      let columns = draws.map { $0[definition] ?? [] }
      let count = columns.map(\.count).min() ?? 0
      let lines = (0..<count).compactMap { resample in
        let drawn = columns.map { log($0[resample]) }
        return drawn.allSatisfy(\.isFinite) ? LeastSquaresLine(sizes.map { log($0) }, drawn)?.line : nil
      }
      let found = ComputeExponents.PowerLaw(line, draws: lines, level: level)
      return Law(
        definition: definition, exponent: .init(found.exponent), logCoefficient: .init(found.logCoefficient),
        groups: values.count)
    }
    if laws.isEmpty { return nil }
  }
}

extension BatchDocument {
  /// - Throws: ``TableError`` if no group is left.
  mutating func closeGroups(of runs: RunTable) throws(TableError) {
    diagnostics += left.map { Diagnostic("group_left_out", .warning, "\($0.group) is left out: \($0.reason)") }
    guard groups.isEmpty else { return }
    let reasons = left.prefix(3).map { left.count == 1 ? $0.reason : "\($0.group): \($0.reason)" }
    let more = left.count > 3 ? "; and \(left.count - 3) more groups" : ""
    throw TableError(
      .badData, file: runs.table.name,
      message: "no critical batch size can be determined: \(reasons.joined(separator: "; "))\(more)")
  }

  var scalingFindings: [Diagnostic] {
    guard let scaling else { return [] }
    var found: [Diagnostic] = []
    let sizes = groups.compactMap(\.size)
    if let low = sizes.min(), let high = sizes.max(), high < 10 * low {
      found.append(
        Diagnostic(
          "narrow_scaling", .warning,
          "the groups span a factor of \(NumberText.rounded(high / low)) in \(scaling.over); an exponent needs 10 or "
            + "more"
        ))
    }
    let tail = standardNormalQuantile((1 + level) / 2)
    for law in scaling.laws {
      let ends = (law.exponent.interval ?? []).compactMap { $0 }
      guard let scatter = law.exponent.standardError, ends.count == 2, scatter > (ends[1] - ends[0]) / tail else {
        continue
      }
      found.append(
        Diagnostic(
          "scatter_beyond_errors", .warning,
          "by \(name(of: law.definition)) the groups lie off the line by more than their own errors: the error of the "
            + "exponent is at least its scatter, ± \(NumberText.rounded(scatter, 2)), and it may depend on more than "
            + "\(scaling.over)"
        ))
    }
    if Set(sizes).count == 2 {
      found.append(
        Diagnostic(
          "two_sizes", .warning, "a line through two sizes has no check: add a third size"))
    }
    return found
  }
}
