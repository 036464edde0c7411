import CVectorMath
import Fitting
import Foundation

/// A density over configurations: a mixture of kernels around some of them and of one broad prior,
/// each kernel the product of one-parameter densities (Bergstra et al. 2011; the joint form of
/// Falkner, Klein and Hutter 2018).
///
/// A real number has a normal density truncated to its range; a level of an ordered parameter has
/// the share of such a normal that falls into its bin; a category has some weight on itself and
/// the rest evenly on all. All kernels but the prior have one bandwidth, 0.2 n^(−1/(d+4)) of the
/// range for n kernels in d dimensions. A kernel is even in a parameter that is absent at its
/// center, and the density at a configuration leaves absent parameters out.
struct ParzenEstimator {
  /// The way in which a parameter is smoothed.
  private enum Kind {
    case real
    case ordered(levels: Int)
    case categorical(levels: Int)
  }

  /// The most levels that are not smoothed as a real number.
  private static let mostLevels = 32

  private let kinds: [Kind]
  private let capacity: Int
  private(set) var count = 0
  private var bandwidth = 0.0
  private var cumulativeWeights: [Double]
  private var logWeights: [Double]
  /// A block of `capacity` per parameter, an entry per kernel: its center, −1 where the parameter
  /// is absent.
  private var centers: [Double]
  /// For real numbers, half the reciprocal of the variance and the logarithm of the density at the
  /// center.
  private var precisions: [Double]
  private var peaks: [Double]
  /// For the other parameters, the column of the kernel in the table below.
  private var columns: [Int32]
  /// A table per parameter of the logarithm of the mass: a row per level, a column per center,
  /// then one for kernels in which the parameter is absent, and one for the prior.
  private var tables: [[Double]]
  private var terms: [Double]

  /// - Parameter capacity: the most kernels, without the prior.
  init(_ space: SearchSpace, capacity: Int) {
    kinds = space.parameters.map { parameter in
      guard let levels = parameter.levels else { return .real }
      guard parameter.isOrdered else { return .categorical(levels: levels) }
      if case .int(_, log: true) = parameter.domain { return .real }
      return levels > Self.mostLevels ? .real : .ordered(levels: levels)
    }
    self.capacity = padded(capacity + 1)
    cumulativeWeights = [Double](repeating: 0, count: self.capacity)
    logWeights = cumulativeWeights
    terms = cumulativeWeights
    centers = [Double](repeating: 0, count: self.capacity * kinds.count)
    precisions = centers
    peaks = centers
    columns = [Int32](repeating: 0, count: centers.count)
    tables = [[Double]](repeating: [], count: kinds.count)
  }

  /// The place of a configuration: the gene of a parameter that is smoothed as a real number, else
  /// the level; −1 for an absent parameter.
  func place(of point: SearchSpace.Point, in space: SearchSpace) -> [Double] {
    kinds.indices.map { index in
      guard point[index] >= 0, case .real = kinds[index] else { return point[index] }
      return space.scales[index].gene(ofCoordinate: point[index])
    }
  }

