import ScalingLaws
import Tables
import TrainingCost

/// How the size was chosen.
func choice(_ best: ClusterRun, among sizes: [ClusterRun], _ request: ClusterRequest) -> String {
  let place = "\(request.cluster.count) \(request.cluster.accelerator.name) in \(formatDuration(request.seconds))"
  let run =
    "\(formatParams(best.params)) on \(formatTokens(best.tokens)), \(significant(best.tokens / best.params)) tokens a "
    + "parameter"
  guard sizes.count > 1 else {
    return "On \(place) there is time to train \(run), to a loss of \(significant(best.loss, digits: 4))."
  }
  func other(_ factor: Double, _ word: String) -> String? {
    guard
      let near = sizes.filter({ $0.shape != best.shape }).min(by: {
        abs($0.params / best.params / factor - 1) < abs($1.params / best.params / factor - 1)
      }), abs(near.params / best.params / factor - 1) < 0.25
    else { return nil }
    return "\(formatParams(near.params)) would see \(formatTokens(near.tokens)) for a loss "
      + "\(significant(near.loss - best.loss, digits: 2)) higher"
  }
  let others = [other(0.5, "half"), other(2, "double")].compactMap { $0 }
  let beside = others.isEmpty ? "" : ": \(others.joined(separator: ", "))"
  return "Of \(sizes.count) sizes on \(place), each in its fastest layout, \(run), have the lowest loss, "
    + "\(significant(best.loss, digits: 4))\(beside)."
}

/// A sentence for each decision on the cluster.
func sentences(
  _ run: ClusterRun, _ error: ClosedRange<Double>, _ request: ClusterRequest, _ options: PlanOptions
) throws(PlanError) -> [String] {
  let shape = run.shape
  let heads =
    shape.keyValueHeads == shape.heads
    ? "\(shape.heads) heads" : "\(shape.heads) heads (\(shape.keyValueHeads) of keys)"
  var sentences = [
    "The shape is \(shape.layers) layers of \(shape.hidden), \(heads), MLPs of \(shape.feedForward), vocabulary "
      + "\(shape.vocabulary): proportions of published models.",
    run.batchSentence,
  ]
  do {
    let model = try StepModel(run.workload, on: request.cluster, efficiency: request.calibration?.efficiency)
    let search = LayoutSearch(model, request.layouts)
    sentences.append(
      "The layout is \(run.layout.layout.summary), the fastest of \(search.fitting) that fit of \(search.considered).")
    sentences += search.reasons(model, request.layouts)
  } catch {
    throw PlanError(error.description)
  }
  let percent = significant(run.utilisation * 100, digits: 2)
  sentences.append(
    "A step takes \(formatDuration(run.layout.time.total)): \(formatCount(run.tokensPerSecond)) tokens a second, an MFU of "
      + "\(percent) %, worked out and not assumed.")
  let basis =
    request.calibration.map { "from \($0.ids.count) measured steps" }
    ?? "as on held-out steps of others; calibrate with steps of yours to know yours"
  sentences.append(
    "The step time is taken to be within \(significant((error.upperBound - 1) * 100, digits: 2)) % at "
      + "\(significant(options.level * 100, digits: 2)) %, \(basis).")
  return sentences
}
