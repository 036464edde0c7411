import Documents
import Foundation

/// The scatter of a run's log loss about a fitted law, and its change with the size of the run.
public struct RunNoise: Codable, Hashable, Sendable {
  /// The standard deviation where ``along`` is ``middle``.
  public var deviation: Double
  /// The power of ``along`` with which it grows; 0 where no trend shows.
  public var exponent: Double
  /// The variable along which the noise changes: `flops`, or a column of the law.
  public var along: String
  /// The geometric middle of ``along`` over the runs.
  public var middle: Double
  /// The smallest and the largest value of ``along`` among the runs.
  public var span: [Double]
  /// The standard deviation between runs of one setting; nil where no setting was run twice.
  public var seedDeviation: Double?

  /// - Parameter span: the smallest and the largest value of `along`.
  public init(
    deviation: Double, exponent: Double = 0, along: String = "flops", middle: Double, span: [Double],
    seedDeviation: Double? = nil
  ) {
    self.deviation = deviation
    self.exponent = exponent
    self.along = along
    self.middle = middle
    self.span = span
    self.seedDeviation = seedDeviation
  }

  /// The standard deviation at a value of ``along``. Beyond the runs it stays what it is at the nearest of them: nobody has
  /// seen the trend go on.
  public func deviation(at value: Double) -> Double {
    guard exponent != 0, span.count == 2, span[0] <= span[1] else { return deviation }
    return deviation * pow(min(max(value, span[0]), span[1]) / middle, exponent)
  }
}

extension RunNoise: DocumentChecked {
  /// - Throws: `DocumentFault` for a scale or a span that is none.
  public func check() throws(DocumentFault) {
    guard deviation > 0, deviation.isFinite, exponent.isFinite, middle > 0, middle.isFinite else {
      throw DocumentFault(nil, "it has no deviation above 0, or no middle above 0")
    }
    guard span.count == 2, span[0] > 0, span[0] <= span[1], span[1].isFinite else {
      throw DocumentFault("span", "it should be the smallest and the largest value, both above 0")
    }
  }
}
