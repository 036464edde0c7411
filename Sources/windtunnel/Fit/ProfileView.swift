import Documents
import Foundation
import Report
import ScalingLaws
import Tables

extension ProfileDocument: ShownDocument {
  func text(on terminal: Terminal) -> String {
    func interval(_ ends: [Double]?) -> String {
      ends.map { "\(NumberText.rounded($0[0], 4)) … \(NumberText.rounded($0[1], 4))" } ?? "–"
    }
    var table = TextTable(
      [
        .init("approach \(approach)"), .init("exponent", .decimal),
        .init("\(NumberText.percent(level)) interval"),
      ],
      terminal: terminal)
    table.add([
      "size ∝ C^a", NumberText.rounded(exponents.size, 4), interval(exponents.sizeInterval),
    ])
    table.add([
      "tokens ∝ C^b", NumberText.rounded(exponents.tokens, 4), interval(exponents.tokensInterval),
    ])
    if let surface = surface {
      table.add([
        "size, one surface through all runs (l2)", NumberText.rounded(surface.sizeExponent, 4),
        interval(surface.sizeInterval),
      ])
    }
    var optima = TextTable(
      [
        .init("compute"), .init("best size", .right), .init("tokens", .right), .init("loss", .decimal),
        .init("runs", .right),
      ],
      terminal: terminal)
    // An envelope has hundreds of points; a dozen represent it.
    let step = max(1, points.count / 12)
    for point in points.enumerated().filter({ $0.offset % step == 0 }).map(\.element) {
      optima.add([
        formatFLOPs(point.flops), formatParams(point.params), formatTokens(point.tokens),
        NumberText.rounded(point.loss, 4),
        String(point.runs),
      ])
    }
    let words =
      (left.map(\.reason) + notes).map {
        wrapped($0, label: terminal.styled("note", .dim), labelWidth: 4, width: terminal.columns)
      }
    let findings = diagnostics.map {
      wrapped(
        $0.message, label: terminal.styled($0.severity == .info ? "note" : "warning", .warning), labelWidth: 7,
        width: terminal.columns)
    }
    return [
      "\(runs.used) runs of \(runs.file)\n", table.render(width: 100), optima.render(width: 100),
      ProfileFigure(self).plot.terminal(width: min(terminal.columns, 76), height: 14, color: terminal.usesColor),
      (words + findings).joined(separator: "\n") + "\n",
    ].joined(separator: "\n")
  }
}

/// The profiles and the line through their minima.
struct ProfileFigure {
  private let document: ProfileDocument

  init(_ document: ProfileDocument) { self.document = document }

  /// The best size against compute, with the line.
  var plot: Plot {
    let compute = document.points.map(\.flops)
    let a = document.exponents.size
    let k = document.parameters["size_log_coefficient"]?.value ?? 0
    return Plot(
      title: "Best size over compute", subtitle: "size ∝ C^\(NumberText.rounded(a))",
      x: .init("training compute (FLOP)", .log10, numbers: .powers), y: .init("params", .log10, numbers: .suffixes),
      layers: [
        .points(
          .init(
            x: document.tried?.flops ?? [], y: document.tried?.params ?? [], ink: .gray, radii: [2], label: "runs")),
        .line(.init(x: compute, y: compute.map { exp(k + a * log($0)) }, ink: .index(0), width: 2, label: "power law")),
        .points(
          .init(
            x: compute, y: document.points.map(\.params), ink: .index(1), marker: .diamond,
            label: "optimum at each compute")),
      ])
  }
}
