import Documents
import Tables

extension LayoutSearch {
  /// The reasons for the best layout: for each choice, the cost of the best layout with another value, and the limiting
  /// factor.
  ///
  /// - Parameters:
  ///   - model: the step model of the search.
  ///   - options: the options of the search.
  public func reasons(_ model: StepModel, _ options: Options) -> [String] {
    guard let winner = best.first else { return [] }
    let layout = winner.layout
    var sentences: [String] = []
    func compare(_ name: String, _ value: String, _ others: [(label: String, options: Options)]) {
      var closest: (label: String, layout: RankedLayout)?
      for other in others {
        guard let found = LayoutSearch(model, other.options).best.first else { continue }
        if found.time.total < closest?.layout.time.total ?? .infinity { closest = (other.label, found) }
      }
      guard !others.isEmpty else { return }
      if let closest {
        let longer = closest.layout.time.total / winner.time.total - 1
        let part = zip(winner.time.parts, closest.layout.time.parts)
          .max { $0.1.seconds - $0.0.seconds < $1.1.seconds - $1.0.seconds }
        let why = longer > 0.0005 ? part.map { ", most of it \($0.0.name)" } ?? "" : ""
        let percent = NumberText.rounded(longer * 100, 2)
        sentences.append("\(name) \(value): the best layout with \(closest.label) takes \(percent) % longer\(why).")
      } else {
        sentences.append(
          "\(name) \(value): no layout with \(others.map(\.label).joined(separator: " or ")) fits in memory.")
      }
    }
    func varied(_ change: (inout Options) -> Void) -> Options {
      var copy = options
      copy.keep = 1
      copy.objective = .time
      change(&copy)
      return copy
    }
    if options.tensor == nil {
      compare("Tensor", "\(layout.tensor)", neighbors(layout.tensor).map { n in ("\(n)", varied { $0.tensor = n }) })
    }
    if options.pipeline == nil {
      compare(
        "Pipeline", "\(layout.pipeline)", neighbors(layout.pipeline).map { n in ("\(n)", varied { $0.pipeline = n }) })
    }
    if options.microBatch == nil {
      compare(
        "Micro-batch", "\(layout.microBatch)",
        neighbors(layout.microBatch).map { n in ("\(n)", varied { $0.microBatch = n }) })
    }
    if options.recomputation == nil {
      let other: Recomputation = layout.recomputation == .full ? .none : .full
      compare(
        "Recomputation", layout.recomputation.rawValue, [(other.rawValue, varied { $0.recomputation = other })])
    }
    if options.sharding == nil, layout.data * layout.context > 1 {
      let others = Layout.Sharding.allCases.filter { $0 != layout.sharding }
      compare(
        "ZeRO", "\(layout.sharding.rawValue)",
        others.map { other in ("ZeRO \(other.rawValue)", varied { $0.sharding = other }) })
    }
    sentences.append(limit(of: winner, model))
    return sentences
  }

  private func neighbors(_ degree: Int) -> [Int] { degree > 1 ? [degree / 2, degree * 2] : [2] }

  /// The largest part of the lost time.
  private func limit(of winner: RankedLayout, _ model: StepModel) -> String {
    let lost = winner.time.parts.dropFirst().max { $0.seconds < $1.seconds }
    let share = (lost?.seconds ?? 0) / winner.time.total
    let free = model.cluster.accelerator.usableMemoryBytes - winner.memory.total
    let launches = winner.time.launches / winner.time.total
    let bound =
      launches > 0.1
      ? " Kernels are so small that \(NumberText.percent(launches, 2)) of the step is spent waiting for their launches."
      : ""
    return "The largest loss is \(lost?.name ?? "none"), \(NumberText.percent(share, 2)) of the step; "
      + "\(formatBytes(free)) of each device are free.\(bound)"
  }
}
