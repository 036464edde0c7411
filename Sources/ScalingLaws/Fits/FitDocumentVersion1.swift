import Documents
import Fitting
import Formulas

/// The law in a fit document of version 1, `windtunnel.fit/1`: the name and the formula, but neither the active
/// parameters nor the trade-off nor the presets.
struct FitDocumentVersion1: Document, DocumentChecked {
  static let schema = "windtunnel.fit/1"
  static let kind = FitDocument.kind

  /// The law's name; `formula` for a user's own.
  var law: String
  var formula: Formula
  var target: String
  /// The columns of the formula's variables.
  var variables: [String: String]
  /// The fitted parameters in the order of the draws.
  var parameterOrder: [String]
  var parameters: [String: Domain]
  var fixed: [String: Double]?
  var citation: String

  struct Domain: Codable, DocumentChecked {
    var bounds: [Double?]
    var startRange: ClosedRange<Double>
    var startsLogarithmic: Bool

    func check() throws(DocumentFault) {
      guard bounds.count == 2 else { throw DocumentFault("bounds", "there should be two, null for none") }
    }
  }

  func check() throws(DocumentFault) {
    if let name = parameterOrder.first(where: { parameters[$0] == nil }) {
      throw DocumentFault("parameters", "'\(name)' is missing")
    }
  }

  /// The document in the present form, with the whole law.
  static let upgrade: DocumentUpgrade = { node, source throws(DocumentError) in
    let earlier = try DocumentReading<Self>(node, from: source.path).value
    let law: DocumentNode
    do { law = try DocumentNode(of: earlier.wholeLaw) } catch {
      throw DocumentError("\(source.path): the law of the \(kind) cannot be restored: \(error)")
    }
    let kept = node.without(["law", "formula", "target", "variables", "parameter_order", "fixed", "citation"])
    let others = (kept.entries ?? []).map { $0.name == "checklist" ? .init($0.name, respelled($0.node)) : $0 }
    return DocumentNode(
      .entries([.init("law", DocumentNode(law.value, place: node["law"]?.place))] + others), place: node.place)
  }

  /// The checklist with the names that it has now.
  private static func respelled(_ checklist: DocumentNode) -> DocumentNode {
    guard let entries = checklist.entries else { return checklist }
    return DocumentNode(
      .entries(entries.map { $0.name == "optimiser" ? .init("optimizer", $0.node, place: $0.place) : $0 }),
      place: checklist.place)
  }

  /// The law of the catalog that was fitted; any other is rebuilt from what is said of it.
  private var wholeLaw: Law { known ?? rebuilt }

  private var known: Law? {
    let fixed = fixed ?? [:]
    let match = (try? LawCatalog())?.laws.first { law in
      law.name == self.law && law.formula.text == formula.text
        && law.parameterNames.filter { fixed[$0] == nil } == parameterOrder
        && Dictionary(law.variables.map { ($0.name, $0.column) }, uniquingKeysWith: { $1 }) == variables
    }
    return try? match?.predicting(target).fixing(fixed)
  }

  private var rebuilt: Law {
    let columns = formula.names.compactMap { name in variables[name].map { Law.Variable(name, column: $0) } }
    let size = columns.first { $0.column == "params" }?.name
    let tokens = columns.first { $0.column == "tokens" }?.name
    let tradeOff = size.flatMap { n in
      tokens.flatMap { Law.TradeOff(recognizing: formula, size: n, tokens: $0) }
    }
    let domains = parameterOrder.compactMap { name in
      parameters[name].map {
        ParameterDomain(
          name, lower: $0.bounds[0], upper: $0.bounds[1], startRange: $0.startRange,
          startsLogarithmic: $0.startsLogarithmic)
      }
    }
    return Law(
      name: law, title: formula.text, formula: formula, target: target, variables: columns, parameters: domains,
      tradeOff: tradeOff, citation: citation, fixed: fixed ?? [:])
  }
}
