import Documents
import Fitting
import Formulas
import Tables

/// A scaling law as data: a formula, what its variables are columns of, where its parameters may lie, how it is fitted by
/// custom, and the parameters that were published.
///
/// ```swift
/// let law = Law(
///   name: "saturating", title: "loss that levels off", formula: try Formula("E + A/N^alpha"),
///   variables: [.init("N", column: "params")],
///   parameters: [.positive("E", 0.5...3), .positive("A", 1...1e6), .real("alpha", 0.05...1)],
///   presets: [.init(name: "ours", values: [1.7, 400, 0.34], note: "our 2025 runs; N counts embeddings")],
///   citation: "our own notes")
/// ```
public struct Law: Hashable, Sendable, Codable {
  /// The name on the command line: `chinchilla`.
  public var name: String
  /// The subject, by which the catalog is ordered.
  public var family: Family
  public var title: String
  /// The formula as it was written, in which ``fixed`` parameters have their names.
  public var writtenFormula: Formula
  /// The column that the law predicts.
  public var target: String
  public var variables: [Variable]
  /// The parameters to fit, in the order of every vector of their values.
  public var parameters: [ParameterDomain]
  /// The objective that the law's authors minimize.
  public var objective: Objective
  /// The closed form of the law's minimum at a given compute; nil to find it numerically.
  public var tradeOff: TradeOff?
  /// Active parameters, which a token passes through, for each parameter that the law's size counts, as a formula in the
  /// law's variables; 1 where nil.
  public var activeRatio: Formula?
  public var presets: [Preset]
  /// Remarks for users of the law: the parameters that its runs leave free, and how its published numbers stand up
  /// to being fitted again. A sentence each.
  public var notes: [String]
  /// Authors, year, equation.
  public var citation: String
  /// Parameters that are given instead of fitted; see ``fixing(_:)``.
  public var fixed: [String: Double]

  enum CodingKeys: String, CodingKey {
    case writtenFormula = "formula"
    case name, family, title, target, variables, parameters, objective, tradeOff, activeRatio, presets, notes, citation
    case fixed
  }

  /// - Parameters:
  ///   - formula: in the names of the variables and the parameters.
  ///   - target: the column that the law predicts.
  ///   - parameters: those to fit, and where each may lie.
  ///   - activeRatio: active parameters for each that the law's size counts; 1 where nil.
  ///   - fixed: the values of names of the formula that are neither variables nor fitted.
  public init(
    name: String, family: Family = .own, title: String, formula: Formula, target: String = "loss",
    variables: [Variable], parameters: [ParameterDomain], objective: Objective = .hoffmann, tradeOff: TradeOff? = nil,
    activeRatio: Formula? = nil, presets: [Preset] = [], notes: [String] = [], citation: String,
    fixed: [String: Double] = [:]
  ) {
    self.name = name
    self.family = family
    self.title = title
    writtenFormula = formula
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

  /// The formula to fit and to evaluate: with the numbers of ``fixed`` parameters in place of their names.
  public var formula: Formula { fixed.isEmpty ? writtenFormula : writtenFormula.substituting(fixed) }

  /// The subjects of laws.
  public enum Family: String, Sendable, CaseIterable, Codable {
    case pretraining = "size, tokens and compute"
    case data = "data, mixtures and schedules"
    case batch = "batch and learning rate"
    case mixtureOfExperts = "mixture of experts and upcycling"
    case fineTuning = "fine-tuning"
    case downstream = "tasks, inference and after"
    case own = "a user's own"
  }

  /// A name of the formula and the run-table column that it stands for, by its canonical name or any other.
  public struct Variable: Hashable, Sendable, Codable {
    public var name: String
    public var column: String
    /// The ranges of runs in such studies.
    public var span: ClosedRange<Double>
    /// Whether it is one of many columns made from the data, such as a piece of a schedule, and no quantity of its own.
    public var isPiece: Bool

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

  /// The trade-off of size and tokens: the loss is a rising function of `A/N^alpha + B/D^beta`, whose letters
  /// are formulas in the law's parameters, the fixed ones included.
  public struct TradeOff: Hashable, Sendable, Codable {
    public var a: Formula
    public var alpha: Formula
    public var b: Formula
    public var beta: Formula

    /// - Parameters:
    ///   - a: the coefficient of the term in the size N.
    ///   - alpha: the power of N that it falls with.
    ///   - b: the coefficient of the term in the tokens D.
    ///   - beta: the power of D that it falls with.
    public init(a: Formula, alpha: Formula, b: Formula, beta: Formula) {
      (self.a, self.alpha, self.b, self.beta) = (a, alpha, b, beta)
    }
  }

  /// Published parameters, usable without any runs.
  public struct Preset: Hashable, Sendable, Codable {
    public var name: String
    /// In the order of the law's parameters.
    public var values: [Double]
    /// Their source, and what their N counts.
    public var note: String

    /// - Parameters:
    ///   - values: one a parameter of the law, in its order.
    ///   - note: whose they are, and what their N counts.
    public init(name: String, values: [Double], note: String) {
      (self.name, self.values, self.note) = (name, values, note)
    }
  }

  public var parameterNames: [String] { parameters.map(\.name) }

  /// The same law of another column: the same form describes the loss on other texts.
  public func predicting(_ target: String) -> Law {
    var law = self
    law.target = target
    return law
  }

  /// The law with some parameters given, so that only the others are fitted; its presets keep their values of the others.
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
    var law = self
    law.parameters = left.map { parameters[$0] }
    law.presets = presets.filter { $0.values.count == parameters.count }.map { preset in
      Preset(name: preset.name, values: left.map { preset.values[$0] }, note: preset.note)
    }
    law.fixed.merge(values) { _, new in new }
    return law
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

extension Law: DocumentChecked {
  /// - Throws: `DocumentFault` for a name that stands for nothing or for two things, or a preset of too few values.
  public func check() throws(DocumentFault) {
    guard !parameters.isEmpty else { throw DocumentFault("parameters", "the law has no parameter to fit") }
    let named = variables.map(\.name) + parameterNames + fixed.keys
    if let twice = named.first(where: { name in named.count { $0 == name } > 1 }) {
      throw DocumentFault(nil, "the law '\(name)' has '\(twice)' twice among its variables and parameters")
    }
    func check(_ formula: Formula?, _ entry: String, among known: [String]) throws(DocumentFault) {
      if let name = formula?.names.first(where: { !known.contains($0) }) {
        throw DocumentFault(entry, "'\(name)' is neither a parameter nor a variable of the law '\(self.name)'")
      }
    }
    try check(writtenFormula, "formula", among: named)
    try check(activeRatio, "active_ratio", among: variables.map(\.name))
    for (letter, name) in [
      (tradeOff?.a, "a"), (tradeOff?.alpha, "alpha"), (tradeOff?.b, "b"), (tradeOff?.beta, "beta"),
    ] {
      try check(letter, "trade_off.\(name)", among: parameterNames + fixed.keys)
    }
    if let preset = presets.first(where: { $0.values.count != parameters.count }) {
      throw DocumentFault(
        "presets",
        "the preset '\(preset.name)' has \(preset.values.count) values; there are \(parameters.count) parameters")
    }
  }
}
