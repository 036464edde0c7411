import Documents
import Report
import ScalingLaws
import Tables

extension DensityDocument: ShownDocument {
  func text(on terminal: Terminal) -> String {
    let level = "\(NumberText.percent(level)) interval"
    var table = TextTable(
      [
        .init("model", wraps: true), .init("params", .right), .init(score, .decimal),
        .init("effective size", .right), .init("density", .decimal), .init(level), .init(""),
      ], terminal: terminal)
    let order = models.indices.sorted {
      (models[$0].days ?? 0, $0) < (models[$1].days ?? 0, $1)
    }
    for model in order.map({ models[$0] }) {
      table.add([
        model.model, formatParams(model.params), NumberText.rounded(model.score, 4),
        model.effectiveParams.map { formatParams($0) } ?? "–",
        model.density.map { NumberText.rounded($0) } ?? "–",
        model.interval.map { "\(NumberText.rounded($0[0])) … \(NumberText.rounded($0[1]))" } ?? "–",
        model.isRecord ? "densest so far" : "",
      ])
    }
    var lines = [
      "\(terminal.styled("\(models.count) models", .bold)) of \(runs.file), compared with reference "
        + "models of \(reference.joined(separator: ", then ")) on \(formatTokens(tokens))\n",
      table.render(width: terminal.columns),
    ]
    if let trend = trend {
      func months(_ days: Double) -> String { NumberText.rounded(days / 30.4375) }
      let ends = trend.doublingInterval.map { ", \(level) \(months($0[0])) … \(months($0[1]))" } ?? ""
      lines.append(
        "the best density doubles every \(months(trend.best.doublingDays)) months\(ends) "
          + "(\(NumberText.rounded(trend.best.slope)) per day, R² \(NumberText.rounded(trend.best.rSquared)), over the "
          + "\(trend.best.records) models that were denser than all before)")
    }
    lines += warnings.map {
      wrapped($0, label: terminal.styled("warning", .warning), labelWidth: 7, width: terminal.columns)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
