/// The agreement between the rankings of configurations by short and by full trainings (Yu et al.
/// 2020).
public struct RankAgreement: Sendable, Hashable, Codable {
  public let fidelity: Double
  public let configurations: Int
  /// Kendall's τ-b between the two rankings: 1 for the same order, 0 for no relation.
  public let kendallTau: Double

  static let most = 1000
}
