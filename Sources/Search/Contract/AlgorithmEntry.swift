/// The description of an algorithm in a registry: its name, what it is for, and how to make one.
///
/// ```swift
/// extension AlgorithmEntry {
///   static let hillClimb = AlgorithmEntry(
///     "hill-climb", summary: "mutations of the best trial"
///   ) { _, _ in HillClimb() }
/// }
///
/// let registry = try AlgorithmRegistry.builtIn.adding(.hillClimb)
/// ```
public struct AlgorithmEntry: Sendable, CustomStringConvertible {
  /// The objectives that an algorithm is made for.
  public enum Objectives: Sendable, Hashable {
    /// A single one, of which it seeks the least loss.
    case one
    /// Several, of which it seeks the Pareto front.
    case several
    /// A single one or several.
    case any
  }

  /// The name that experiment files and the command line give.
  public let name: String
  /// A phrase for lists of algorithms.
  public let summary: String
  /// The objectives that the algorithm is made for.
  public let objectives: Objectives
  /// Whether the algorithm needs a fidelity, as it trains most trials only partly.
  public let isMultiFidelity: Bool
  private let make: @Sendable (Fidelity?, Int) throws(SearchError) -> any SearchAlgorithm

  /// An algorithm that trains every trial in full, or can do without a fidelity.
  ///
  /// - Parameters:
  ///   - name: lowercase words with hyphens between them.
  ///   - summary: a phrase for lists of algorithms.
  ///   - objectives: what the algorithm is made for.
  ///   - make: makes the algorithm, given the fidelity of the study, if it has one, and the number
  ///     of objectives.
  public init(
    _ name: String, summary: String, objectives: Objectives = .one,
    make:
      @escaping @Sendable (_ fidelity: Fidelity?, _ objectives: Int) throws(SearchError) ->
      any SearchAlgorithm
  ) {
    self.name = name
    self.summary = summary
    self.objectives = objectives
    isMultiFidelity = false
    self.make = make
  }

  /// An algorithm for one objective that trains most trials only partly.
  ///
  /// - Parameters:
  ///   - name: lowercase words with hyphens between them.
  ///   - summary: a phrase for lists of algorithms.
  ///   - make: makes the algorithm, given the fidelity of the study.
  public init(
    multiFidelity name: String, summary: String,
    make: @escaping @Sendable (_ fidelity: Fidelity) throws(SearchError) -> any SearchAlgorithm
  ) {
    self.name = name
    self.summary = summary
    objectives = .one
    isMultiFidelity = true
    self.make = { fidelity, _ throws(SearchError) in
      guard let fidelity else {
        throw SearchError(
          "\(name) trains most trials only partly; the objective has no 'fidelity'")
      }
      return try make(fidelity)
    }
  }

  /// The name.
  public var description: String { name }

  /// Whether the algorithm suits a study.
  ///
  /// - Parameters:
  ///   - count: the number of objectives.
  ///   - hasFidelity: whether trials can be trained partly.
  public func serves(objectives count: Int, hasFidelity: Bool) -> Bool {
    let servesObjectives = objectives == .any || (objectives == .several) == (count > 1)
    return servesObjectives && (hasFidelity || !isMultiFidelity)
  }

  /// The algorithm for a study.
  ///
  /// - Parameters:
  ///   - fidelity: how far trials can be trained; nil where they are always trained in full.
  ///   - count: the number of objectives.
  /// - Throws: ``SearchError`` for a multi-fidelity algorithm without a fidelity, an algorithm for
  ///   one objective with several, or what the factory throws.
  public func algorithm(
    _ fidelity: Fidelity? = nil, objectives count: Int = 1
  ) throws(SearchError) -> any SearchAlgorithm {
    guard count == 1 || objectives != .one else {
      let others = AlgorithmRegistry.builtIn.entries.filter {
        $0.serves(objectives: count, hasFidelity: false)
      }
      throw SearchError(
        "\(name) optimizes one metric; for several metrics use "
          + others.map(\.name).joined(separator: ", ")
      )
    }
    return try make(fidelity, count)
  }
}
