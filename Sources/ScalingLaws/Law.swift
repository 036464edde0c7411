import Fitting
import Formulas

/// A scaling law as data: a formula, what its variables are columns of, where its parameters may lie, how it is fitted by
/// custom, and the parameters that were published.
public struct Law: Hashable, Sendable {
  /// As the command line names it: `chinchilla`.
  public let name: String
  public let title: String
  public let formula: Formula
  /// The column that the law predicts.
  public let target: String
  public let variables: [Variable]
  public let parameters: [ParameterDomain]
  /// The objective that the law's authors minimise.
  public let objective: Objective
  /// How the minimum of the law at a given compute is found in closed form; numerically where nil.
  public let tradeOff: TradeOff?
  public let presets: [Preset]
  /// Authors, year, equation.
  public let citation: String

  public init(
    name: String, title: String, formula: Formula, target: String = "loss", variables: [Variable],
    parameters: [ParameterDomain], objective: Objective = .hoffmann, tradeOff: TradeOff? = nil, presets: [Preset] = [],
    citation: String
  ) {
    self.name = name
    self.title = title
    self.formula = formula
    self.target = target
    self.variables = variables
    self.parameters = parameters
    self.objective = objective
    self.tradeOff = tradeOff
    self.presets = presets
    self.citation = citation
  }

  /// A name of the formula and the run-table column that it stands for, by its canonical name or any other.
  public struct Variable: Hashable, Sendable {
    public let name: String
    public let column: String

    public init(_ name: String, column: String) {
      self.name = name
      self.column = column
    }
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

  /// The variable that stands for a column, if the law has it.
  public func variable(of column: String) -> Variable? { variables.first { $0.column == column } }

  public func preset(_ name: String) -> Preset? { presets.first { $0.name == name } }
}
