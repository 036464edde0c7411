/// A point in a plane.
struct Point: Equatable {
  var x: Double
  var y: Double
}

/// A function known at the nodes of a grid; `z[r * xs.count + c]` belongs to `(xs[c], ys[r])`.
struct Grid {
  let xs: [Double]
  let ys: [Double]
  let z: [Double]

  /// Nil if the sizes do not match or there is no cell.
  init?(xs: [Double], ys: [Double], z: [Double]) {
    guard xs.count > 1, ys.count > 1, z.count / xs.count == ys.count, z.count % xs.count == 0 else { return nil }
    self.xs = xs
    self.ys = ys
    self.z = z
  }

  /// The lines where the function equals `level`, by marching squares; a closed line ends where it starts.
  func isolines(at level: Double) -> [[Point]] {
    chains(of: segments(at: level)).map { $0.map { crossing(edge: $0, level) } }
  }

  /// The closed outlines of the area where the function is at least `level`, to be filled by the even-odd rule.
  func outlines(above level: Double) -> [[Point]] {
    fenced.isolines(at: level)
  }

  /// The same grid with a ring of nodes around it, at the positions of its border, far below every level, so that
  /// lines that would leave the grid run along its border instead.
  private var fenced: Grid {
    func doubled(_ values: [Double]) -> [Double] { values.prefix(1) + values + values.suffix(1) }
    let low = -Double.infinity
    var fenced = [Double](repeating: low, count: xs.count + 2)
    for row in ys.indices {
      fenced.append(low)
      fenced += z[row * xs.count..<(row + 1) * xs.count].map { $0.isNaN ? low : $0 }
      fenced.append(low)
    }
    fenced += [Double](repeating: low, count: xs.count + 2)
    return Grid(xs: doubled(xs), ys: doubled(ys), z: fenced) ?? self
  }

  /// The pieces of the line in each cell, each from one edge of the grid to another.
  private func segments(at level: Double) -> [(Int, Int)] {
    var segments: [(Int, Int)] = []
    for row in 0..<ys.count - 1 {
      for column in 0..<xs.count - 1 {
        let node = row * xs.count + column
        let corners = [z[node], z[node + 1], z[node + xs.count + 1], z[node + xs.count]]
        guard !corners.contains(where: \.isNaN) else { continue }
        let edges = [2 * node, 2 * (node + 1) + 1, 2 * (node + xs.count), 2 * node + 1]
        let above = corners.map { $0 >= level }
        let crossed = (0..<4).filter { above[$0] != above[($0 + 1) % 4] }
        if crossed.count == 2 {
          segments.append((edges[crossed[0]], edges[crossed[1]]))
        } else if crossed.count == 4 {
          // At a saddle the mean decides which corners the area above the level connects.
          let isConnected = (corners.reduce(0, +) / 4 >= level) == above[0]
          segments.append((edges[0], edges[isConnected ? 1 : 3]))
          segments.append((edges[2], edges[isConnected ? 3 : 1]))
        }
      }
    }
    return segments
  }

  /// The point where the line crosses an edge: edges 2n run right from node n, edges 2n + 1 up.
  private func crossing(edge: Int, _ level: Double) -> Point {
    let node = edge / 2
    let (row, column) = (node / xs.count, node % xs.count)
    let isVertical = edge % 2 == 1
    let start = z[node]
    let end = isVertical ? z[node + xs.count] : z[node + 1]
    let share = !start.isFinite ? 1 : !end.isFinite ? 0 : (level - start) / (end - start)
    return isVertical
      ? Point(x: xs[column], y: ys[row] + (ys[row + 1] - ys[row]) * share)
      : Point(x: xs[column] + (xs[column + 1] - xs[column]) * share, y: ys[row])
  }
}

/// Segments joined at the edges they share: open chains first, from their ends, then closed ones.
private func chains(of segments: [(Int, Int)]) -> [[Int]] {
  var neighbors: [Int: [Int]] = [:]
  for (index, segment) in segments.enumerated() {
    neighbors[segment.0, default: []].append(index)
    neighbors[segment.1, default: []].append(index)
  }
  var isUsed = [Bool](repeating: false, count: segments.count)

  func chain(from start: Int) -> [Int] {
    var chain = [start]
    var edge = start
    while let next = neighbors[edge]?.first(where: { !isUsed[$0] }) {
      isUsed[next] = true
      edge = segments[next].0 == edge ? segments[next].1 : segments[next].0
      chain.append(edge)
    }
    return chain
  }

  let ends = neighbors.keys.filter { neighbors[$0]?.count == 1 }.sorted()
  let starts = ends + segments.map(\.0)
  return starts.map(chain(from:)).filter { $0.count > 1 }
}
