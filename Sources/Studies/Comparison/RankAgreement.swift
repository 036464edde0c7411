/// How well the results of short trainings rank configurations (Yu et al. 2020).
public struct RankAgreement: Sendable, Hashable, Encodable {
  public let fidelity: Double
  public let configurations: Int
  /// With the ranking of full trainings: 1 for the same, 0 for none.
  public let kendallTau: Double

  static let most = 1000
}
