import Documents
import Fitting
import Formulas
import Tables

/// One law fitted to each group of a table's runs by itself, as a document, `windtunnel.fits/2`.
///
/// A group that cannot be fitted is there with the reason, and does not keep the others from being fitted.
public struct FitsDocument: Document, Equatable {
  public static let schema = "windtunnel.fits/2"
  public static let kind = "document of fits by group"
  public static let remedy = "write one with 'windtunnel fit RUNS --by COLUMN --output FILE'"

  public var law: Law
  /// The columns whose values tell the groups apart.
  public var by: [String]
  /// In the order in which the groups first occur in the table.
  public var groups: [Group]
  /// The number of groups that were fitted.
  public var fitted: Int
  /// The mean of ``Group/logRmsd`` over the groups that have one; nil where none has.
  public var meanLogRmsd: Double?

  public struct Group: Codable, Sendable, Equatable {
    /// The group's value of each column.
    public var group: [String: String]
    public var runs: Int
    /// The root of the mean square of log prediction − log observation over the group's runs; nil where some
    /// prediction or observation has no logarithm, and where the group could not be fitted.
    public var logRmsd: Double?
    /// The largest of those residuals, by magnitude.
    public var largestLogResidual: Double?
    /// The group's own fit document; nil where it could not be fitted.
    public var fit: FitDocument?
    /// The reason why the group could not be fitted.
    public var reason: String?
  }

  /// Fits a law to each group, the groups in parallel.
  ///
  /// - Parameters:
  ///   - columns: whose values tell the groups apart, by name, role or alias.
  ///   - settings: of every group's fit; the seed is the same in each, so that a group's fit is what it is alone.
  ///   - sensitivity: whether every fit is redone under other objectives.
  ///   - exclusions: the runs that were left out before.
  ///   - progress: called now and then with the count of bootstrap resamples newly done, from any thread.
  /// - Throws: `TableError` for a column that is missing or not numeric, and where no group can be fitted.
  public init(
    _ law: Law, to runs: RunTable, by columns: [String], _ settings: FitProtocol, sensitivity: Bool,
    exclusions: [FitDocument.Exclusion] = [], notes: [String] = [], progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    // What is wrong with every group is said once.
    for name in law.variables.map(\.column) + [law.target] { _ = try runs.values(named: name) }
    let rows = try runs.grouped(by: columns)
    var each = settings
    each.threads = max(1, settings.threads / rows.count)
    groups = mapInParallel(
      rows.count, threads: settings.threads, state: {},
      body: { [each] index, _ in
        let labels = Dictionary(zip(columns, rows[index].values), uniquingKeysWith: { first, _ in first })
        let own = runs.selecting(rows: rows[index].rows)
        do {
          let fit = try LawFit(law, to: own, each, progress: progress)
          let sensitivities = sensitivity ? fit.sensitivities() : []
          var document = FitDocument(
            fit, sensitivity: sensitivities, exclusions: exclusions, notes: notes + (try own.validated(for: [])))
          document.diagnostics += fit.sensitivityDiagnostics(sensitivities)
          return Group(labels, document)
        } catch {
          return Group(group: labels, runs: own.rowCount, reason: "\(error)")
        }
      })
    self.law = law
    by = columns
    fitted = groups.count { $0.fit != nil }
    let deviations = groups.compactMap(\.logRmsd)
    meanLogRmsd = deviations.isEmpty ? nil : deviations.reduce(0, +) / Double(deviations.count)
    guard fitted > 0 else {
      let reason = groups.first?.reason.map { "; the first: \($0)" } ?? ""
      throw TableError(
        .badData, file: runs.table.name,
        message: "none of the \(groups.count) groups by \(columns.joined(separator: ", ")) could be fitted\(reason)")
    }
  }
}

extension FitsDocument.Group {
  init(_ labels: [String: String], _ document: FitDocument) {
    group = labels
    runs = document.runs.used
    fit = document
    let residuals = document.logResiduals
    guard !residuals.isEmpty else { return }
    logRmsd = (residuals.reduce(0) { $0 + $1 * $1 } / Double(residuals.count)).squareRoot()
    largestLogResidual = residuals.max { abs($0) < abs($1) }
  }
}

extension Law {
  /// Enough starts for each of many groups: the fewer, the fewer parameters are left to search for when those in which
  /// the formula is linear are solved for.
  public func startsByGroup() throws(FormulaError) -> Starts {
    let compiled = try CompiledFormula(
      formula, parameters: parameterNames, variables: variables.map(\.name), order: .gradient)
    let searched = parameters.count - compiled.linearParameters.count
    return .global(min(128, 8 << min(searched, 4)))
  }
}
