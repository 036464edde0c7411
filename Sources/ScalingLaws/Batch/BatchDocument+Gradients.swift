import Documents
import Fitting
import Foundation
import Tables

extension BatchDocument {
  /// Simple noise scales from a log of gradient norms, group by group.
  ///
  /// - Throws: `TableError` for columns that are missing or do not hold norms, or if no group shows a noise scale.
  public init(gradientNorms runs: RunTable, _ options: BatchOptions, record: FitDocument.Runs) throws {
    let log = try GradientLog(runs, options)
    let grouping = try BatchGroups(runs, options)
    from = .gradients
    unit = .examples
    level = options.level
    resamples = options.resamples
    resampling = "blocks of steps"
    seed = options.seed
    self.runs = record
    self.runs.notes += log.notes
    groupedBy = grouping.columns
    var drawn: [[Definition: [Double]]] = []
    for (index, group) in grouping.groups.enumerated() {
      let norms = try log.norms(rows: group.rows)
      let seed = options.seed &+ UInt64(index)
      let found: GradientNoiseScale
      do {
        found = try GradientNoiseScale(norms, resamples: options.resamples, seed: seed)
      } catch {
        left.append(Left(group: group.name, reason: error.description))
        continue
      }
      let length = try Self.sequenceLength(runs.selecting(rows: group.rows), options)
      let scale = Estimate(found.parts.scale, draws: found.draws.map(\.scale), level: options.level)
      func estimate(_ part: (GradientNoiseScale.Parts) -> Double) -> Estimate {
        Estimate(part(found.parts), draws: found.draws.map(part), level: options.level)
      }
      let parts = Self.parts(norms, options, seed: seed)
      groups.append(
        Group(
          name: group.name, size: group.size, sequenceLength: length, rows: norms.count,
          critical: [
            CriticalBatch(definition: .noiseScale, batch: scale, tokens: length.map { $0 * found.parts.scale })
          ],
          gradient: Gradient(
            squaredNorm: estimate(\.squaredGradient), noise: estimate(\.noise), blockLength: found.blockLength,
            parts: parts),
          observed: [], frontier: BatchTradeOff(criticalBatch: found.parts.scale).frontier()))
      drawn.append([.noiseScale: found.draws.map(\.scale)])
      diagnostics += Self.findings(found, parts, group.name)
    }
    try closeGroups(of: runs)
    scaling = Scaling(over: grouping.over, groups, drawn, level: options.level)
    diagnostics += scalingFindings
  }

  /// Training in four parts, because the noise scale grows as the loss falls; empty for few steps.
  private static func parts(_ norms: [GradientNorms], _ options: BatchOptions, seed: UInt64) -> [Part] {
    guard norms.count >= 80 else { return [] }
    return (0..<4).map { part in
      let range = (norms.count * part / 4)..<(norms.count * (part + 1) / 4)
      let found = try? GradientNoiseScale(Array(norms[range]), resamples: options.resamples, seed: seed)
      return Part(
        firstStep: range.lowerBound + 1, lastStep: range.upperBound,
        batch: found.map { Estimate($0.parts.scale, draws: $0.draws.map(\.scale), level: options.level) })
    }
  }

  private static func findings(_ found: GradientNoiseScale, _ parts: [Part], _ name: String) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    if found.steps < 20 {
      findings.append(
        Diagnostic(
          "few_steps", .warning,
          "\(name): \(found.steps) steps are too few for a reliable interval; log 100 or more"))
    }
    let hidden = found.draws.filter { $0.squaredGradient <= 0 }.count
    if hidden > 0 {
      let share = 100 * Double(hidden) / Double(found.draws.count)
      findings.append(
        Diagnostic(
          "gradient_hidden", .warning,
          "\(name): in \(NumberText.rounded(share, 2)) % of the resamples |G|² is not above zero, where the noise "
            + "scale is unbounded: log more steps, or norms at a larger batch"))
    }
    if let first = parts.first?.batch, let last = parts.last?.batch,
      let (one, other) = first.interval.flatMap({ one in last.interval.map { (one, $0) } }),
      (one[1] ?? .infinity) < other[0] ?? .infinity || (other[1] ?? .infinity) < one[0] ?? .infinity
    {
      findings.append(
        Diagnostic(
          "noise_scale_changes", .warning,
          "\(name): the noise scale goes from \(formatCount(first.value)) in the first quarter of these steps to "
            + "\(formatCount(last.value)) in the last: a single number does not describe all of training"))
    }
    return findings
  }
}
