import Documents
import Launch
import Tables

/// The entries of a loop file: those of a job, the same for all runs, and the loop's own.
package struct LoopEntries: Document {
  package static let schema = LoopFile.schema
  package static let kind = "loop file"
  package static let isHandwritten = true
  /// Entries that are not those of a job.
  static let ownNames: Set = [
    "schema", "engine", "directory", "pilot", "target", "law", "bootstrap", "interval", "watch",
  ]

  var run: JobEntries
  var engine: EngineEntry?
  var directory: String?
  var pilot: Pilot
  var target: Target
  var law: String?
  var bootstrap: Int?
  var interval: Double?
  var watch: String?

  struct Pilot: Codable, Sendable {
    static let example = "{sizes: [5K, 10K, 20K], budgets: [2e9 FLOP, 6e9 FLOP]}"
    var sizes: [WrittenParams]?
    var budgets: [WrittenFLOPs]?
    var seeds: Int?
    var design: String?
  }

  struct Target: Codable, Sendable {
    var budget: WrittenFLOPs
    var seeds: Int?
    var maxTokens: WrittenTokens?
  }

  private enum CodingKeys: String, CodingKey {
    case engine, directory, pilot, target, law, bootstrap, interval, watch
  }

  package init(from decoder: any Decoder) throws {
    run = try JobEntries(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    engine = try container.decodeIfPresent(EngineEntry.self, forKey: .engine)
    directory = try container.decodeIfPresent(String.self, forKey: .directory)
    pilot = try container.decode(Pilot.self, forKey: .pilot)
    target = try container.decode(Target.self, forKey: .target)
    law = try container.decodeIfPresent(String.self, forKey: .law)
    bootstrap = try container.decodeIfPresent(Int.self, forKey: .bootstrap)
    interval = try container.decodeIfPresent(Double.self, forKey: .interval)
    watch = try container.decodeIfPresent(String.self, forKey: .watch)
  }

  package func encode(to encoder: any Encoder) throws { try run.encode(to: encoder) }
}

/// The files of this room that people write.
public enum WorkflowDocuments {
  public static let handwritten: [any Document.Type] = [LoopEntries.self]
}
