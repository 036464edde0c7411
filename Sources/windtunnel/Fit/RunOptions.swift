import ArgumentParser
import Formulas
import Foundation
import ScalingLaws
import Tables

/// The table of runs of a command, with the selection of runs.
struct RunOptions: ParsableArguments {
  @Argument(help: "A table of runs: CSV with a header, or JSON lines; - for standard input.")
  var runs: String

  @OptionGroup var subset: SubsetOptions

  var dropInvalid: Bool { subset.dropInvalid }

  func load() throws -> SubsetOptions.Loaded { try subset.load(runs) }
}

/// The selection of runs of a table, and the names of its columns.
struct SubsetOptions: ParsableArguments {
  @Option(
    name: .customLong("where"), parsing: .singleValue,
    help: ArgumentHelp(
      "Keep only runs for which this is true: \"loss < 5 && dataset == 'rw'\".", valueName: "expression"))
  var filters: [String] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Rename a column: --rename val_ce=loss.", valueName: "column=name"))
  var rename: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Leave out the K runs of highest loss, as published protocols do.", valueName: "K"))
  var dropHighestLoss = 0

  @Flag(help: "Leave out runs whose size, tokens, examples, compute or loss is missing, zero or negative.")
  var dropInvalid = false

  @Flag(help: "Compute missing params, tokens or flops from the other two by C = 6 N D.")
  var derive = false

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A point that is known without a run, added to the runs: --add-point task_bpb=0,task_accuracy=1.",
      valueName: "column=value,…"))
  var addPoint: [String] = []

  struct Loaded {
    var runs: RunTable
    var exclusions: [FitDocument.Exclusion] = []
    var notes: [String] = []

    /// Leaves out runs for which one of these quantities is missing, zero or negative.
    mutating func dropInvalid(for roles: [Role]) throws {
      let (kept, lines) = try runs.droppingInvalid(for: roles)
      runs = kept
      if !lines.isEmpty { exclusions.append(.init(reason: "missing or not above zero", lines: lines)) }
    }
  }

  func validate() throws {
    if dropHighestLoss < 0 { throw ValidationError("--drop-highest-loss must be 0 or more, not \(dropHighestLoss)") }
  }

  func load(_ path: String) throws -> Loaded {
    var loaded = Loaded(runs: try RunTable(try Table.read(path), renames: try Self.renames(rename)))
    for filter in filters {
      guard !filter.allSatisfy(\.isWhitespace) else {
        throw UsageError("--where is empty; give a condition, as in --where \"loss < 5\"")
      }
      let (kept, lines) = try loaded.runs.filtered(where: filter)
      loaded.runs = kept
      if !lines.isEmpty { loaded.exclusions.append(.init(reason: "not (\(filter))", lines: lines)) }
    }
    if dropInvalid {
      var roles: [Role] = []
      for role in [Role.params, .tokens, .examples, .flops, .loss] where try loaded.runs.column(for: role) != nil {
        roles.append(role)
      }
      try loaded.dropInvalid(for: roles)
    }
    if derive {
      let (derived, notes) = try loaded.runs.derivingMissing()
      loaded.runs = derived
      loaded.notes += notes
    }
    if dropHighestLoss > 0 {
      let (kept, lines) = try loaded.runs.droppingHighestLoss(dropHighestLoss)
      loaded.runs = kept
      loaded.exclusions.append(
        .init(reason: dropHighestLoss == 1 ? "the highest loss" : "the \(dropHighestLoss) highest losses", lines: lines)
      )
    }
    for text in addPoint {
      loaded.runs = try loaded.runs.adding(point: try Self.point(text))
      loaded.notes.append("the point \(text) was added to the runs")
    }
    return loaded
  }

  private static func point(_ text: String) throws -> [String: Double] {
    var values: [String: Double] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard sides.count == 2, !sides[0].isEmpty, let value = Double(sides[1]), value.isFinite else {
        throw UsageError(
          "--add-point must be column=number separated by commas, as in --add-point task_bpb=0,task_accuracy=1, not "
            + "'\(text)'"
        )
      }
      guard values.updateValue(value, forKey: sides[0]) == nil else {
        throw UsageError("--add-point '\(text)' gives '\(sides[0])' twice; keep one of them")
      }
    }
    return values
  }

  /// Reads `column=name` pairs.
  static func renames(_ texts: [String]) throws -> [String: String] {
    var result: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw UsageError("--rename must be column=name, as in --rename val_ce=loss, not '\(text)'")
      }
      guard result.updateValue(parts[1], forKey: parts[0]) == nil else {
        throw UsageError("--rename gives the column '\(parts[0])' two names; keep one of them")
      }
    }
    return result
  }
}
