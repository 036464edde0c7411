/// The axes of a JAX device mesh, split into what lies inside a node and what spans nodes.
///
/// JAX takes every node with accelerators for a slice of its own, and wants the sizes of both parts to multiply to the
/// accelerators of a node and to the nodes.
struct DeviceMesh {
  private(set) var inside: [(name: String, size: Int)] = []
  private(set) var across: [(name: String, size: Int)] = []
  /// Whether the inner parts fill a node.
  let fits: Bool

  /// - Parameter axes: the chattiest first, which gets as much of a node as it can use.
  init(_ axes: [(name: String, size: Int)], perNode: Int) {
    var left = max(1, perNode)
    for (name, size) in axes {
      let part = Self.greatestCommonDivisor(left, max(1, size))
      left /= part
      inside.append((name, part))
      across.append((name, max(1, size) / part))
    }
    fits = left == 1
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }
}

/// The smallest share of `steps` of which a trainer that rounds down makes `count` steps.
func share(_ count: Int, of steps: Int) -> Double {
  var share = Double(count) / Double(steps)
  while Int(share * Double(steps)) < count { share = share.nextUp }
  return share
}
