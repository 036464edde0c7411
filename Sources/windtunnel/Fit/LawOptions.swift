import ArgumentParser
import Fitting
import Formulas
import Foundation
import ScalingLaws
import Tables

/// The law to fit.
struct LawOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A law of the catalog ('windtunnel laws' lists them) or a law file in YAML; default: chinchilla.",
      valueName: "name|file.yaml"))
  var law: String?

  @Option(
    help: ArgumentHelp(
      "Your own law: names that are columns (or N, D, C) are data, all others are parameters to fit.", valueName: "text"
    ))
  var formula: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Bounds and start range of a formula's parameter: 'alpha', 'alpha=0..2', 'A=0..' or 'A=0..inf@1..1e6'.",
      valueName: "name=low..high@start..start"))
  var parameter: [String] = []

  @Option(
    help: ArgumentHelp(
      "The column that the law or formula predicts: --target loss_c4_val; default: its own, usually loss.",
      valueName: "column"))
  var target: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A parameter with a given value: --fix E=1.69; may be repeated.", valueName: "name=value"))
  var fix: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "For multi-power: the steps of a linear warm-up of the learning rate before each curve's first row.",
      valueName: "steps"))
  var warmup = 0.0

  func validate() throws {
    if !(warmup >= 0 && warmup.isFinite) { throw ValidationError("--warmup must be 0 or more steps, not \(warmup)") }
    if law != nil, formula != nil { throw ValidationError("give --law or --formula, not both") }
    if formula == nil, !parameter.isEmpty { throw ValidationError("--parameter requires --formula") }
  }

  /// The runs with the columns that the law derives from theirs.
  func prepared(_ runs: RunTable) throws -> RunTable {
    try runs.prepared(for: law.map { [$0] } ?? [], warmup: warmup, target: target)
  }

  func law(over runs: RunTable) throws -> Law { try unfixed(over: runs).fixing(try fixed()) }

  private func fixed() throws -> [String: Double] {
    var values: [String: Double] = [:]
    for text in fix {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let value = Double(parts[1]), value.isFinite else {
        throw UsageError("--fix must be name=number, as in --fix E=1.69, not '\(text)'")
      }
      guard values.updateValue(value, forKey: parts[0]) == nil else {
        throw UsageError("--fix is given twice for '\(parts[0])'; keep one of them")
      }
    }
    return values
  }

  private func unfixed(over runs: RunTable) throws -> Law {
    if let formula {
      let declared = try parameter.map(domain)
      if let twice = declared.first(where: { one in declared.filter { $0.name == one.name }.count > 1 }) {
        throw UsageError("--parameter is given twice for '\(twice.name)'; keep one of them")
      }
      return try .custom(Formula(formula), target: target, over: runs, declared: declared)
    }
    let law = try Self.law(named: law ?? "chinchilla", over: runs)
    guard let target else { return law }
    if let variable = law.variable(of: target) {
      throw UsageError(
        "--target \(target) is an input of \(law.name), its \(variable.name), so it cannot be predicted as well"
      )
    }
    return law.predicting(target)
  }

  /// A law by its name, or from its file.
  static func law(named name: String, over runs: RunTable) throws -> Law {
    guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
      if name.contains("/") || FileManager.default.fileExists(atPath: name) {
        throw UsageError("'\(name)' is not a law of the catalog, and a law file's name ends in .yaml")
      }
      return try LawCatalog().law(name, over: runs)
    }
    return try LawFile.read(name).law(over: runs)
  }

  private func domain(_ text: String) throws -> ParameterDomain {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let fault = UsageError(
      "--parameter must be a name, name=low..high or name=low..high@start..start, as in alpha=0..2, not '\(text)'")
    guard let name = parts.first, !name.isEmpty else { throw fault }
    var (bounds, start) = ([Double?](), [Double?]())
    if parts.count == 2 {
      let halves = parts[1].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let first = range(halves[0]) else { throw fault }
      bounds = first
      if halves.count == 2 {
        guard let second = range(halves[1]), second.allSatisfy({ $0 != nil }) else { throw fault }
        start = second
      }
    }
    do {
      return try .declared(
        name, lower: bounds.first ?? nil, upper: bounds.last ?? nil,
        start: start.isEmpty ? nil : start.compactMap { $0 })
    } catch {
      throw UsageError("--parameter '\(text)': \(error.message)")
    }
  }

  /// `low..high`, either end open if empty or infinite; nil if it cannot be read.
  private func range(_ text: String) -> [Double?]? {
    if text.isEmpty { return [nil, nil] }
    guard let dots = text.range(of: "..") else { return nil }
    var ends: [Double?] = []
    for part in [text[..<dots.lowerBound], text[dots.upperBound...]] {
      if part.isEmpty {
        ends.append(nil)
      } else if let value = Double(part), !value.isNaN {
        ends.append(value.isFinite ? value : nil)
      } else {
        return nil
      }
    }
    return ends
  }
}

extension RunTable {
  /// The runs with the columns that any of these laws derives from theirs.
  func prepared(for laws: [String], warmup: Double, target: String? = nil) throws -> RunTable {
    laws.contains(where: Law.isOfSchedules) ? try addingSchedule(warmup: warmup, target: target ?? "loss") : self
  }
}
