/// The candidate that a mistyped `name` most likely meant, or nil when none is close.
///
/// Closeness is the Damerau–Levenshtein distance (optimal string alignment) over letters without regard to case; a
/// candidate counts as close within a third of the length of `name`, at least 1; one and two letters must match but for
/// case. Of equally close candidates the first wins. O(m·n) time for each candidate.
public func nearestName(to name: String, among candidates: [String]) -> String? {
  let longest = 128
  let wanted = Array(name.lowercased())
  guard !wanted.isEmpty, wanted.count <= longest else { return nil }
  let limit = wanted.count < 3 ? 0 : max(1, wanted.count / 3)
  var best: (distance: Int, name: String)?
  for candidate in candidates {
    let letters = Array(candidate.lowercased())
    guard letters.count <= longest, abs(letters.count - wanted.count) <= limit else { continue }
    let distance = editDistance(wanted, letters)
    if distance <= limit, distance < best?.distance ?? Int.max { best = (distance, candidate) }
  }
  return best?.name
}

/// The number of insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforePrevious = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  for i in 0..<a.count {
    var current = [i + 1]
    for j in 0..<b.count {
      let substitution = previous[j] + (a[i] == b[j] ? 0 : 1)
      var distance = min(previous[j + 1] + 1, current[j] + 1, substitution)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        distance = min(distance, beforePrevious[j - 1] + 1)
      }
      current.append(distance)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[b.count]
}
