extension JobSpec.Resources: CustomStringConvertible {
  /// In a form that `init(_:)` reads, as `nodes=2 gpus=8 cpus=64 time=3600.0`.
  public var description: String {
    var words = ["nodes=\(nodes)", "gpus=\(gpusPerNode)", "cpus=\(cpusPerNode)"]
    if let memory { words.append("memory=\(memory)") }
    if let time { words.append("time=\(time)") }
    return words.joined(separator: " ")
  }

  /// Reads what ``description`` wrote; what is not there is as where nothing is asked for.
  public init(_ text: String) {
    var values: [Substring: Double] = [:]
    for word in text.split(separator: " ") {
      let pair = word.split(separator: "=")
      if pair.count == 2 { values[pair[0]] = Double(pair[1]) }
    }
    func count(_ name: Substring) -> Int? { values[name].flatMap { Int(exactly: $0) } }
    self.init(
      nodes: count("nodes") ?? 1, gpusPerNode: count("gpus") ?? 0, cpusPerNode: count("cpus") ?? 1,
      memory: values["memory"], time: values["time"])
  }
}
