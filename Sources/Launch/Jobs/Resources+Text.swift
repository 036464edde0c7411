import Documents
import Tables

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

extension JobSpec.Resources {
  /// The entry `resources` of a section, `{nodes: 2, gpus: 8, cpus: 64, memory: 512 GB, time: 12h}`.
  ///
  /// - Throws: `DocumentError`.
  public init(_ file: YAMLSection) throws(DocumentError) {
    let section = try file.section("resources", example: Self.documentExample)
    try section?.checkKeys(["nodes", "gpus", "cpus", "memory", "time"])
    let gpus = try section?.whole("gpus") ?? 0
    self.init(
      nodes: try section?.count("nodes") ?? 1, gpusPerNode: gpus,
      cpusPerNode: try section?.count("cpus") ?? max(1, 8 * gpus),
      memory: try section?.quantity("memory", parseBytes), time: try section?.quantity("time", parseDuration))
  }
}
