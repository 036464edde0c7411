import ArgumentParser
import Report
import ScalingLaws

struct LawsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laws",
    abstract: "List the laws of the catalogue and their published parameters.",
    discussion: """
      Examples:
        windtunnel laws
        windtunnel laws chinchilla
        windtunnel laws --format json
      """)

  @Argument(help: "Show one law whole.")
  var name: String?

  @OptionGroup(title: "Output") var output: OutputOptions

  struct Listing: Encodable {
    var schema = "windtunnel.laws/1"
    var laws: [Entry]

    struct Entry: Encodable {
      var name: String
      var title: String
      var formula: String
      var target: String
      var variables: [String: String]
      var parameters: [String]
      var objective: String
      var presets: [Preset]
      var citation: String
    }

    struct Preset: Encodable {
      var name: String
      var parameters: [String: Double]
      var note: String
    }
  }

  func run() throws {
    let catalogue = try LawCatalogue()
    let laws = try name.map { [try catalogue.law($0)] } ?? catalogue.laws
    let listing = Listing(
      laws: laws.map { law in
        .init(
          name: law.name, title: law.title, formula: law.formula.text, target: law.target,
          variables: Dictionary(law.variables.map { ($0.name, $0.column) }, uniquingKeysWith: { first, _ in first }),
          parameters: law.parameterNames, objective: "\(law.objective.kind.text) \(law.objective.residual.rawValue)",
          presets: law.presets.map { preset in
            .init(
              name: preset.name,
              parameters: Dictionary(zip(law.parameterNames, preset.values), uniquingKeysWith: { first, _ in first }),
              note: preset.note)
          }, citation: law.citation)
      })
    try output.emit(json: try encodedJSON(listing)) { name == nil ? overview(laws) : laws.map(details).joined() }
  }

  private func overview(_ laws: [Law]) -> String {
    let terminal = Terminal.standardOutput
    var table = TextTable(
      [.init("law"), .init("formula"), .init("presets"), .init("predicts", wraps: true)], terminal: terminal)
    for law in laws {
      table.add([law.name, law.formula.text, law.presets.map(\.name).joined(separator: ", "), law.title])
    }
    return table.render(width: max(terminal.columns, 165))
      + "\n'windtunnel laws NAME' shows one law's published parameters.\n"
  }

  private func details(_ law: Law) -> String {
    let terminal = Terminal.standardOutput
    let variables = law.variables.map { "\($0.name) = \($0.column)" }.joined(separator: ", ")
    var table = TextTable(
      [.init("preset")] + law.parameterNames.map { TextTable.Column($0, .decimal) } + [.init("source", wraps: true)],
      terminal: terminal)
    for preset in law.presets {
      table.add([preset.name] + preset.values.map { format($0, significant: 6) } + [preset.note])
    }
    return """
      \(terminal.styled(law.name, .bold))  \(law.title)
      \(law.target) = \(law.formula.expressionText)   (\(variables))
      fitted by \(law.objective.kind.text) on \(law.objective.residual.rawValue) residuals
      \(law.citation)

      \(table.render(width: max(terminal.columns, 120)))
      """
  }
}
