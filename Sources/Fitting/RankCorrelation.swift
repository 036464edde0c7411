/// Spearman's rank correlation of two columns of equal length; nil if either does not vary.
package func rankCorrelation(_ a: [Double], _ b: [Double]) -> Double? {
  pearson(Array(zip(ranks(a), ranks(b))))
}

/// Pearson's correlation; nil if either side does not vary.
package func pearson(_ pairs: [(Double, Double)]) -> Double? {
  let count = Double(pairs.count)
  guard count > 2 else { return nil }
  let mean = pairs.reduce((0, 0)) { ($0.0 + $1.0 / count, $0.1 + $1.1 / count) }
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (x, y) in pairs {
    xx += (x - mean.0) * (x - mean.0)
    yy += (y - mean.1) * (y - mean.1)
    xy += (x - mean.0) * (y - mean.1)
  }
  return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
}

/// Ranks from 1, ties sharing their mean.
func ranks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var result = [Double](repeating: 0, count: values.count)
  var from = 0
  while from < order.count {
    var to = from
    while to < order.count, values[order[to]] == values[order[from]] { to += 1 }
    for k in from..<to { result[order[k]] = Double(from + to + 1) / 2 }
    from = to
  }
  return result
}
