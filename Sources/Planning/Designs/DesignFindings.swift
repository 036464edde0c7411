import Documents
import Foundation
import ScalingLaws
import Tables

/// The findings of a design, from which its sentences are written.
struct DesignFindings {
  let study: DesignStudy
  let before: DesignForecast?
  let after: DesignAppraisal
  let customary: [DesignAppraisal]
  let extrapolation: Double

  private var fitted: FittedLaw { study.ensemble.law.fitted }
  private var percent: String { NumberText.percent(study.noise) }

  var reasons: [String] {
    var sentences = [
      "The law is \(fitted.law.name), L = \(fitted.law.formula.text): \(fitted.provenance).",
      study.ensemble.law.rule.sentence,
    ]
    switch study.prior {
    case _?:
      sentences.append(
        "The prior information from the runs behind the fit is the covariance of its \(fitted.draws.count) draws, and "
          + "the expectation is the mean over the fit and \(study.scenarioCount - 1) of them.")
    case nil:
      sentences.append(
        "There is no prior information: the new runs alone are to determine the law, near these parameters.")
    }
    let source = study.request.noise == nil ? "the spread of the fit's residuals" : "as given"
    var noise = "The noise of a run is \(percent) of its loss (\(source))"
    if let small = study.request.noiseOfCheapest {
      noise += ", rising to \(NumberText.percent(small)) at the cheapest run"
    }
    if let trend = study.trend {
      let ends = trend.span.map { "\(NumberText.percent(trend.deviation(at: $0))) at \(formatFLOPs($0))" }
      noise +=
        " at \(formatFLOPs(trend.middle)), varying with compute as among the fitted runs: "
        + "\(ends.joined(separator: ", ")), and beyond them as at the nearest"
    }
    sentences.append(noise + "; errors are those of least squares on the logarithm of the loss, by linear theory.")
    return sentences
  }

  var warnings: [String] { conditioning + modelError + knowledge + noise }

  private var conditioning: [String] {
    var sentences: [String] = []
    if let correlation = after.correlation, abs(correlation) > 0.999 {
      sentences.append(
        "Size and tokens move together in \(after.name) (correlation \(NumberText.rounded(correlation, 5)) in "
          + "logarithms): no fit can separate their effects; vary the tokens of one size.")
    } else if after.isIllConditioned {
      sentences.append(
        "\(after.name.prefix(1).uppercased() + after.name.dropFirst()) alone "
          + "leave\(after.name.hasSuffix("s") ? "" : "s") a direction of the parameters undetermined (condition number "
          + "\(NumberText.rounded(after.conditionNumber, 2)))"
          + (study.prior == nil ? ": vary size and tokens more." : ", and rely on the runs behind the fit."))
    }
    if after.forecast == nil {
      sentences.append(
        "The target is not determined by \(after.name)\(study.prior == nil ? "" : " and the fit together").")
    }
    return sentences
  }

  /// Beyond these factors, chance is not the main error of a forecast.
  private var modelError: [String] {
    guard extrapolation > 100 else { return [] }
    let far = "The target's compute is \(NumberText.rounded(extrapolation, 2)) times the largest run's"
    return [
      extrapolation > 1000
        ? "\(far): no interval covers an extrapolation beyond 1,000-fold, where the law's own error dominates."
        : "\(far): expect the law's own error to be as large as the random error that these intervals cover; keep part "
          + "of the budget for an intermediate run, and check the forecast on it."
    ]
  }

  private var knowledge: [String] {
    var sentences: [String] = []
    if fitted.draws.isEmpty {
      sentences.append(
        "There are no draws of these parameters: the design is best near them, and may be poor if they are wrong."
      )
    } else if study.prior == nil {
      sentences.append(
        "The \(fitted.draws.count) draws of the fit do not span its parameters, so the runs behind it are ignored; fit "
          + "again with --bootstrap 200 or more.")
    }
    if let before, let drawn = study.drawnLossError, drawn > 0,
      max(before.lossError / drawn, drawn / before.lossError) > 1.5
    {
      sentences.append(
        "The draws spread the target's log loss by \(NumberText.rounded(drawn, 2)), but linear theory gives "
          + "\(NumberText.rounded(before.lossError, 2)): use the expected intervals only as a guide.")
    }
    return sentences
  }

  /// A few outlying residuals make the rest look noisier than they are.
  private var noise: [String] {
    guard study.request.noise == nil, fitted.logResiduals.count > 10 else { return [] }
    let middle = fitted.logResiduals.map(abs).sorted()[fitted.logResiduals.count / 2] * 1.4826
    guard middle > 0, study.noise > 2 * middle else { return [] }
    return [
      "A few residuals are far larger than the rest, which spread by \(NumberText.percent(middle, 2)): if such runs "
        + "are mistakes, state the noise without them."
    ]
  }
}
