/// A Pareto front: points of which none is at least as good as another in every loss, to be
/// minimized.
public struct ParetoFront: Sendable, Hashable {
  /// A point of the front.
  public struct Member: Sendable, Hashable {
    /// A number of the caller's, such as that of a trial.
    public let number: Int
    /// The losses, one per objective.
    public let losses: [Double]
  }

  /// The points by rising first loss.
  public private(set) var members: [Member] = []

  /// An empty front.
  public init() {}

  /// Inserts a point and removes those that it dominates.
  ///
  /// - Returns: false where a member is at least as good in every loss.
  @discardableResult
  public mutating func insert(_ number: Int, _ losses: [Double]) -> Bool {
    guard !members.contains(where: { weaklyDominates($0.losses, losses) }) else { return false }
    members.removeAll { weaklyDominates(losses, $0.losses) }
    let place = members.partitioningIndex { $0.losses[0] > losses[0] }
    members.insert(Member(number: number, losses: losses), at: place)
    return true
  }

  /// The volume that points dominate below a reference, exactly: by a sweep in two dimensions, and
  /// beyond by the exclusive volumes of the points in turn (WFG: While, Bradstreet and Barone
  /// 2012).
  ///
  /// - Parameters:
  ///   - points: losses of equal length.
  ///   - reference: the upper bounds of the losses; points that exceed one do not count.
  public static func hypervolume(_ points: [[Double]], below reference: [Double]) -> Double {
    var front = ParetoFront()
    for (number, point) in points.enumerated() where zip(point, reference).allSatisfy(<) { front.insert(number, point) }
    return volume(front.members.map(\.losses), reference)
  }

  /// The volume of points that do not dominate each other, by rising first loss.
  private static func volume(_ front: [[Double]], _ reference: [Double]) -> Double {
    if reference.count == 1 { return front.first.map { reference[0] - $0[0] } ?? 0 }
    if reference.count == 2 {
      var (sum, height) = (0.0, reference[1])
      for point in front {
        sum += (reference[0] - point[0]) * (height - point[1])
        height = point[1]
      }
      return sum
    }
    var sum = 0.0
    for (index, point) in front.enumerated() {
      let box = zip(reference, point).reduce(1) { $0 * ($1.0 - $1.1) }
      // The part of this point's box that later points dominate too.
      let shared = front[(index + 1)...].map { other in zip(point, other).map(max) }
      sum += box - hypervolume(shared, below: reference)
    }
    return sum
  }
}

/// Whether no loss of one point is above that of another.
func weaklyDominates(_ one: [Double], _ other: [Double]) -> Bool { zip(one, other).allSatisfy(<=) }

/// The fronts of points, the best first, as indices (fast non-dominated sorting, Deb, Pratap,
/// Agarwal and Meyarivan 2002).
func nonDominatedSort(_ points: [[Double]]) -> [[Int]] {
  func dominates(_ one: Int, _ other: Int) -> Bool {
    weaklyDominates(points[one], points[other]) && points[one] != points[other]
  }
  var dominated = points.map { _ in [Int]() }
  var above = points.map { _ in 0 }
  for one in points.indices {
    for other in points.indices where dominates(one, other) {
      dominated[one].append(other)
      above[other] += 1
    }
  }
  var fronts: [[Int]] = []
  var front = points.indices.filter { above[$0] == 0 }
  while !front.isEmpty {
    fronts.append(front)
    var next: [Int] = []
    for index in front.flatMap({ dominated[$0] }) {
      above[index] -= 1
      if above[index] == 0 { next.append(index) }
    }
    front = next.sorted()
  }
  return fronts
}

/// Crowding distances (Deb et al. 2002): the sum over objectives of the gap between a point's
/// neighbors, in units of the range; infinite at the ends.
func crowding(_ front: [[Double]]) -> [Double] {
  var distance = front.map { _ in 0.0 }
  for objective in front.first?.indices ?? 0..<0 {
    let order = front.indices.sorted { (front[$0][objective], $0) < (front[$1][objective], $1) }
    let range = front[order[order.count - 1]][objective] - front[order[0]][objective]
    distance[order[0]] = .infinity
    distance[order[order.count - 1]] = .infinity
    guard range > 0, order.count > 2 else { continue }
    for place in 1..<order.count - 1 {
      distance[order[place]] += (front[order[place + 1]][objective] - front[order[place - 1]][objective]) / range
    }
  }
  return distance
}

/// The first fronts of points, and the least crowded of the front that only fits in part (the
/// selection of NSGA-II: Deb et al. 2002).
func fittest(_ points: [[Double]], _ count: Int) -> [(index: Int, rank: Int, crowding: Double)] {
  var chosen: [(index: Int, rank: Int, crowding: Double)] = []
  for (rank, front) in nonDominatedSort(points).enumerated() where chosen.count < count {
    let distances = crowding(front.map { points[$0] })
    let order = front.indices.sorted { (-distances[$0], $0) < (-distances[$1], $1) }
    chosen += order.prefix(count - chosen.count).map { (front[$0], rank, distances[$0]) }
  }
  return chosen
}
