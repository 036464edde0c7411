import Documents
import Search

/// Methods ranked by the examples that they were evaluated on, or a replay of strategies that choose these:
/// `windtunnel.methods/1`.
struct MethodsDocument: Document {
  static let schema = "windtunnel.methods/1"
  static let kind = "methods document"
  static let remedy = "'windtunnel search methods … --output FILE' writes one"

  /// A method and an example to evaluate it on.
  struct Pair: Codable {
    let method: String
    let example: String
  }

  /// The numbers of methods and of examples.
  let methods: Int
  let examples: Int
  /// The methods by falling chance to be the best; nil for a replay.
  var ranking: [MethodRanking.Entry]?
  /// The pairs to evaluate next, and the strategy that chose them.
  var next: [Pair]?
  var strategy: SelectionStrategy?
  var replay: SelectionReplay?

  init(
    _ matrix: ScoreMatrix, _ ranking: MethodRanking, _ strategy: SelectionStrategy,
    next pairs: [MethodSelection.Pair]
  ) {
    (methods, examples) = (matrix.methods.count, matrix.examples.count)
    (self.ranking, self.strategy) = (ranking.entries, strategy)
    next = pairs.map { Pair(method: matrix.methods[$0.method], example: matrix.examples[$0.example]) }
  }

  init(_ matrix: ScoreMatrix, replay: SelectionReplay) {
    (methods, examples, self.replay) = (matrix.methods.count, matrix.examples.count, replay)
  }
}
