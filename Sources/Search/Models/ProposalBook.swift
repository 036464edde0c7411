/// The proposals of a search by models, those of them that are not answered yet, and a reserve of
/// other promising points, for proposals that cannot be tried.
struct ProposalBook {
  private(set) var pending: [SearchSpace.Point] = []
  private(set) var seen: Set<SearchSpace.Point> = []
  /// The best last.
  private var reserve: [SearchSpace.Point] = []
  private var wasRefused = false
  /// Whether the last proposal had not been made before.
  private var isNew = false

  static let reserveSize = 64

  /// The next best point of the reserve, where the last proposal could not be tried.
  mutating func substitute() -> SearchSpace.Point? { wasRefused ? reserve.popLast() : nil }

  /// The first of ranked points; the others become the reserve.
  mutating func first(of ranked: [SearchSpace.Point]) -> SearchSpace.Point? {
    reserve = ranked.reversed()
    return reserve.popLast()
  }

  mutating func propose(_ point: SearchSpace.Point) -> Proposal {
    wasRefused = false
    isNew = seen.insert(point).inserted
    if isNew { pending.append(point) }
    return Proposal(point)
  }

  /// Removes a point from the pending ones.
  ///
  /// - Parameter failed: whether nothing new was learned, so that the reserve is still valid.
  /// - Returns: false for a point that was answered before.
  mutating func answer(_ point: SearchSpace.Point, failed: Bool) -> Bool {
    if let index = pending.firstIndex(of: point) {
      pending.remove(at: index)
    } else if !seen.insert(point).inserted {
      return false
    }
    wasRefused = failed
    return true
  }

  /// Notes that the last proposal cannot be tried; with a known loss it was answered all the same.
  /// A proposal that repeats a trial in progress leaves that pending.
  mutating func refuse(answered: Bool = false) {
    if isNew, !answered { pending.removeLast() }
    wasRefused = true
  }
}
