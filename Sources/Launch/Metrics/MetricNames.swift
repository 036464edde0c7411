/// Turns a trainer's names and units into ours.
struct MetricNames {
  /// Our names and factors by the trainer's name.
  private let ours: [String: [(name: String, factor: Double)]]
  private let taken: Set<String>

  init(_ names: [String: MetricName]) {
    ours = Dictionary(grouping: names, by: \.value.name).mapValues { group in
      group.map { ($0.key, $0.value.factor) }
    }
    taken = Set(names.keys)
  }

  /// For patterns, which may already go by our names: then only the factor counts.
  init(_ names: [String: MetricName], patterns: some Collection<String>) {
    let patterns = Set(patterns)
    self.init(
      Dictionary(
        uniqueKeysWithValues: names.map { own, given in
          let isOwn = patterns.contains(own) && !patterns.contains(given.name)
          return (own, isOwn ? MetricName(own, factor: given.factor, unit: given.unit) : given)
        }))
  }

  /// The trainer's names that are asked for.
  var wanted: Set<String> { Set(ours.keys) }

  /// A value that goes by one of our names and is not meant by it is left out: a trainer's `loss` may be of other data than
  /// ours. Only a `step` stays, which some formats have by themselves.
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
