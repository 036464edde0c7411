import Documents
import Fitting
import Foundation
import ScalingLaws
import Tables

/// The best use of a further budget for a dense checkpoint.
public struct UpcyclingChoice: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    public let option: UpcyclingOption
    public let activeParams: Double
    public let totalParams: Double
    /// Further tokens.
    public let tokens: Double
    public let loss: Quantity
    /// The memory of all parameters, in bytes.
    public let memory: Double
    /// Whether it fits in the memory.
    public let fits: Bool
    /// The share of draws in which it is best among those that fit; nil without draws of all laws.
    public let share: Double?
  }

  /// A further budget at which the best option changes.
  public struct Crossover: Sendable, Hashable {
    /// Training compute in FLOP; its interval pairs the draws of the two laws.
    public let flops: Quantity
    /// Further tokens of the option above.
    public let tokens: Double
    /// The best option just below and just above.
    public let below: UpcyclingOption
    public let above: UpcyclingOption
  }

  public let best: UpcyclingOption
  public let rows: [Row]
  /// By ascending compute, for options that fit into the memory.
  public let crossovers: [Crossover]
  /// The further budgets in FLOP between which crossovers were searched for.
  public let searched: ClosedRange<Double>
  public let denseParams: Double
  public let denseTokens: Double
  public let experts: Double
  public let architecture: ExpertArchitecture
  public let memoryLimit: Double?
  /// The utilization of mixtures over that of the dense model, for which budgets are counted.
  public let mixtureRate: Double
  public let bytesPerParam: Double
}

/// Further dense training, a mixture of experts from scratch, or upcycling, for a checkpoint and further training
/// compute in FLOP (Liew et al. 2025, arXiv 2502.03009).
///
/// All three keep the checkpoint's width and depth, so they cost about the same to serve.
///
/// - Throws: ``PlanError`` if the request or a law is not suitable, or nothing fits into the memory.
public func planUpcycling(
  _ laws: UpcyclingLaws, flops: Double, _ request: UpcyclingRequest, options: PlanOptions = PlanOptions()
) throws(PlanError) -> Plan {
  try request.validate()
  try validate(.flops(flops), PlanConstraints(), options)
  var curves: [UpcyclingCurve] = []
  for option in UpcyclingOption.allCases { curves.append(try UpcyclingCurve(option, laws, request)) }
  let fitting = curves.filter { $0.totalParams * request.bytesPerParam <= request.memory ?? .infinity }
  for curve in fitting where !curve.loss(flops, on: curve.point).isFinite {
    throw PlanError("the law '\(curve.law.fitted.law.name)' has no finite loss for this budget; check its parameters")
  }
  guard let best = fitting.min(by: { $0.loss(flops, on: $0.point) < $1.loss(flops, on: $1.point) }) else {
    let least = (curves.map(\.totalParams).min() ?? 0) * request.bytesPerParam
    throw PlanError(
      "nothing fits into \(formatBytes(request.memory ?? 0)): even the dense model takes \(formatBytes(least)) at "
        + "\(formatCount(request.bytesPerParam)) bytes per parameter; give more memory or fewer bytes per parameter")
  }
  let choice = UpcyclingChoice(curves, fitting, best: best.option, flops: flops, request, level: options.level)
  let (law, samples) = (best.law.fitted, best.draws.map { best.loss(flops, on: $0) })
  let tokens = best.tokens(flops)
  var plan = Plan(
    law: law.law.name, provenance: law.provenance, fit: law.fingerprint, params: Quantity(value: best.activeParams),
    sizeColumn: Role.activeParams.rawValue, tokens: Quantity(value: tokens),
    flops: Quantity(value: ComputeRule.sixND.trainingFLOPs(params: best.activeParams, tokens: tokens)),
    tokensPerParam: Quantity(value: tokens / best.activeParams), epochs: nil,
    loss: Quantity(
      value: best.loss(flops, on: best.point), interval: centralInterval(samples, level: options.level)),
    predictionInterval: predictionInterval(
      samples, logResiduals: law.logResiduals, level: options.level, seed: options.seed),
    exponents: nil, robust: nil, valley: nil, lifetime: nil, level: options.level, seed: options.seed,
    drawCount: samples.count, mixture: nil, upcycling: choice, reasons: [], warnings: [])
  plan.reasons = choice.reasons(curves, flops)
  plan.warnings = choice.warnings(curves, flops)
  return plan
}

extension UpcyclingChoice {
  fileprivate init(
    _ curves: [UpcyclingCurve], _ fitting: [UpcyclingCurve], best: UpcyclingOption, flops: Double,
    _ request: UpcyclingRequest, level: Double
  ) {
    let paired = curves.map(\.draws.count).min() ?? 0
    let winners = (0..<paired).map { draw in
      fitting.min { $0.loss(flops, on: $0.draws[draw]) < $1.loss(flops, on: $1.draws[draw]) }?.option
    }
    self.best = best
    rows = curves.map { curve in
      let samples = curve.draws.map { curve.loss(flops, on: $0) }
      return Row(
        option: curve.option, activeParams: curve.activeParams, totalParams: curve.totalParams,
        tokens: curve.tokens(flops),
        loss: Quantity(value: curve.loss(flops, on: curve.point), interval: centralInterval(samples, level: level)),
        memory: curve.totalParams * request.bytesPerParam, fits: fitting.contains { $0.option == curve.option },
        share: paired == 0 ? nil : Double(winners.filter { $0 == curve.option }.count) / Double(paired))
    }
    // Beyond this range the laws extrapolate too far.
    let own = ComputeRule.sixND.trainingFLOPs(params: request.denseParams, tokens: request.denseTokens)
    searched = own * 1e-3...own * 1e2
    crossovers = Self.crossovers(of: fitting, within: searched, paired: paired, level: level)
    denseParams = request.denseParams
    denseTokens = request.denseTokens
    experts = request.experts
    architecture = request.architecture
    memoryLimit = request.memory
    mixtureRate = request.mixtureRate
    bytesPerParam = request.bytesPerParam
  }

