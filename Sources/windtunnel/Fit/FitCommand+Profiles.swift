import Documents
import Fitting
import Foundation
import Report
import ScalingLaws
import Tables

extension FitCommand {
  /// Hoffmann's approaches 1 and 2: the growth of the best size with compute, without a formula for the loss.
  func runProfiles(_ loaded: SubsetOptions.Loaded) throws {
    let runs = loaded.runs
    let params = try runs.values(for: .params)
    let tokens = try runs.values(for: .tokens)
    let flops =
      try runs.column(for: .flops) != nil ? try runs.values(for: .flops) : zip(params, tokens).map { 6 * $0 * $1 }
    let loss = try runs.values(for: .loss)
    _ = try runs.validated(for: [.params, .tokens, .loss])
    let result: ComputeExponents
    // A table on which these approaches fail is bad data, not a usage error.
    func fault(_ error: LawError) -> TableError {
      TableError(.badData, file: runs.table.name, message: error.description)
    }
    var surface: IsoFLOPSurface?
    var bias: IsoFLOPBias?
    if approach == 1 {
      guard try runs.column(for: .run) != nil else {
        throw TableError(
          .badData, file: runs.table.name,
          message: "the envelope of training curves needs a column 'run' that tells which points belong to one run "
            + "(or --rename your_column=run)")
      }
      let names = try runs.labels(for: .run)
      do {
        let curves = try TrainingCurves(run: names, params: params, tokens: tokens, flops: flops, loss: loss)
        result = try .trainingCurveEnvelope(
          curves, EnvelopeOptions(resamples: bootstrap, seed: computing.seed, level: interval))
      } catch { throw fault(error) }
    } else {
      let labels = try runs.column(for: .budget) != nil ? try runs.values(for: .budget) : nil
      let options = IsoFLOPOptions(resamples: bootstrap, seed: computing.seed, level: interval)
      do {
        let columns = try RunColumns(params: params, tokens: tokens, flops: flops, loss: loss, budget: labels)
        result = try .isoFLOPProfiles(columns, options)
        // The surface and the bias are supplements: profiles are printed without them.
        surface = try? IsoFLOPSurface(columns, options, threads: computing.threadCount)
        bias = surface.flatMap { try? IsoFLOPBias(of: columns, under: $0.surface, target: nil, options) }
      } catch { throw fault(error) }
    }
    let record = FitDocument.Runs(runs, exclusions: loaded.exclusions, notes: loaded.notes)
    let document = ProfileDocument(
      approach: approach, result, surface: surface, bias: bias, runs: record, seed: computing.seed)
    if let path = plot.plot { try ProfileFigure(document, params, flops, loss).plot.write(to: path) }
    try output.emit(document) {
      profileView(document, ProfileFigure(document, params, flops, loss))
    }
  }

  private func profileView(_ document: ProfileDocument, _ figure: ProfileFigure) -> String {
    let terminal = Terminal.standardOutput
    func interval(_ ends: [Double]?) -> String {
      ends.map { "\(NumberText.rounded($0[0], 4)) … \(NumberText.rounded($0[1], 4))" } ?? "–"
    }
    var table = TextTable(
      [
        .init("approach \(approach)"), .init("exponent", .decimal),
        .init("\(NumberText.percent(self.interval)) interval"),
      ],
      terminal: terminal)
    table.add([
      "size ∝ C^a", NumberText.rounded(document.exponents.size, 4), interval(document.exponents.sizeInterval),
    ])
    table.add([
      "tokens ∝ C^b", NumberText.rounded(document.exponents.tokens, 4), interval(document.exponents.tokensInterval),
    ])
    if let surface = document.surface {
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
    let step = max(1, document.points.count / 12)
    for point in document.points.enumerated().filter({ $0.offset % step == 0 }).map(\.element) {
      optima.add([
        formatFLOPs(point.flops), formatParams(point.params), formatTokens(point.tokens),
        NumberText.rounded(point.loss, 4),
        String(point.runs),
      ])
    }
    let words =
      (document.left.map(\.reason) + document.notes).map {
        wrapped($0, label: terminal.styled("note", .dim), labelWidth: 4, width: terminal.columns)
      }
    let findings = document.diagnostics.map {
      wrapped(
        $0.message, label: terminal.styled($0.severity == .info ? "note" : "warning", .warning), labelWidth: 7,
        width: terminal.columns)
    }
    return [
      "\(document.runs.used) runs of \(document.runs.file)\n", table.render(width: 100), optima.render(width: 100),
      figure.plot.terminal(width: min(terminal.columns, 76), height: 14, color: terminal.usesColor),
      (words + findings).joined(separator: "\n") + "\n",
    ].joined(separator: "\n")
  }
}

/// The profiles and the line through their minima.
struct ProfileFigure {
  private let document: ProfileDocument
  private let params: [Double]
  private let flops: [Double]
  private let loss: [Double]

  init(_ document: ProfileDocument, _ params: [Double], _ flops: [Double], _ loss: [Double]) {
    self.document = document
    self.params = params
    self.flops = flops
    self.loss = loss
  }

  /// The best size against compute, with the line.
  var plot: Plot {
    let compute = document.points.map(\.flops)
    let a = document.exponents.size
    let k = document.parameters["size_log_coefficient"]?.value ?? 0
    return Plot(
      title: "Best size over compute", subtitle: "size ∝ C^\(NumberText.rounded(a))",
      x: .init("training compute (FLOP)", .log10, numbers: .powers), y: .init("params", .log10, numbers: .suffixes),
      layers: [
        .points(.init(x: flops, y: params, ink: .gray, radii: [2], label: "runs")),
        .line(.init(x: compute, y: compute.map { exp(k + a * log($0)) }, ink: .index(0), width: 2, label: "power law")),
        .points(
          .init(
            x: compute, y: document.points.map(\.params), ink: .index(1), marker: .diamond,
            label: "optimum at each compute")),
      ])
  }
}
