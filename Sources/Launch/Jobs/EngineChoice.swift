import Documents
import Foundation
import Tables

/// Which engine a job file names, with its options.
public enum EngineChoice: Sendable, Hashable, Codable {
  /// How many jobs run at once, and the accelerators that they share; nil for what the machine has.
  case local(slots: Int?, devices: [String]?)
  case slurm(SlurmEngine.Options)
  case ray(RayEngine.Options)
  case kubernetes(KubernetesEngine.Options)
  case skypilot(SkyPilotEngine.Options)

  /// `engine: local`, or `engine: {kind: slurm, partition: gpu}`.
  ///
  /// - Parameter instead: an engine's name that stands in for the file's; the file's options hold where it is the same.
  /// - Throws: ``DocumentError``.
  public init(_ file: YAMLSection, instead: String? = nil) throws(DocumentError) {
    let example = "'engine: local' or '{kind: slurm, partition: gpu}'"
    let section = file.hasSection("engine") ? try file.section("engine", example: example) : nil
    var named = try file.hasSection("engine") ? nil : file.text("engine")
    if let section { named = try section.needed("kind", "{kind: slurm}", try section.text("kind")) }
    let kind = instead ?? named ?? Kind.local.rawValue
    let options = kind == named ? section : nil
    guard let known = Kind(rawValue: kind) else {
      let message =
        "there is no engine '\(kind.prefix(60))'; there are \(Kind.allCases.map(\.rawValue).joined(separator: ", "))"
      throw section?.fault("kind", message) ?? file.fault("engine", message)
    }
    switch known {
    case .local:
      try options?.checkKeys(["kind", "slots", "devices"])
      self = .local(slots: try options?.count("slots"), devices: try options?.texts("devices"))
    case .slurm:
      self = .slurm(try options.map { section throws(DocumentError) in try SlurmEngine.Options(section) } ?? .init())
    case .ray: self = .ray(try RayEngine.Options(options ?? file.names.reduce(file) { $0.without($1) }))
    case .skypilot:
      self = .skypilot(
        try options.map { section throws(DocumentError) in try SkyPilotEngine.Options(section) } ?? .init())
    case .kubernetes:
      guard let options else {
        throw file.fault("engine", "Kubernetes needs an image; write {kind: kubernetes, image: registry/trainer:1}")
      }
      self = .kubernetes(try KubernetesEngine.Options(options))
    }
  }

  private enum Kind: String, CaseIterable {
    case local, slurm, ray, kubernetes, skypilot
  }

  /// The engine.
  public func engine() async -> any Engine {
    switch self {
    case .local(let slots, let devices):
      let found = if let devices { devices } else { await LocalEngine.devicesOfThisMachine() }
      return LocalEngine(slots: slots, devices: found)
    case .slurm(let options): return SlurmEngine(options)
    case .ray(let options): return RayEngine(options)
    case .kubernetes(let options): return KubernetesEngine(options)
    case .skypilot(let options): return SkyPilotEngine(options)
    }
  }
}

extension SlurmEngine.Options {
  fileprivate init(_ section: YAMLSection) throws(DocumentError) {
    self.init()
    try section.checkKeys([
      "kind", "partition", "account", "qos", "constraint", "options", "setup", "notice", "outstanding", "largest_array",
      "poll",
    ])
    partition = try section.text("partition")
    account = try section.text("account")
    qos = try section.text("qos")
    constraint = try section.text("constraint")
    options = try section.texts("options") ?? []
    for option in options where !option.hasPrefix("-") {
      throw section.fault(
        "options", "each should be an option of sbatch, as --reservation=x, not '\(option.prefix(60))'")
    }
    for option in options where option.hasPrefix("--dependency") || option.hasPrefix("-d") {
      throw section.fault("options", "'\(option.prefix(60))' would undo the order of jobs; say 'after' in the jobs")
    }
    setup = try section.texts("setup") ?? []
    if let notice = try section.quantity("notice", parseDuration) { self.notice = Int(min(notice, 1e6)) }
    outstanding = try section.count("outstanding") ?? outstanding
    largestArray = try section.count("largest_array") ?? largestArray
    polling = try section.polling(least: 2) ?? polling
  }
}
