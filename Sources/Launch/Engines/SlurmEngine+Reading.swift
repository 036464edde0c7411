import Documents
import Tables

extension SlurmEngine.Options {
  public static let kind = "slurm"

  public init(_ section: YAMLSection?, of file: YAMLSection) throws(DocumentError) {
    if let section { try self.init(section) } else { self.init() }
  }

  public func engine() async -> any Engine { SlurmEngine(self) }

  private init(_ section: YAMLSection) throws(DocumentError) {
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