  /// Replaces all kernels.
  ///
  /// - Parameters:
  ///   - places: one row per configuration, at most as many as the capacity.
  ///   - weights: their weights; the prior's is 1.
  mutating func rebuild(_ places: [[Double]], weights: [Double]) {
    let given = min(places.count, capacity - 1)
    let sum = weights.prefix(given).reduce(1, +)
    var total = 0.0
    for kernel in 0...given {
      let weight = (kernel < given ? weights[kernel] : 1) / sum
      total += weight
      cumulativeWeights[kernel] = total
      logWeights[kernel] = log(weight)
    }
    if count != given + 1 {
      count = given + 1
      let rule = 0.2 * pow(Double(max(1, given)), -1 / Double(kinds.count + 4))
      bandwidth = max(rule, 1 / Double(min(100, 1 + count)))
      for index in kinds.indices { tables[index] = table(kinds[index]) }
    }
    for kernel in 0..<given {
      for (index, place) in places[kernel].enumerated() { centers[index &* capacity &+ kernel] = place }
    }
    for (index, kind) in kinds.enumerated() {
      let start = index * capacity
      switch kind {
      case .real:
        let precision = 0.5 / (bandwidth * bandwidth)
        for kernel in start..<(start + given) {
          let isThere = centers[kernel] >= 0
          precisions[kernel] = isThere ? precision : 0
          peaks[kernel] = isThere ? peak(centers[kernel], bandwidth) : 1
        }
        centers[start + given] = 0.5
        precisions[start + given] = 0.5
        peaks[start + given] = peak(0.5, 1)
        let padded = padded(count)
        for kernel in count..<padded { peaks[start + kernel] = 1 }
        peaks.withUnsafeMutableBufferPointer { peaks in
          if let base = peaks.baseAddress { apply(WT_LOG, base + start, count: padded) }
        }
      case .ordered(let levels), .categorical(let levels):
        for kernel in start..<(start + given) {
          columns[kernel] = Int32(centers[kernel] >= 0 ? Int(centers[kernel]) : levels)
        }
        columns[start + given] = Int32(levels + 1)
      }
    }
  }

  /// The logarithm of the density at a place, in the parameters that are present.
  mutating func logDensity(_ place: [Double]) -> Double {
    let count = count
    let capacity = capacity
    for kernel in 0..<count { terms[kernel] = logWeights[kernel] }
    terms.withUnsafeMutableBufferPointer { terms in
      for (index, kind) in kinds.enumerated() where place[index] >= 0 {
        let (at, start) = (place[index], index * capacity)
        switch kind {
        case .real:
          centers.withUnsafeBufferPointer { centers in
            precisions.withUnsafeBufferPointer { precisions in
              peaks.withUnsafeBufferPointer { peaks in
                for kernel in 0..<count {
                  let apart = at - centers[start &+ kernel]
                  terms[kernel] += peaks[start &+ kernel] - precisions[start &+ kernel] * apart * apart
                }
              }
            }
          }
        case .ordered(let levels), .categorical(let levels):
          let row = Int(at) * (levels + 2)
          tables[index].withUnsafeBufferPointer { table in
            columns.withUnsafeBufferPointer { columns in
              for kernel in 0..<count { terms[kernel] += table[row &+ Int(columns[start &+ kernel])] }
            }
          }
        }
      }
    }
    return terms.withUnsafeMutableBufferPointer { logSumOfExponentials($0, count: count) }
  }

  /// A draw of every parameter, as genes in 0 ..< 1.
  ///
  /// - Parameter widening: the factor by which the kernels of numbers are wider than the
  ///   bandwidth.
  func sampleGenes(_ genes: inout [Double], widening: Double = 1, _ random: inout SplitMix64) {
    let drawn = random.uniform()
    var kernel = 0
    while kernel < count - 1, cumulativeWeights[kernel] <= drawn { kernel += 1 }
    let isPrior = kernel == count - 1
    let width = isPrior ? 1 : bandwidth * widening
    for (index, kind) in kinds.enumerated() {
      let center = centers[index * capacity + kernel]
      switch kind {
      case .real:
        genes[index] =
          center < 0 ? random.uniform() : cutNormal(center, width, &random)
      case .ordered(let levels):
        if isPrior {
          genes[index] = cutNormal(0.5, 1, &random)
        } else {
          genes[index] =
            center < 0 ? random.uniform() : cutNormal((center + 0.5) / Double(levels), width, &random)
        }
      case .categorical(let levels):
        let keeps = !isPrior && center >= 0 && random.uniform() < 1 / (1 + Double(levels) / Double(count))
        genes[index] = keeps ? (center + 0.5) / Double(levels) : random.uniform()
      }
    }
  }

