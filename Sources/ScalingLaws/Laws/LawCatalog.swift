import Documents
import Formulas
import Tables

/// The laws that come with Windtunnel.
public struct LawCatalog: Sendable {
  public let laws: [Law]

  /// - Throws: ``FormulaError`` if a law's formula is wrong, which a test rules out.
  public init() throws {
    laws =
      try [Law.chinchilla()] + Law.kaplan() + Law.dataLaws() + Law.batch() + Law.batchAndLearningRate()
      + Law.modelShape() + Law.mixtureOfExperts() + Law.upcycling() + Law.fineTuning() + Law.downstream()
  }

  /// The law of a name.
  public func law(_ name: String) throws(LawError) -> Law {
    if let law = laws.first(where: { $0.name == name }) { return law }
    let names = laws.map(\.name)
    let hint =
      nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
      ?? "there are \(names.joined(separator: ", "))"
    throw LawError("there is no law '\(name)'; \(hint)")
  }

  /// The law of a name for a table of runs: some laws are made for the columns that it has.
  public func law(_ name: String, over runs: RunTable) throws -> Law {
    switch name {
    case Law.dataMixingName: try .dataMixing(over: runs)
    case Law.multiPowerName: try .multiPower(pieces: RunTable.schedulePieces)
    case Law.multiPowerSizesName: try .multiPowerSizes(pieces: RunTable.schedulePieces)
    default: try law(name).along(runs)
    }
  }

  /// The law and the published parameters of a preset: `besiroglu2024`, or `kaplan-nd/kaplan2020` where the same paper
  /// has several laws.
  public func preset(_ name: String) throws(LawError) -> (law: Law, preset: Law.Preset) {
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    let found = laws.flatMap { law in law.presets.map { (law: law, preset: $0) } }.filter {
      parts.count == 2 ? $0.law.name == parts[0] && $0.preset.name == parts[1] : $0.preset.name == name
    }
    if found.count == 1 { return found[0] }
    let full = laws.flatMap { law in law.presets.map { "\(law.name)/\($0.name)" } }
    if found.count > 1 {
      let choices = found.map { "\($0.law.name)/\($0.preset.name)" }.joined(separator: ", ")
      throw LawError("the preset '\(name)' has several laws; name one of \(choices)")
    }
    let short = laws.flatMap { $0.presets.map(\.name) }
    let hint =
      nearestName(to: name, among: short + full).map { "did you mean '\($0)'?" }
      ?? "there are \(full.joined(separator: ", "))"
    throw LawError("there is no preset '\(name)'; \(hint)")
  }
}

extension Law {
  /// The laws of data: repeated, over-trained on, mixed, and how they are written in tokens.
  fileprivate static func dataLaws() throws -> [Law] {
    [
      try dataConstrained(), try overTraining(), try vocabulary(), try parallelScaling(),
      try dataMixing(domains: ["mix_1", "mix_2", "mix_3"]), try multiPower(pieces: 1),
      try multiPowerSizes(pieces: 1),
    ]
  }
}

/// A law that is not there or not usable.
public struct LawError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
