import ArgumentParser
import Documents
import Fitting
import Formulas
import Foundation
import Launch
import Planning
import Report
import RunStore
import ScalingLaws
import Search
import Studies
import Tables
import TrainingCost
import Workflows

/// The exit of the command line after a failure: a message on standard error and an exit code of sysexits.
enum Failure {
  static func exit(with error: any Error) -> Never {
    if let code = code(of: error) { end(message(of: error), code) }
    let text = Windtunnel.fullMessage(for: error)
    switch Windtunnel.exitCode(for: error) {
    case .success:
      // Help and the version are results like any other: a full disk must not swallow them unnoticed.
      do { try DocumentFile.write(text + "\n", to: "-") } catch { end(message(of: error), EX_CANTCREAT) }
      Foundation.exit(EX_OK)
    case .validationFailure:
      end(text.hasPrefix("Error: ") ? String(text.dropFirst(7)) : text, EX_USAGE)
    default:
      end("this is a bug in windtunnel, please report it: \(error)", EX_SOFTWARE)
    }
  }

  private static func end(_ message: String, _ code: Int32) -> Never {
    note("error: \(message)")
    Foundation.exit(code)
  }

  /// Nil for an error that the argument parser reports.
  private static func code(of error: any Error) -> Int32? {
    switch error {
    case let error as TableError: error.kind == .missingInput ? EX_NOINPUT : EX_DATAERR
    case let error as DocumentError: exitCode(error.code)
    case is FitError, is EncodingError, is SearchError, is UnsupportedJobs: EX_DATAERR
    case is FormulaError, is ObjectiveError, is QuantityError, is LawError, is PlanError, is CostError: EX_USAGE
    case let error as StoreError: exitCode(error.code)
    case let error as StudyError: exitCode(error.code)
    case is WorkflowError: EX_USAGE
    case is LaunchError: EX_UNAVAILABLE
    case let error as ReportError: error.exitCode
    case let error as UsageError: error.code
    default: nil
    }
  }

  private static func exitCode(_ code: DocumentError.Code) -> Int32 {
    switch code {
    case .missing: EX_NOINPUT
    case .invalid: EX_DATAERR
    case .cannotWrite: EX_CANTCREAT
    }
  }

  private static func exitCode(_ code: StoreError.Code) -> Int32 {
    switch code {
    case .missing, .noStudy: EX_NOINPUT
    case .badData, .otherStudy: EX_DATAERR
    case .busy: EX_TEMPFAIL
    case .studyExists, .noDirectory, .cannotWrite: EX_CANTCREAT
    }
  }

  private static func exitCode(_ code: StudyError.Code) -> Int32 {
    switch code {
    case .failuresInARow: EX_DATAERR
    case .noProposal: EX_UNAVAILABLE
    case .cannotWrite: EX_CANTCREAT
    }
  }

  /// The remedy of the command line for an error of a store.
  private static func remedy(_ code: StoreError.Code) -> String {
    switch code {
    case .noStudy: "; run one without --resume, or check the name"
    case .studyExists: "; go on with it by --resume, or name another --directory"
    case .otherStudy:
      "; name another --directory, or undo the change (the budget and the workers may change)"
    case .noDirectory: "; name another with --directory"
    case .missing, .badData, .busy, .cannotWrite: ""
    }
  }

  private static func message(of error: any Error) -> String {
    switch error {
    case EncodingError.invalidValue(let value, let context):
      "the result has no finite '\(context.codingPath.map(\.stringValue).joined(separator: "."))' but \(value): the runs are too "
        + "few or too extreme; look at them, or leave some out with --where"
    case let error as StoreError: "\(error)\(remedy(error.code))"
    case let error as StudyError: "\(error), then go on with --resume"
    default: "\(error)"
    }
  }
}

/// The hint for an unknown name.
func hint(for name: String, among names: [String]) -> String {
  nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
    ?? "the names are \(names.joined(separator: ", "))"
}

/// A request that cannot be met as it stands.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  var code = EX_USAGE

  init(_ description: String) { self.description = description }
}