  private func table(_ kind: Kind) -> [Double] {
    switch kind {
    case .real: return []
    case .ordered(let levels):
      var table = [Double](repeating: -log(Double(levels)), count: levels * (levels + 2))
      for column in 0..<(levels + 2) where column != levels {
        let center = column < levels ? (Double(column) + 0.5) / Double(levels) : 0.5
        let width = column < levels ? bandwidth : 1
        let whole = mass(0, 1, center, width)
        for level in 0..<levels {
          let part = mass(Double(level) / Double(levels), Double(level + 1) / Double(levels), center, width)
          table[level * (levels + 2) + column] = log(max(part / whole, 1e-300))
        }
      }
      return table
    case .categorical(let levels):
      let even = 1 / Double(count)
      var table = [Double](repeating: -log(Double(levels)), count: levels * (levels + 2))
      for level in 0..<levels {
        for column in 0..<levels {
          table[level * (levels + 2) + column] = log(((level == column ? 1 : 0) + even) / (1 + Double(levels) * even))
        }
      }
      return table
    }
  }
}

/// The logarithm of the sum of the exponentials of the first terms, which are overwritten. The
/// buffer has room for a multiple of the lanes.
private func logSumOfExponentials(_ terms: UnsafeMutableBufferPointer<Double>, count: Int) -> Double {
  guard let base = terms.baseAddress else { return -.infinity }
  let padded = padded(count)
  for index in count..<padded { terms[index] = -.greatestFiniteMagnitude }
  let raw = UnsafeRawPointer(base)
  func four(from index: Int) -> SIMD4<Double> { raw.loadUnaligned(fromByteOffset: index * 8, as: SIMD4<Double>.self) }
  var greatest = four(from: 0)
  for index in stride(from: 4, to: padded, by: 4) {
    let terms = four(from: index)
    greatest.replace(with: terms, where: terms .> greatest)
  }
  let most = greatest.max()
  for index in 0..<padded { terms[index] -= most }
  apply(WT_EXP, base, count: padded)
  var sums = SIMD4<Double>.zero
  for index in stride(from: 0, to: padded, by: 4) { sums += four(from: index) }
  return most + log(sums.sum())
}

/// The next multiple of the lanes.
private func padded(_ count: Int) -> Int { (count + Int(WT_LANES) - 1) / Int(WT_LANES) * Int(WT_LANES) }

/// Replaces arguments by a function's values; their number is a multiple of the lanes.
private func apply(_ operation: wt_operation, _ values: UnsafeMutablePointer<Double>, count: Int) {
  var instruction = wt_instruction(operation: Int32(operation.rawValue), destination: 0, a: 0, b: 0, c: 0)
  withUnsafePointer(to: Optional(values)) { wt_run(&instruction, 1, $0, nil, Int32(count)) }
}

/// The mass of a normal between two places.
private func mass(_ low: Double, _ high: Double, _ center: Double, _ width: Double) -> Double {
  let scale = 1 / (width * 2.0.squareRoot())
  return 0.5 * (erf((high - center) * scale) - erf((low - center) * scale))
}

/// The density at its center of a normal truncated to 0 ... 1.
private func peak(_ center: Double, _ width: Double) -> Double {
  1 / (width * (2 * Double.pi).squareRoot() * mass(0, 1, center, width))
}

/// A draw from a normal truncated to 0 ... 1, by the polar method (Marsaglia and Bray 1964),
/// repeated where it falls outside.
private func cutNormal(_ center: Double, _ width: Double, _ random: inout SplitMix64) -> Double {
  while true {
    let (x, y) = (2 * random.uniform() - 1, 2 * random.uniform() - 1)
    let square = x * x + y * y
    guard square > 0, square < 1 else { continue }
    let factor = width * (-2 * log(square) / square).squareRoot()
    let (first, second) = (center + x * factor, center + y * factor)
    if first >= 0, first < 1 { return first }
    if second >= 0, second < 1 { return second }
  }
}
