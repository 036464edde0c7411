/// The permutation of a number below n!, in lexicographic order (Lehmer's code).
func permutation(ofNumber number: Int, count: Int) -> [Int] {
  var rest = number
  var digits: [Int] = []
  for base in 1...max(1, count) {
    digits.append(rest % base)
    rest /= base
  }
  var left = Array(0..<count)
  return digits.reversed().prefix(count).map { left.remove(at: $0) }
}

/// The number of a permutation among all, in lexicographic order.
func number(ofPermutation order: [Int]) -> Int {
  order.indices.reduce(0) { number, place in
    let smaller = order[(place + 1)...].count { $0 < order[place] }
    return number * (order.count - place) + smaller
  }
}

/// The numbers of all permutations that differ by an exchange of two items.
func exchanged(permutation number: Int, count: Int) -> [Int] {
  let order = permutation(ofNumber: number, count: count)
  return order.indices.flatMap { one in
    order.indices.dropFirst(one + 1).map { other in
      var changed = order
      changed.swapAt(one, other)
      return Search.number(ofPermutation: changed)
    }
  }
}
