import Documents
import Fitting
import Formulas
import Tables

extension Law {
  /// The name of the data-mixing law; its formula is made for the mixture columns of a table.
  public static let dataMixingName = "data-mixing"

  /// The law of three domains, in whose place stands the one that is made for a table's domains.
  static func dataMixing() throws -> Law { try dataMixing(domains: ["mix_1", "mix_2", "mix_3"]) }

  /// Ye et al. 2024 (arXiv 2403.16952), equation 7: `L(r) = c + k exp(Σ t_j r_j)`, the loss on one domain from the
  /// proportions r of the training mixture.
  ///
  /// Proportions sum to 1, so a number added to every t and taken from log k changes nothing: the t of the last domain
  /// is 0, and it does not occur in the formula.
  ///
  /// - Parameters:
  ///   - domains: the columns of proportions, at least two.
  ///   - target: the column of losses.
  public static func dataMixing(domains: [String], target: String = "loss") throws -> Law {
    let parts = domains.dropLast().map { domain in
      (variable: domain, parameter: "t_" + domain.trimmingPrefix(mixturePrefix))
    }
    let sum = parts.map { "\(quoted($0.parameter))*\(quoted($0.variable))" }.joined(separator: " + ")
    return Law(
      name: dataMixingName, family: .data,
      title: "loss on a domain from the proportions of the training mixture, the columns mix_…",
      formula: try Formula("c + k*exp(\(sum))"), target: target,
      variables: parts.map { Variable($0.variable, column: $0.variable, span: 0.01...0.9) },
      parameters: [.positive("c", 0.5...5), .positive("k", 0.1...10)] + parts.map { .real($0.parameter, -8...4) },
      notes: [
        "Proportions sum to 1, so only the differences between the t are determined: the t of the last domain, "
          + "'\(domains.last ?? "")', is set to 0, and the others are relative to it.",
        "c and k are often undetermined although the predicted loss is not: if no mixture comes near the floor, a "
          + "lower c goes with a larger k.",
        "'windtunnel mix' fits every domain's loss and finds the best mixture.",
      ],
      citation:
        "Ye et al. 2024, Data Mixing Laws: Optimizing Data Mixtures by Predicting Language Modeling Performance, eq. 7"
    )
  }

  /// The law for the mixture columns of a table.
  ///
  /// - Throws: `TableError` unless there are two or more such columns, they sum to 1, and each of them
  ///   varies.
  public static func dataMixing(over runs: RunTable, target: String = "loss") throws -> Law {
    try dataMixing(domains: try runs.mixtureColumns(), target: target)
  }

  /// The prefix of the names of columns of proportions.
  fileprivate static let mixturePrefix = "mix_"

  private static func quoted(_ name: String) -> String {
    name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } ? name : "`\(name)`"
  }
}

extension RunTable {
  /// The columns of a mixture's proportions, `mix_…`, checked, in the order of the table.
  public func mixtureColumns() throws -> [String] {
    let names = table.columns.map(\.name).filter { $0.hasPrefix(Law.mixturePrefix) }
    guard names.count > 1 else {
      throw TableError(
        .badData, file: table.name,
        message:
          "a mixture needs a column of proportions for each of two or more domains, named mix_…, such as mix_github; "
          + "found \(names.isEmpty ? "none" : "only '\(names[0])'"); rename the columns with --rename COLUMN=mix_DOMAIN"
      )
    }
    let columns = try names.map { try table.numbers($0) }
    for row in 0..<rowCount {
      let sum = columns.reduce(0) { $0 + $1[row] }
      guard abs(sum - 1) <= Self.sumTolerance, columns.allSatisfy({ $0[row] >= 0 }) else {
        throw TableError(
          .badData, file: table.name, line: table.line(ofRow: row),
          message:
            "the proportions \(names[0]), … sum to \(sum); they must be 0 or more and sum to 1 (leave other columns "
            + "out of the mixture by renaming them)")
      }
    }
    for (name, column) in zip(names, columns) where column.allSatisfy({ $0 == column[0] }) {
      throw TableError(
        .badData, file: table.name, column: name,
        message:
          "is \(column[0]) in every run, so its effect cannot be determined; rename it to something that does not "
          + "begin with '\(Law.mixturePrefix)'\(column[0] == 0 ? "" : " and let the others sum to 1")")
    }
    return names
  }

  /// Proportions are often rounded to three digits, seventeen of them.
  private static let sumTolerance = 0.02
}
