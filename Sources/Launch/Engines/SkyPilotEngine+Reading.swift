import Documents
import Tables

extension SkyPilotEngine.Options {
  public static let kind = "skypilot"

  public init(_ section: YAMLSection?, of file: YAMLSection) throws(DocumentError) {
    if let section { try self.init(section) } else { self.init() }
  }

  public func engine() async -> any Engine { SkyPilotEngine(self) }

  /// Reads `engine: {kind: skypilot, accelerator: H100, mounts: {/mnt/runs: s3://my-runs}}`.
  init(_ section: YAMLSection) throws(DocumentError) {
    try section.checkKeys([
      "kind", "infra", "accelerator", "use_spot", "image_id", "mounts", "volumes", "workdir", "secrets", "setup",
      "outstanding", "poll",
    ])
    self.init()
    infra = try section.text("infra")
    accelerator = try section.text("accelerator")
    usesSpot = try section.flag("use_spot") ?? usesSpot
    image = try section.text("image_id")
    mounts = try Self.mounts(section, "mounts")
    volumes = try Self.mounts(section, "volumes")
    workdir = try section.text("workdir")
    secrets = try section.texts("secrets") ?? []
    try section.variables("secrets", secrets)
    setup = try section.texts("setup") ?? []
    outstanding = try section.count("outstanding") ?? outstanding
    polling = try section.polling(least: 15) ?? polling
  }

  private static func mounts(_ section: YAMLSection, _ key: String) throws(DocumentError) -> [EngineMount] {
    try section.entries(key).map { name, text throws(DocumentError) in
      EngineMount(path: try section.path(key, name), source: text)
    }
  }
}
