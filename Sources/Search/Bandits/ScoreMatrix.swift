import Tables

/// The known scores of methods, such as models or prompts, on the examples of an evaluation.
public struct ScoreMatrix: Sendable {
  /// The names of the methods, the rows.
  public let methods: [String]
  /// The names of the examples, the columns.
  public let examples: [String]
  /// The scores, one row per method; NaN where a pair was not evaluated.
  private(set) var scores: [Double]

  /// A matrix without scores.
  ///
  /// - Throws: ``SearchError`` for fewer than two methods or without examples.
  public init(methods: [String], examples: [String]) throws(SearchError) {
    guard methods.count > 1, !examples.isEmpty else {
      throw SearchError("a selection needs at least two methods, and examples to compare them on")
    }
    self.methods = methods
    self.examples = examples
    scores = [Double](repeating: .nan, count: methods.count * examples.count)
  }

  /// Reads a table with a row for every method and example. A pair that is missing, or has no
  /// score, was not evaluated.
  ///
  /// - Throws: ``TableError`` for a missing column or two rows of one pair; ``SearchError`` for
  ///   fewer than two methods.
  package init(_ table: Table, method: String, example: String, score: String) throws {
    let (rows, columns) = (try table.texts(method), try table.texts(example))
    let values = try table.numbers(score)
    func places(_ names: [String]) -> (names: [String], place: [String: Int]) {
      var (all, place): ([String], [String: Int]) = ([], [:])
      for name in names where place[name] == nil {
        place[name] = all.count
        all.append(name)
      }
      return (all, place)
    }
    let (methods, methodPlace) = places(rows)
    let (examples, examplePlace) = places(columns)
    try self.init(methods: methods, examples: examples)
    var seen: Set<Int> = []
    for row in values.indices {
      guard let method = methodPlace[rows[row]], let example = examplePlace[columns[row]] else { continue }
      guard seen.insert(method * examples.count + example).inserted else {
        throw TableError(
          .badData, file: table.name, line: table.line(ofRow: row),
          message: "'\(rows[row])' has a score on '\(columns[row])' twice; average repeats, or leave them out")
      }
      if values[row].isFinite { self[method, example] = values[row] }
    }
  }

  /// The score of a method on an example, by their indices; NaN where it is unknown.
  public subscript(method: Int, example: Int) -> Double {
    get { scores[method * examples.count + example] }
    set { scores[method * examples.count + example] = newValue }
  }

  /// Whether a method was evaluated on an example.
  public func isKnown(_ method: Int, _ example: Int) -> Bool { !self[method, example].isNaN }

  /// Whether every method was evaluated on every example.
  public var isComplete: Bool { !scores.contains(where: \.isNaN) }

  /// The known scores of a method.
  func known(_ method: Int) -> [Double] {
    scores[method * examples.count..<(method + 1) * examples.count].filter { !$0.isNaN }
  }

  /// The mean score of every method over all examples, of a complete matrix.
  public var means: [Double] {
    methods.indices.map { method in known(method).reduce(0, +) / Double(examples.count) }
  }
}
