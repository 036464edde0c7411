/// What a search by models has proposed, what of it is not answered yet, and what else was promising when the models were
/// last asked, for when a proposal cannot be tried.
struct ProposalBook {
  private(set) var pending: [SearchSpace.Point] = []
  private(set) var seen: Set<SearchSpace.Point> = []
  /// The best last.
  private var reserve: [SearchSpace.Point] = []
  private var wasRefused = false
  /// Whether the last proposal had not been made before.
  private var isNew = false

  static let reserveSize = 64

  /// The next best of when the models were last asked, where the last proposal could not be tried.
  mutating func substitute() -> SearchSpace.Point? { wasRefused ? reserve.popLast() : nil }

  /// The best of points in their order; the others are kept in reserve.
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

  /// Takes a point off what is pending.
  ///
  /// - Parameter failed: whether the next best is as good a proposal as any, since nothing new was learned.
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

  /// The last proposal cannot be tried; it was answered all the same where its loss is known. One that repeats a trial in
  /// progress leaves that pending.
  mutating func refuse(answered: Bool = false) {
    if isNew, !answered { pending.removeLast() }
    wasRefused = true
  }
}
