import Documents
import Tables

/// Laws by their names: those that come with Windtunnel, or others.
///
/// ```swift
/// let law = try LawCatalog().law("chinchilla")
/// var ours = law.predicting("loss_c4")
/// ours.name = "chinchilla-c4"
/// let both = try LawCatalog(laws: [law, ours])
/// ```
public struct LawCatalog: Sendable {
  public let laws: [Law]

  /// The laws that come with Windtunnel, each in the file of its subject.
  ///
  /// - Throws: `FormulaError` if a law's formula is wrong, which a test rules out.
  public init() throws {
    let subjects: [[Law]] = [
      [try .chinchilla()], try Law.kaplan(), [try .dataConstrained()], [try .overTraining()], [try .vocabulary()],
      [try .parallelScaling()], [try .dataMixing()], try Law.multiPowerLaws(), try Law.batch(),
      try Law.batchAndLearningRate(), try Law.modelShape(), try Law.mixtureOfExperts(), try Law.upcycling(),
      try Law.fineTuning(), try Law.taskLaws(), try Law.brokenPowerLaws(), try Law.inferenceLaws(),
      try Law.reinforcementLearningLaws(), try Law.frontierLaws(),
    ]
    try self.init(laws: subjects.flatMap(\.self))
  }

  /// A catalog of any laws.
  ///
  /// - Throws: ``LawError`` for two laws of one name, or a law whose formulas and presets do not fit its parameters.
  public init(laws: [Law]) throws(LawError) {
    var names: Set<String> = []
    for law in laws {
      guard names.insert(law.name).inserted else { throw LawError("two laws are named '\(law.name)'; rename one") }
      do { try law.check() } catch { throw LawError("the law '\(law.name)' is not whole: \(error)") }
    }
    self.laws = laws
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
    let law = try law(name)
    if name == Law.dataMixingName { return try .dataMixing(over: runs) }
    return law.isOfSchedules ? try law.ofAllPieces() : try law.along(runs)
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

/// A law that is not there or not usable.
public struct LawError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
