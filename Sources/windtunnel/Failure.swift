import ArgumentParser
import Fitting
import Formulas
import Foundation
import Planning
import Report
import ScalingLaws
import Tables
import TrainingCost

/// How the command line ends when it cannot do what was asked: a message on standard error and an exit code of sysexits.
enum Failure {
  static func exit(with error: any Error) -> Never {
    guard let code = code(of: error) else { Windtunnel.exit(withError: error) }
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    Foundation.exit(code)
  }

  /// Nil for an error that is the argument parser's to report.
  private static func code(of error: any Error) -> Int32? {
    switch error {
    case let error as TableError: error.kind == .missingInput ? EX_NOINPUT : EX_DATAERR
    case let error as DocumentError: error.isMissing ? EX_NOINPUT : EX_DATAERR
    case is FitError: EX_DATAERR
    case is FormulaError, is ObjectiveError, is QuantityError, is LawError, is PlanError, is CostError: EX_USAGE
    case let error as ReportError: error.exitCode
    case let error as UsageError: error.code
    default: nil
    }
  }
}

/// A request that cannot be met as it stands.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  var code = EX_USAGE

  init(_ description: String) { self.description = description }
}
