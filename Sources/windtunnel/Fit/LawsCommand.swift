import ArgumentParser
import Documents
import Report
import ScalingLaws

struct LawsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laws",
    abstract: "List the laws of the catalog and their published parameters.",
    discussion: """
      Examples:
        windtunnel laws
        windtunnel laws chinchilla
        windtunnel laws --format json
      """)

  @Argument(help: "Show one law in full, by its name or that of a preset.")
  var name: String?

  @OptionGroup(title: "Output") var output: OutputOptions

  struct Listing: Document {
    static let schema = "windtunnel.laws/1"
    static let kind = "list of laws"

    var laws: [Entry]

    struct Entry: Codable {
      var name: String
      var title: String
      var formula: String
      var target: String
      var variables: [String: String]
      var parameters: [String]
      var objective: String
      var presets: [Preset]
      var citation: String
      var family: String
      var notes: [String]
    }

    struct Preset: Codable {
      var name: String
      var parameters: [String: Double]
      var note: String
    }
  }

  func run() throws {
    let catalog = try LawCatalog()
    try output.prepare()
    // The name of a preset shows its laws.
    let ofPreset = catalog.laws.filter { law in law.presets.contains { $0.name == name } }
    let laws = try ofPreset.isEmpty ? name.map { [try catalog.law($0)] } ?? catalog.laws : ofPreset
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
          }, citation: law.citation, family: law.family.rawValue, notes: law.notes)
      })
    try output.emit(listing) {
      name == nil ? overview(laws) : laws.map(details).joined(separator: "\n")
    }
  }

  private func overview(_ laws: [Law]) -> String {
    let terminal = Terminal.standardOutput
    let width = max(terminal.columns, 100)
    let families = Law.Family.allCases.map { family in (family, laws.filter { $0.family == family }) }
    let tables = families.filter { !$0.1.isEmpty }.map { family, laws in
      var table = TextTable(
        [.init("law"), .init("formula"), .init("predicts", wraps: true)], title: family.rawValue, terminal: terminal)
      for law in laws {
        let text = law.formula.text
        table.add([law.name, text.count <= 44 ? text : text.prefix(43) + "…", law.title])
      }
      return table.render(width: width)
    }
    var presets = TextTable([.init("preset"), .init("published by", wraps: true)], terminal: terminal)
    let names = laws.flatMap { $0.presets.map(\.name) }
    for law in laws {
      for preset in law.presets {
        // As --preset accepts it: for a paper with several laws the law's name is needed as well.
        let isAlone = names.filter { $0 == preset.name }.count == 1
        presets.add([isAlone ? preset.name : "\(law.name)/\(preset.name)", preset.note])
      }
    }
    return
      (tables + [
        presets.render(width: width),
        "'windtunnel laws NAME' shows the parameters of a law or preset.\n",
      ]).joined(separator: "\n")
  }

  private func details(_ law: Law) -> String {
    let terminal = Terminal.standardOutput
    let variables = law.variables.map { "\($0.name) = \($0.column)" }.joined(separator: ", ")
    var table = TextTable(
      [.init("preset")] + law.parameterNames.map { TextTable.Column($0, .decimal) } + [.init("source", wraps: true)],
      terminal: terminal)
    for preset in law.presets {
      table.add([preset.name] + preset.values.map { NumberText.rounded($0, 6) } + [preset.note])
    }
    let notes = law.notes.map {
      wrapped($0, label: terminal.styled("note", .dim), labelWidth: 4, width: max(terminal.columns, 100)) + "\n"
    }.joined()
    return """
      \(terminal.styled(law.name, .bold))  \(law.title)
      \(law.target) = \(law.formula.expressionText)   (\(variables))
      fitted by \(law.objective.kind.text) on \(law.objective.residual.rawValue) residuals
      \(law.citation)

      \(table.render(width: max(terminal.columns, 120)))\(notes)
      """
  }
}
