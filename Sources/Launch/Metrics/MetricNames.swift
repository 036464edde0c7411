/// Translates a trainer's names and units into Windtunnel's.
struct MetricNames {
  /// Windtunnel's names and factors, by the trainer's name.
  private let ours: [String: [(name: String, factor: Double)]]
  private let taken: Set<String>

  init(_ names: [String: MetricName]) {
    ours = Dictionary(grouping: names, by: \.value.name).mapValues { group in
      group.map { ($0.key, $0.value.factor) }
    }
    taken = Set(names.keys)
  }

  /// Names for patterns, which may already be Windtunnel's: then only the factor counts.
  init(_ names: [String: MetricName], patterns: some Collection<String>) {
    let patterns = Set(patterns)
    self.init(
      Dictionary(
        uniqueKeysWithValues: names.map { own, given in
          let isOwn = patterns.contains(own) && !patterns.contains(given.name)
          return (own, isOwn ? MetricName(own, factor: given.factor, unit: given.unit) : given)
        }))
  }

  /// The trainer's names that are translated.
  var wanted: Set<String> { Set(ours.keys) }

  /// A value under one of Windtunnel's names that means something else is left out: a trainer's `loss` may be of other data.
  /// Only `step` stays, which some formats add by themselves.
  func renamed(_ values: [String: Double]) -> [String: Double] {
    guard !ours.isEmpty else { return values }
    var result: [String: Double] = [:]
    for (name, value) in values where ours[name] == nil && (!taken.contains(name) || name == "step") {
      result[name] = value
    }
    for (name, value) in values {
      for own in ours[name] ?? [] { result[own.name] = value * own.factor }
    }
    return result
  }
}
