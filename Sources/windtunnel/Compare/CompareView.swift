import Documents
import Report
import ScalingLaws

extension LawComparison: ShownDocument {
  /// The error of each law against the extrapolation factor of its prediction.
  var picture: Plot {
    let lines = laws.enumerated().compactMap { index, law -> Plot.Layer? in
      guard let points = law.backTest?.byFactor, points.count > 1 else { return nil }
      return .line(
        .init(
          x: points.map(\.factor), y: points.map { $0.error * 100 }, ink: .index(index), width: 2, label: law.law))
    }
    return Plot(
      title: "Error over extrapolation", subtitle: "fitted below a compute, scored on the runs above it",
      x: .init("\(dearBy.noun) of the run over the most that was fitted", .log10),
      y: .init("mean error of the loss (%)"),
      layers: lines)
  }

  func text(on terminal: Terminal) -> String {
    let least = laws.map(\.aic).min() ?? 0
    let leastBIC = laws.map(\.bic).min() ?? 0
    var table = TextTable(
      [
        .init("law"), .init("parameters", .right), .init("ΔAIC", .decimal), .init("ΔBIC", .decimal),
        .init("cross-validation", .decimal), .init("extrapolation", .decimal), .init("bias", .decimal),
        .init("back-test", .decimal), .init("weight", .decimal),
      ], terminal: terminal)
    func percent(_ value: Double?) -> String { value.map { NumberText.percent($0) } ?? "–" }
    func decimal(_ value: Double) -> String { NumberText.fixed(value, 1) }
    for law in laws {
      table.add([
        law.law, String(law.parameters), decimal(law.aic - least),
        decimal(law.bic - leastBIC), percent(law.crossValidationError), percent(law.extrapolationError),
        percent(law.extrapolationBias), percent(law.backTestError),
        law.stackingWeight.map { NumberText.fixed($0, 2) } ?? "–",
      ])
    }
    let factor =
      extrapolationFactor.map { ", up to \(NumberText.rounded($0)) times the \(dearBy.noun)" }
      ?? ""
    let share = NumberText.rounded(holdout * 100)
    let cuts = laws.lazy.compactMap { $0.backTest?.cuts }.first ?? []
    let farthest = cuts.flatMap(\.misses).map(\.factor).max() ?? 1
    let left = (exclusions ?? []).map { "\($0.lines.count) left out: \($0.reason)" }
    let words =
      left + (notes ?? []) + [
        cuts.isEmpty
          ? "the runs cannot be divided by \(dearBy.noun) for a back-test"
          : "sorted by the back-test: fitted below each of \(cuts.count) "
            + "\(dearBy == .flops ? "computes" : "steps") "
            + "and scored on all runs above, up to \(NumberText.rounded(farthest)) times the "
            + "\(dearBy.noun); the weights form the stack that predicts best"
            + (stackError.map { " (\(percent($0)) on the same cutoffs)" } ?? ""),
        "extrapolation is from the other runs to the most expensive \(share) % of \(runs)\(factor)",
        "errors are means of |log prediction − log observation|; a positive bias means that the predicted loss is too "
          + "high",
        "cross-validation is \(folds)-fold\(foldedBy.map { " by \($0)" } ?? ""); AIC and BIC use "
          + "least squares on log residuals",
      ]
    let flattery =
      dearBy == .steps && foldedBy == nil
      ? [
        "the points of a curve are close together: cross-validation among them favors every law; --fold-by leaves out "
          + "whole curves"
      ] : []
    let drawn = picture
    let plot =
      drawn.layers.isEmpty
      ? "" : drawn.terminal(width: min(terminal.columns, 76), height: 12, color: terminal.usesColor) + "\n"
    return table.render(width: max(terminal.columns, 110)) + plot
      + (words + flattery).map { terminal.styled($0, .dim) + "\n" }.joined()
  }
}
