import Documents
import Fitting
import Foundation
import Tables

/// Critical batch sizes of a table as a document, `windtunnel.batch/1`, by definition, with the data behind them.
public struct BatchDocument: Document, Equatable {
  public static let schema = "windtunnel.batch/1"
  public static let kind = "batch document"
  public static let remedy = "write one with 'windtunnel batch RUNS --output FILE'"

  public var from: Source
  /// The unit of batch sizes.
  public var unit: Unit
  /// The overhead of that definition, and the batch from which its ideal scaling begins.
  public var overhead: Double?
  public var baseBatch: Double?
  public var level: Double
  public var resamples: Int
  /// The unit that was resampled.
  public var resampling: String
  public var seed: UInt64
  public var runs: FitDocument.Runs
  /// The columns whose values name the groups.
  public var groupedBy: [String]
  public var groups: [Group] = []
  /// Groups that do not determine a critical batch, with the reasons.
  public var left: [Left] = []
  public var scaling: Scaling?
  public var diagnostics: [Diagnostic] = []
  public var tool = "windtunnel \(windtunnelVersion)"

  public enum Source: String, Codable, Sendable, CaseIterable {
    /// Steps to one loss at several batch sizes.
    case steps
    /// Squared gradient norms at two batch sizes.
    case gradients
  }

  public enum Unit: String, Codable, Sendable, CaseIterable {
    case sequences, tokens, examples
  }

  /// A definition of the critical batch size.
  public enum Definition: String, Codable, Sendable, CaseIterable {
    /// `E_min/S_min`: where steps and examples are both twice their minimum.
    case trade = "min_examples_over_min_steps"
    /// Where steps are `1 + overhead` times those of ideal scaling from the base batch.
    case overhead
    /// `tr Σ/|G|²`.
    case noiseScale = "simple_noise_scale"
  }

  public struct Estimate: Codable, Sendable, Equatable {
    public var value: Double
    public var standardError: Double?
    /// Its ends; an unbounded end is null, and the whole is null without draws.
    public var interval: [Double?]?
  }

  public struct CriticalBatch: Codable, Sendable, Equatable {
    public var definition: Definition
    /// In the document's unit.
    public var batch: Estimate
    /// The same in tokens, if sequences have a known length.
    public var tokens: Double?
  }

  public struct Group: Codable, Sendable, Equatable {
    public var name: String
    /// In the column that the scaling is over.
    public var size: Double?
    /// Tokens.
    public var sequenceLength: Double?
    /// The number of runs, or of logged steps.
    public var rows: Int
    public var critical: [CriticalBatch]
    /// The steps of an unbounded batch.
    public var minSteps: Estimate?
    /// The examples of the smallest batch.
    public var minExamples: Estimate?
    public var gradient: Gradient?
    /// The batch sizes that were run, and their steps; empty for gradient norms.
    public var observed: [Observed]
    public var frontier: [BatchTradeOff.Point]

    public func critical(_ definition: Definition) -> CriticalBatch? { critical.first { $0.definition == definition } }
  }

  public struct Observed: Codable, Sendable, Equatable {
    public var batch: Double
    public var steps: Double
  }

  public struct Gradient: Codable, Sendable, Equatable {
    /// `|G|²`
    public var squaredNorm: Estimate
    /// `tr Σ`
    public var noise: Estimate
    /// The block length of the bootstrap, in steps.
    public var blockLength: Int
    /// The noise scale of parts of training, in order; empty for few steps.
    public var parts: [Part]
  }

  public struct Part: Codable, Sendable, Equatable {
    /// Counted from 1, in the order of training.
    public var firstStep: Int
    public var lastStep: Int
    /// Nil if noise hides the gradient.
    public var batch: Estimate?
  }

  public struct Left: Codable, Sendable, Equatable {
    public var group: String
    public var reason: String
  }

  /// Power laws `c x^p` of the critical batch in the size of groups.
  public struct Scaling: Codable, Sendable, Equatable {
    public var over: String
    public var laws: [Law]

    public struct Law: Codable, Sendable, Equatable {
      public var definition: Definition
      /// Standard errors are from the scatter around the line, intervals from the draws of each group.
      public var exponent: Estimate
      /// The natural logarithm of c.
      public var logCoefficient: Estimate
      public var groups: Int

      public func batch(at size: Double) -> Double { exp(logCoefficient.value + exponent.value * log(size)) }
    }
  }

  /// The name of a definition in papers: `20 % overhead`.
  public func name(of definition: Definition) -> String {
    switch definition {
    case .trade: "E_min/S_min"
    case .overhead: NumberText.percent(overhead ?? 0, 6) + " overhead"
    case .noiseScale: "simple noise scale"
    }
  }
}

extension BatchDocument.Estimate {
  /// A value with the standard deviation of its draws and percentiles, some of which may be infinite.
  ///
  /// - Parameter intervalDraws: the draws for the percentiles; the draws themselves if nil.
  init(_ value: Double, draws: [Double], intervalDraws: [Double]? = nil, level: Double) {
    self.value = value
    let finite = draws.filter(\.isFinite)
    guard draws.count >= 20 else { return }
    let sorted = (intervalDraws ?? draws).sorted()
    let ends = [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)]
    interval = ends.map { $0.isFinite ? $0 : nil }
    // With infinite draws there is no standard deviation.
    let deviation = standardDeviation(finite)
    standardError = finite.count == draws.count && deviation.isFinite ? deviation : nil
  }

  init(_ estimate: ComputeExponents.Estimate) {
    value = estimate.value
    standardError = estimate.standardError
    interval = estimate.interval.map { [$0.lower, $0.upper] }
  }
}
