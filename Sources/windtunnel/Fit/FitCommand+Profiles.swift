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
    var document = ProfileDocument(
      approach: approach, result, surface: surface, bias: bias, runs: record, seed: computing.seed)
    document.tried = RunPoints(runs, target: "loss", observed: loss)
    if let path = plot.plot { try ProfileFigure(document).plot.write(to: path) }
    try output.emit(document)
  }
}
