import Documents
import Foundation
import ScalingLaws
import Tables

extension PlanFindings {
  /// The warnings.
  var warnings: [String] {
    boundary + extrapolation + uncertainty + counting
  }

  private var boundary: [String] {
    switch best.limit {
    case .oneParameter:
      return [
        "The law puts all compute in tokens: the optimum is at the boundary of one parameter, so it cannot plan here."
      ]
    case .oneToken:
      return ["The law puts all compute in size: the optimum is at the boundary of one token, so it cannot plan here."]
    case .unspent:
      return ["The token cap leaves part of the budget unused."]
    case .bothCaps:
      return ["The caps on size and tokens leave part of the budget unused."]
    case .tokenCap, .sizeCap, nil:
      break
    }
    if case .flops(let budget) = goal, lifetime != nil, flops > budget * 1.001 {
      return [
        "Training takes \(formatFLOPs(flops)), \(NumberText.rounded(flops / budget)) times the budget, because "
          + "inference is traded for longer training."
      ]
    }
    return []
  }

  /// The extrapolation of the plan beyond the runs behind the law.
  private var extrapolation: [String] {
    guard !fitted.ranges.isEmpty else {
      return ["The runs behind these parameters are not known, so the extrapolation of this plan cannot be judged."]
    }
    let law = ensemble.law
    var targets = [("compute", column(law.flops, or: "flops"), flops)]
    if law.splits {
      targets.append(("size", column(law.size, or: "params"), best.params))
      targets.append(("number of tokens", column(law.tokens, or: "tokens"), best.tokens))
    }
    return targets.compactMap { what, column, value in
      guard let range = fitted.ranges[column], range.lowerBound > 0 else { return nil }
      let (above, below) = (value / range.upperBound, range.lowerBound / value)
      if above > 1.5 {
        let far = above >= 1000 ? "; no interval covers an extrapolation beyond 1,000-fold" : ""
        return "The plan's \(what) is \(NumberText.rounded(above, 2)) times the largest run's\(far)."
      }
      if below > 1.5 { return "The plan's \(what) is \(NumberText.rounded(below, 2)) times below the smallest run's." }
      return nil
    }
  }

  /// The column of a variable of the law, or the usual one if the law has no such variable.
  private func column(_ variable: Int?, or usual: String) -> String {
    variable.map { fitted.law.variables[$0].column } ?? usual
  }

  private var uncertainty: [String] {
    var sentences: [String] = []
    if ensemble.draws.isEmpty {
      sentences.append("There are no draws of these parameters, so no number here has an interval.")
    } else if let interval = params?.interval, interval.upperBound > 4 * interval.lowerBound {
      sentences.append(
        "The \(percent) interval of the size is wide: "
          + "\(formatCount(interval.lowerBound)) to \(formatParams(interval.upperBound))."
      )
    }
    if ensemble.dropped > 0 {
      sentences.append("\(ensemble.dropped) draws were not finite and are left out.")
    }
    let failed = drawn.filter { $0 == nil }.count
    if failed > 0 {
      sentences.append(
        "\(failed) of \(drawn.count) draws cannot reach the target at any cost; "
          + "intervals that they reach into are left out."
      )
    }
    if !ensemble.draws.isEmpty, fitted.logResiduals.isEmpty {
      sentences.append("The fit's residuals are not known, so there is no interval of a single run's loss.")
    }
    return sentences
  }

  /// The effects that the law leaves out, and the parameters that its sizes count.
  private var counting: [String] {
    var sentences: [String] = []
    let floor = ensemble.point.unconstrained.leastLoss
    if floor < 0.05 * best.loss {
      sentences.append(
        "The law has no irreducible loss: far beyond its runs it predicts losses that no model has, "
          + "so do not extrapolate with it."
      )
    }
    if let preset = fitted.law.presets.first(where: { $0.values == fitted.parameters }) {
      sentences.append("Published parameters: \(preset.note). Count your own sizes the same way.")
    } else if column(ensemble.law.size, or: "params") == Role.paramsNonEmbedding.rawValue {
      sentences.append("Sizes do not count embeddings; add them before you compare with whole models.")
    }
    return sentences
  }
}
