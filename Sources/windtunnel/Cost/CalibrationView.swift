import Documents
import Foundation
import Report
import TrainingCost

/// The tables that `cost calibrate` prints.
struct CalibrationView {
  private let document: CalibrationDocument
  private let terminal: Terminal

  init(_ document: CalibrationDocument, terminal: Terminal = .standardOutput) {
    (self.document, self.terminal) = (document, terminal)
  }

  var text: String {
    let level = "\(NumberText.percent(document.level)) interval"
    var table = TextTable(
      [
        .init("constant"), .init("value", .right), .init(level), .init("before", .right),
        .init("learned from the rows", .right),
      ], terminal: terminal)
    for constant in document.constants {
      table.add([
        constant.name, NumberText.rounded(constant.value),
        "\(NumberText.rounded(constant.interval[0])) … \(NumberText.rounded(constant.interval[1]))",
        NumberText.rounded(constant.prior), "\(Int((constant.informed * 100).rounded())) %",
      ])
    }
    return """
      \(terminal.styled("\(document.rows.count) steps", .bold)) of \(document.file) on \(document.accelerator)

      \(table.render(width: terminal.columns).trimmingCharacters(in: .newlines))
      \(errors)scatter \(NumberText.percent(document.scatter, 2))
      \(memory)\(document.converged ? "" : "warning: the fit did not converge; leave out rows that stalled\n")
      """
  }

  private var errors: String {
    guard let mean = document.errors?.meanAbsoluteError, let median = document.errors?.medianAbsoluteError else {
      return ""
    }
    return
      "times of these rows: \(NumberText.percent(mean, 2)) off on average, \(NumberText.percent(median, 2)) in the "
      + "median; "
  }

  private var memory: String {
    document.errors?.memoryMeanAbsoluteError.map {
      "memory of the rows that measured it: \(NumberText.percent($0, 2)) off on average\n"
    } ?? ""
  }
}

extension CalibrationDocument: ShownDocument {
  func text(on terminal: Terminal) -> String { CalibrationView(self, terminal: terminal).text }
}
