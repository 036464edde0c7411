import Documents
import ScalingLaws
import Tables
import TrainingCost

/// The choice of the size.
func choice(_ best: ClusterRun, among sizes: [ClusterRun], _ request: ClusterRequest) -> String {
  let devices = "\(request.cluster.count) \(request.cluster.accelerator.name)"
  let run =
    "\(formatParams(best.params)) on \(formatTokens(best.tokens)), \(NumberText.rounded(best.tokens / best.params)) "
    + "tokens per parameter"
  let loss = NumberText.rounded(best.loss, 4)
  let place: String
  switch request.goal {
  case .seconds(let seconds):
    place = "on \(devices) in \(formatDuration(seconds))"
    if sizes.count == 1 { return "There is time \(place) to train \(run), to a loss of \(loss)." }
  case .flops(let flops):
    place = "for \(formatFLOPs(flops)) on \(devices)"
    if sizes.count == 1 {
      return
        "\(formatFLOPs(flops)) train \(run), to a loss of \(loss), in \(formatDuration(best.seconds)) on \(devices)."
    }
  case .loss:
    place = "on \(devices)"
    if sizes.count == 1 { return "To a loss of \(loss), \(run), take \(formatDuration(best.seconds)) \(place)." }
  }
  func other(_ factor: Double) -> String? {
    guard
      let near = sizes.filter({ $0.shape != best.shape }).min(by: {
        abs($0.params / best.params / factor - 1) < abs($1.params / best.params / factor - 1)
      }), abs(near.params / best.params / factor - 1) < 0.25
    else { return nil }
    if case .loss = request.goal {
      return "\(formatParams(near.params)) would need \(formatTokens(near.tokens)) and \(formatDuration(near.seconds))"
    }
    return "\(formatParams(near.params)) would see \(formatTokens(near.tokens)) for a loss "
      + "\(NumberText.rounded(near.loss - best.loss, 2)) higher"
  }
  let others = [other(0.5), other(2), sooner(than: best, among: sizes, request.goal)].compactMap { $0 }
  let beside = others.isEmpty ? "" : ": \(others.joined(separator: ", "))"
  if case .loss = request.goal {
    return
      "Of \(sizes.count) sizes \(place), each in its fastest layout, \(run), reach a loss of \(loss) first, after "
      + "\(formatDuration(best.seconds))\(beside)."
  }
  return "Of \(sizes.count) sizes \(place), each in its fastest layout, \(run), have the lowest loss, \(loss)\(beside)."
}

/// A size of hardly higher loss for which the same compute takes less time.
private func sooner(than best: ClusterRun, among sizes: [ClusterRun], _ goal: ClusterGoal) -> String? {
  guard case .flops = goal,
    let near = sizes.filter({ $0.loss < best.loss * 1.0005 }).min(by: { $0.seconds < $1.seconds }),
    near.seconds < 0.97 * best.seconds
  else { return nil }
  return "\(formatParams(near.params)) would finish in \(formatDuration(near.seconds)) instead of "
    + "\(formatDuration(best.seconds)), for a loss \(NumberText.rounded(near.loss - best.loss, 2)) higher"
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
  if let weights = request.weights {
    let bytes = Double(shape.parameters.total) * weights.bytesPerParam
    sentences.append(
      "The weights take \(formatBytes(bytes)) of the \(formatBytes(weights.bytes)) that they must fit into, at "
        + "\(formatCount(weights.bytesPerParam)) bytes per parameter.")
  }
  do {
    let model = try StepModel(run.workload, on: request.cluster, efficiency: request.calibration?.efficiency)
    let search = LayoutSearch(model, request.layouts)
    sentences.append(
      "The layout is \(run.layout.layout.summary), the fastest of \(search.fitting) that fit of \(search.considered).")
    sentences += search.reasons(model, request.layouts)
  } catch {
    throw PlanError(error.description)
  }
  let percent = NumberText.percent(run.utilization, 2)
  sentences.append(
    "A step takes \(formatDuration(run.layout.time.total)): \(formatCount(run.tokensPerSecond)) tokens per second, an "
      + "MFU of \(percent), computed and not assumed.")
  let basis =
    request.calibration.map { "from \($0.ids.count) measured steps" }
    ?? "as on held-out steps of others; calibrate with your own steps to know your own error"
  sentences.append(
    "The step time is assumed to be within \(NumberText.percent(error.upperBound - 1, 2)) at "
      + "\(NumberText.percent(options.level, 2)), \(basis).")
  if request.calibration == nil { sentences.append(PublishedRun.sentence) }
  return sentences
}
