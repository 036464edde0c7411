import Documents
import Fitting
import Formulas
import Tables

/// A scaling law as data: a formula, what its variables are columns of, where its parameters may lie, how it is fitted by
/// custom, and the parameters that were published.
public struct Law: Hashable, Sendable {
  /// As the command line names it: `chinchilla`.
  public let name: String
  /// What the law is about, by which the catalog is ordered.
  public let family: Family
  public let title: String
  public let formula: Formula
  /// The column that the law predicts.
  public let target: String
  public let variables: [Variable]
  public let parameters: [ParameterDomain]
  /// The objective that the law's authors minimize.
  public let objective: Objective
  /// How the minimum of the law at a given compute is found in closed form; numerically where nil.
  public let tradeOff: TradeOff?
  /// Active parameters, which a token passes through, for each parameter that the law's size counts, as a formula in the
  /// law's variables; 1 where nil.
  public let activeRatio: Formula?
  public let presets: [Preset]
  /// What a user of the law should know: which parameters its runs leave free, and how its published numbers stand up
  /// to being fitted again. A sentence each.
  public let notes: [String]
  /// Authors, year, equation.
  public let citation: String
  /// Parameters that are given instead of fitted; see ``fixing(_:)``.
  public let fixed: [String: Double]

  public init(
    name: String, family: Family = .own, title: String, formula: Formula, target: String = "loss",
    variables: [Variable], parameters: [ParameterDomain], objective: Objective = .hoffmann, tradeOff: TradeOff? = nil,
    activeRatio: Formula? = nil, presets: [Preset] = [], notes: [String] = [], citation: String,
    fixed: [String: Double] = [:]
  ) {
    self.name = name
    self.family = family
    self.title = title
    self.formula = formula
    self.target = target
    self.variables = variables
    self.parameters = parameters
    self.objective = objective
    self.tradeOff = tradeOff
    self.activeRatio = activeRatio
    self.presets = presets
    self.notes = notes
    self.citation = citation
    self.fixed = fixed
  }

  /// What laws are about.
  public enum Family: String, Sendable, CaseIterable {
    case pretraining = "size, tokens and compute"
    case data = "data, mixtures and schedules"
    case batch = "batch and learning rate"
    case mixtureOfExperts = "mixture of experts and upcycling"
    case fineTuning = "fine-tuning"
    case downstream = "tasks, inference and after"
    case own = "a user's own"
  }

  /// A name of the formula and the run-table column that it stands for, by its canonical name or any other.
  public struct Variable: Hashable, Sendable {
    public let name: String
    public let column: String
    /// What runs of such studies span.
    public let span: ClosedRange<Double>
    /// Whether it is one of many columns made from the data, such as a piece of a schedule, and no quantity of its own.
    public let isPiece: Bool

    /// - Parameter span: by the column where nil.
    public init(_ name: String, column: String, span: ClosedRange<Double>? = nil, isPiece: Bool = false) {
      self.name = name
      self.column = column
      self.isPiece = isPiece
      self.span = span ?? Self.usual[column] ?? 1...1e3
    }

    private static let usual: [String: ClosedRange<Double>] = [
      "params": 1e7...1e10, "params_non_embedding": 1e7...1e10, "active_params": 1e7...1e10,
      "dense_params": 1e7...1e10, "experts": 1...256, "tokens": 1e9...1e12, "dense_tokens": 1e9...1e12,
      "unique_tokens": 1e9...1e12, "flops": 1e17...1e23, "steps": 1e3...1e6, "batch_tokens": 1e4...1e8,
      "learning_rate": 1e-5...1e-2,
    ]
  }

  /// How size and tokens trade against each other: the loss is a rising function of `A/N^alpha + B/D^beta`, whose letters
  /// are formulas in the law's parameters.
  public struct TradeOff: Hashable, Sendable {
    public let a: Formula
    public let alpha: Formula
    public let b: Formula
    public let beta: Formula
  }

  /// Published parameters, usable without any runs.
  public struct Preset: Hashable, Sendable {
    public let name: String
    /// In the order of the law's parameters.
    public let values: [Double]
    /// Whose they are, and what their N counts.
    public let note: String
  }

  public var parameterNames: [String] { parameters.map(\.name) }

  /// The same law of another column: the same form describes the loss on other texts.
  public func predicting(_ target: String) -> Law {
    Law(
      name: name, family: family, title: title, formula: formula, target: target, variables: variables,
      parameters: parameters, objective: objective, tradeOff: tradeOff, presets: presets, notes: notes,
      citation: citation, fixed: fixed)
  }

  /// The law with some parameters given, so that only the others are fitted.
  ///
  /// - Throws: ``LawError`` for a name that is no parameter, a value outside its domain, or where nothing is left to fit.
  public func fixing(_ values: [String: Double]) throws(LawError) -> Law {
    guard !values.isEmpty else { return self }
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let domain = parameters.first(where: { $0.name == name }) else {
        let hint =
          nearestName(to: name, among: parameterNames).map { "did you mean '\($0)'?" }
          ?? "it has \(parameterNames.joined(separator: ", "))"
        throw LawError("the law '\(self.name)' has no parameter '\(name)' to fix; \(hint)")
      }
      guard domain.contains(value) || value == domain.lower || value == domain.upper else {
        throw LawError("\(name) cannot be fixed at \(value): it lies outside its bounds")
      }
    }
    let left = parameters.indices.filter { values[parameters[$0].name] == nil }
    guard !left.isEmpty else { throw LawError("every parameter of '\(name)' is fixed; leave one to fit") }
    return Law(
      name: name, family: family, title: title, formula: formula.substituting(values), target: target,
      variables: variables, parameters: left.map { parameters[$0] }, objective: objective,
      tradeOff: tradeOff.map {
        TradeOff(
          a: $0.a.substituting(values), alpha: $0.alpha.substituting(values), b: $0.b.substituting(values),
          beta: $0.beta.substituting(values))
      }, activeRatio: activeRatio, notes: notes, citation: citation, fixed: fixed.merging(values) { _, new in new })
  }

  /// Whether the law describes runs at the end of their schedule, so that a point taken in its midst does not belong:
  /// unless steps, the schedule or how much of it is done are among its columns.
  public var isOfFinishedRuns: Bool {
    let along = [Role.steps, .schedulePortion, .decayPortion].map(\.rawValue) + [RunTable.rateSumColumn]
    return !(variables.map(\.column) + [target]).contains { along.contains($0) }
  }

  /// The variable that stands for a column, if the law has it.
  public func variable(of column: String) -> Variable? { variables.first { $0.column == column } }

  public func preset(_ name: String) -> Preset? { presets.first { $0.name == name } }
}
