import Documents
import Fitting
import Foundation
import Tables

/// The facts needed to judge or redo a fit, after the checklist of Li, Kudugunta and Zettlemoyer 2025 ((Mis)Fitting: A
/// Survey of Scaling Laws), filled in as far as a table and its fit can tell.
public struct Checklist: Codable, Sendable, Equatable {
  public var form: String
  public var variables: String
  public var setup: String
  public var data: String
  public var counting: String
  public var objective: String
  public var optimizer: String
  public var starts: String
  public var filtering: String
  public var validation: String
  public var intervals: String

  /// The entries in order, named.
  public var entries: [(name: String, text: String)] {
    [
      ("form", form), ("variables", variables), ("set-up", setup), ("data", data), ("counting", counting),
      ("objective", objective), ("optimizer", optimizer), ("starts", starts), ("filtering", filtering),
      ("validation", validation), ("intervals", intervals),
    ]
  }

  public init(_ fit: LawFit, exclusions: [FitDocument.Exclusion], notes: [String]) {
    let law = fit.law
    form = "\(law.target) = \(law.formula.expressionText) (\(law.citation))"
    let ranges = fit.ranges
    variables = law.variables.map { variable in
      let span =
        ranges[variable.column].map { ", \(NumberText.rounded($0.lowerBound)) to \(NumberText.rounded($0.upperBound))" }
        ?? ""
      return "\(variable.name) = \(variable.column)\(span)"
    }.joined(separator: "; ")
    let swept = ["learning_rate", "batch_tokens"].filter { (try? fit.runs.resolve($0)) != nil }
    setup =
      "not stated by the table: architecture, tokenizer and schedule are the user's to say"
      + (swept.isEmpty ? "" : "; it has \(swept.joined(separator: " and "))")
    let sizes = (try? fit.runs.values(for: .params)).map { distinctCount($0) }
    data =
      "\(fit.runs.rowCount) runs\(sizes.map { " of \($0) sizes" } ?? "") from \(fit.runs.table.name) "
      + "(SHA-256 \(fit.runs.table.fingerprint.prefix(12))…)"
    counting = Self.counting(fit, notes)
    let objective = fit.problem.objective
    self.objective =
      "\(objective.kind.text) of \(objective.residual == .log ? "log-loss" : "loss") residuals, summed over runs"
      + (fit.settings.weights.map { ", weighted by \($0)" } ?? "")
    optimizer =
      "variable projection and Newton's method with the exact Hessian; gradient norm "
      + "\(NumberText.rounded(fit.optimum.gradientNorm))\(fit.optimum.converged ? "" : ", not converged")"
    let count = fit.optimum.starts
    starts =
      "\(count.tried), of which \(count.atBest) ended at the best; \(count.distinctOptima) distinct optim\(count.distinctOptima == 1 ? "um" : "a")"
    let left = exclusions.map { "\($0.lines.count) left out (\($0.reason))" }
    filtering = left.isEmpty ? "none" : left.joined(separator: "; ")
    validation = "none held out here: 'windtunnel compare' cross-validates and tests on expensive runs"
    intervals =
      fit.draws.parameters.isEmpty
      ? "from the covariance at the optimum"
      : "\(fit.settings.intervalMethod.rawValue) of \(fit.draws.parameters.count) bootstrap refits of "
        + "\(fit.settings.resampling.text), seed \(fit.settings.seed)"
  }

  private static func counting(_ fit: LawFit, _ notes: [String]) -> String {
    let columns = Set(fit.law.variables.map(\.column))
    var words: [String] = []
    if columns.contains("params_non_embedding") { words.append("sizes without embeddings") }
    if columns.contains("params") {
      words.append("sizes as the column 'params' counts them, embeddings included by name")
    }
    if columns.contains("active_params") { words.append("sizes of what one token passes through") }
    if columns.contains("tokens") { words.append("tokens with repeats") }
    if columns.contains("flops") { words.append("compute as the table counts it") }
    words += notes.filter { $0.contains("6 N D") }
    return words.isEmpty ? "as the table's columns count" : words.joined(separator: "; ")
  }
}