  /// The budgets at which the best option changes, by an even scan over the logarithm of compute and a root between
  /// neighbors.
  private static func crossovers(
    of curves: [UpcyclingCurve], within range: ClosedRange<Double>, paired: Int, level: Double
  ) -> [Crossover] {
    let (low, high) = (log(range.lowerBound), log(range.upperBound))
    let steps = 400
    let places = (0...steps).map { low + (high - low) * Double($0) / Double(steps) }
    let best = places.map { x in curves.min { $0.loss(exp(x), on: $0.point) < $1.loss(exp(x), on: $1.point) } }
    return (1...steps).compactMap { k -> Crossover? in
      guard let below = best[k - 1], let above = best[k], below.option != above.option else { return nil }
      func excess(_ x: Double, _ one: LossSurface, _ other: LossSurface) -> Double {
        above.loss(exp(x), on: one) - below.loss(exp(x), on: other)
      }
      guard let place = root(from: places[k - 1], to: places[k], of: { excess($0, above.point, below.point) }) else {
        return nil
      }
      // A draw that never crosses counts as beyond all budgets.
      let samples = (0..<paired).map { draw in
        root(near: place, within: low...high) { excess($0, above.draws[draw], below.draws[draw]) }.map(exp) ?? .infinity
      }
      return Crossover(
        flops: Quantity(value: exp(place), interval: centralInterval(samples, level: level)),
        tokens: above.tokens(exp(place)), below: below.option, above: above.option)
    }
  }
}

extension UpcyclingChoice {
  fileprivate func reasons(_ curves: [UpcyclingCurve], _ flops: Double) -> [String] {
    let checkpoint = "a dense \(formatParams(denseParams)) of \(formatTokens(denseTokens))"
    var sentences = curves.map { curve in
      "\(curve.option.name.prefix(1).uppercased())\(curve.option.name.dropFirst()) follows "
        + "\(curve.law.fitted.law.name), L = \(curve.law.fitted.law.formula.text): \(curve.law.fitted.provenance)."
    }
    sentences.append(
      "All three keep the width and depth of \(checkpoint); the mixtures have \(Int(experts)) experts. Compute is "
        + "counted as 6 FLOP per active parameter and further token; the checkpoint's own compute is already spent.")
    if mixtureRate != 1 {
      sentences.append(
        "Budgets are those of the dense model; by their tokens per second and the active parameters of the table the "
          + "mixtures use \(NumberText.rounded(mixtureRate)) times as much compute in the same time.")
    }
    if let row = rows.first(where: { $0.option == best }) {
      let others = rows.filter { $0.option != best && $0.fits }.map {
        "\($0.option.name) to \(NumberText.rounded($0.loss.value, 4))"
      }
      let against = others.isEmpty ? "" : ", " + others.joined(separator: " and ")
      sentences.append(
        "\(formatFLOPs(flops)) more, \(formatTokens(row.tokens)), bring \(best.rawValue) to a loss of "
          + "\(NumberText.rounded(row.loss.value, 4))\(against).")
      if let share = row.share {
        sentences.append("It is best in \(NumberText.percent(share, 2)) of the draws.")
      }
    }
    let range = "\(formatFLOPs(searched.lowerBound)) and \(formatFLOPs(searched.upperBound))"
    sentences += crossovers.map { crossing in
      let interval =
        crossing.flops.interval.map { " (\(formatFLOPs($0.lowerBound)) to \(formatFLOPs($0.upperBound)))" } ?? ""
      return
        "Below a further \(formatFLOPs(crossing.flops.value))\(interval) \(crossing.below.name) is best, and above it "
        + "\(crossing.above.name), which has \(formatTokens(crossing.tokens)) there."
    }
    sentences.append(
      crossovers.isEmpty
        ? "The best option is the same between \(range)." : "Changes were searched for between \(range).")
    sentences.append(architecture.sentence)
    sentences.append(memorySentence(bytesPerParam: bytesPerParam))
    for row in rows where !row.fits {
      sentences.append(
        "\(formatBytes(row.memory)) of \(row.option.name) do not fit into \(formatBytes(memoryLimit ?? 0)).")
    }
    return sentences
  }

  fileprivate func warnings(_ curves: [UpcyclingCurve], _ flops: Double) -> [String] {
    var sentences = [
      "Further dense training is predicted by the law of dense models as if its learning rate had been planned for all "
        + "the tokens from the start."
    ]
    if curves.contains(where: { $0.draws.isEmpty }) {
      sentences.append("There are no draws of these parameters, so no number here has an interval.")
    }
    for curve in curves {
      let law = curve.law.fitted
      let tokens = curve.tokensBefore + curve.tokens(flops)
      for (variable, value) in zip(
        law.law.variables,
        law.law.variables.indices.map { index in
          index == curve.law.size ? curve.size : index == curve.law.tokens ? tokens : curve.law.values[index]
        })
      {
        guard let range = law.ranges[variable.column], value > 1.5 * range.upperBound else { continue }
        sentences.append(
          "\(variable.column) of \(curve.option.name) is \(NumberText.rounded(value / range.upperBound, 2)) times the "
            + "largest run's.")
      }
      if let preset = law.law.presets.first(where: { $0.values == law.parameters }) {
        sentences.append("Published parameters of \(curve.option.name): \(preset.note).")
      }
    }
    return sentences
  }
}
