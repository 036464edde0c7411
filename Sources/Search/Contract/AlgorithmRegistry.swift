import Documents

/// The algorithms that a name can choose.
///
/// ```swift
/// let registry = try AlgorithmRegistry.builtIn.adding(.hillClimb)
/// let algorithm = try registry.named("hill-climb").algorithm()
/// ```
public struct AlgorithmRegistry: Sendable {
  /// The entries, in the order of lists.
  public private(set) var entries: [AlgorithmEntry]

  /// The algorithms of this library.
  public static let builtIn = AlgorithmRegistry(entries: [
    .auto, .random, .sobol, .grid, .evolution, .differentialEvolution, .localSearch, .bestFirst,
    .tpe, .gp,
    .costAwareGP, .manas, .leastSquaresMANAS, .rena, .slimming, .successiveHalving, .hyperband,
    .bohb, .asha,
    .ashaStopping, .pasha, .dehb, .nsga2, .paretoLocalSearch, .moboga,
  ])

  /// This registry with one more algorithm.
  ///
  /// - Throws: ``SearchError`` where the name is taken, or is empty.
  public func adding(_ entry: AlgorithmEntry) throws(SearchError) -> AlgorithmRegistry {
    guard !entry.name.isEmpty else { throw SearchError("an algorithm needs a name") }
    guard !names.contains(entry.name) else {
      throw SearchError("there is an algorithm '\(entry.name)' already; choose another name")
    }
    return AlgorithmRegistry(entries: entries + [entry])
  }

  /// The names of all algorithms.
  public var names: [String] { entries.map(\.name) }

  /// The algorithm of a name.
  ///
  /// - Throws: ``SearchError`` for an unknown name, with the nearest one that there is.
  public func named(_ name: String) throws(SearchError) -> AlgorithmEntry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    let hint =
      nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
      ?? "there are \(names.joined(separator: ", "))"
    throw SearchError("there is no algorithm '\(name.prefix(60))'; \(hint)")
  }
}
