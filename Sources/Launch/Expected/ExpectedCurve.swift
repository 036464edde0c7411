import Documents
import Foundation
import RunStore
import Tables

/// The losses that were predicted along a run before it began: ``fileName`` in its directory.
public struct ExpectedCurve: Sendable, Hashable {
  public static let fileName = "expected.csv"

  /// The points by rising step.
  public let points: [Point]
  /// The metric that is predicted.
  public let metric: String
  /// The share of single runs whose losses should lie in the interval.
  public let level: Double
  let tokensPerStep: Double

  public struct Point: Sendable, Hashable {
    public let step: Double
    public let learningRate: Double
    /// The predicted loss, in nats per token.
    public let loss: Double
    /// The interval of a single run's loss.
    public let low: Double
    public let high: Double
  }

  init(points: [Point], metric: String, level: Double, tokensPerStep: Double) {
    (self.points, self.metric, self.level, self.tokensPerStep) = (points, metric, level, tokensPerStep)
  }

  /// Reads the curve of a job from its directory; nil for a job without one.
  ///
  /// - Throws: `DocumentError` for a damaged one.
  public init?(in directory: String, tokensPerStep: Double) throws {
    let path = "\(directory)/\(Self.fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let text = try DocumentFile.text(of: path, "expected curve", remedy: "launch the job again")
    let lines = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    let rows = lines.dropFirst().compactMap { cells -> Point? in
      let numbers = cells.compactMap(Double.init)
      guard numbers.count == 5 else { return nil }
      return Point(step: numbers[0], learningRate: numbers[1], loss: numbers[2], low: numbers[3], high: numbers[4])
    }
    guard let header = lines.first, header.count == 5, rows.count == lines.count - 1, rows.count > 1,
      let level = Double(header[3].drop { $0 != "_" }.dropFirst())
    else { throw DocumentError("\(path): this is not an expected curve; launch the job again under another name") }
    self.init(points: rows, metric: header[2], level: level, tokensPerStep: tokensPerStep)
  }

  /// The file's text.
  var text: String {
    "step,learning_rate,\(metric),low_\(level),high_\(level)\n"
      + points.map { "\(plain($0.step)),\($0.learningRate),\($0.loss),\($0.low),\($0.high)\n" }.joined()
  }

  /// The expected loss at a step, interpolated linearly; nil outside the points.
  func expected(at step: Double) -> Point? {
    guard let first = points.first, let last = points.last, (first.step...last.step).contains(step) else { return nil }
    let after = points.firstIndex { $0.step >= step } ?? points.count - 1
    let (a, b) = (points[max(0, after - 1)], points[after])
    let share = b.step > a.step ? (step - a.step) / (b.step - a.step) : 0
    func between(_ value: (Point) -> Double) -> Double { value(a) + share * (value(b) - value(a)) }
    return Point(
      step: step, learningRate: between(\.learningRate), loss: between(\.loss), low: between(\.low),
      high: between(\.high))
  }
}
