import ScalingLaws
import Tables

/// The three laws that predict the options for a dense checkpoint.
public struct UpcyclingLaws: Sendable {
  /// The law of the dense model trained further, by all its tokens.
  public let dense: FittedLaw
  /// The law of the mixture of experts from scratch.
  public let scratch: FittedLaw
  /// The law of the mixture of experts upcycled, by the checkpoint's tokens (`dense_tokens`) and its own.
  public let upcycled: FittedLaw

  public init(dense: FittedLaw, scratch: FittedLaw, upcycled: FittedLaw) {
    self.dense = dense
    self.scratch = scratch
    self.upcycled = upcycled
  }
}

/// A dense checkpoint, and the mixture of experts that could be made from it.
public struct UpcyclingRequest: Sendable, Hashable {
  /// Parameters of the checkpoint.
  public var denseParams: Double
  /// Tokens that it was trained on.
  public var denseTokens: Double
  public var experts: Double
  public var architecture: ExpertArchitecture
  /// In bytes; no limit if nil.
  public var memory: Double?
  public var bytesPerParam: Double
  /// The utilization of mixtures over that of the dense model.
  public var mixtureRate = 1.0
  /// The most further tokens; no limit if nil.
  public var maxTokens: Double?

  /// Eight experts, two of them active, as in Liew et al. 2025.
  public init(
    denseParams: Double, denseTokens: Double, experts: Double = 8,
    architecture: ExpertArchitecture = ExpertArchitecture(activeExperts: 2), memory: Double? = nil,
    bytesPerParam: Double = MemoryLimit.inferenceBytesPerParam, maxTokens: Double? = nil
  ) {
    self.denseParams = denseParams
    self.denseTokens = denseTokens
    self.experts = experts
    self.architecture = architecture
    self.memory = memory
    self.bytesPerParam = bytesPerParam
    self.maxTokens = maxTokens
  }

  func validate() throws(PlanError) {
    try checkPositive(denseParams, "the checkpoint's size")
    try checkPositive(denseTokens, "the checkpoint's tokens")
    try checkPositive(maxTokens, "the cap on tokens")
    try MixtureRequest(
      experts: [experts], memory: memory, bytesPerParam: bytesPerParam, architecture: architecture
    ).validate()
    guard experts > 1 else {
      throw PlanError("upcycling makes at least 2 experts from a dense model, not \(Int(experts))")
    }
  }
}

/// The options for a dense checkpoint and a further budget.
public enum UpcyclingOption: String, Codable, Sendable, Hashable, CaseIterable {
  case dense
  case scratch = "moe_from_scratch"
  case upcycled

  /// The option in words.
  public var name: String {
    switch self {
    case .dense: "further dense training"
    case .scratch: "mixture of experts from scratch"
    case .upcycled: "upcycling"
    }
  }
}

/// One option's loss as a function of further training compute.
struct UpcyclingCurve {
  let option: UpcyclingOption
  let law: PlannableLaw
  let activeParams: Double
  let totalParams: Double
  /// The size, as the law counts it.
  let size: Double
  /// Tokens before the further ones, if the law counts those too.
  let tokensBefore: Double
  let maxTokens: Double?
  /// The share of a budget, counted for the dense model, that the option's utilization leaves.
  private let rate: Double
  let point: LossSurface
  let draws: [LossSurface]

  init(_ option: UpcyclingOption, _ laws: UpcyclingLaws, _ request: UpcyclingRequest) throws(PlanError) {
    let fitted =
      switch option {
      case .dense: laws.dense
      case .scratch: laws.scratch
      case .upcycled: laws.upcycled
      }
    let name = fitted.law.name
    var fixed: [String: Double] = [:]
    if option == .upcycled {
      guard let variable = fitted.law.variables.first(where: { PlannableLaw.role(of: $0.column) == .denseTokens })
      else {
        throw PlanError(
          "the law '\(name)' cannot predict the result of upcycling: it does not depend on the checkpoint's tokens "
            + "(dense_tokens); the law 'upcycling' does")
      }
      fixed[variable.name] = request.denseTokens
    }
    law = try PlannableLaw(fitted, fixed: fixed, rule: .sixND)
    guard let sizeIndex = law.size, law.tokens != nil else {
      throw PlanError(
        "the law '\(name)' must predict the loss from size and tokens for \(option.rawValue), but does not")
    }
    let mixture = request.architecture.upcycled(dense: request.denseParams, experts: request.experts)
    let isDense = option == .dense
    activeParams = isDense ? request.denseParams : mixture.active
    totalParams = isDense ? request.denseParams : mixture.total
    size =
      switch PlannableLaw.role(of: fitted.law.variables[sizeIndex].column) {
      case .denseParams: request.denseParams
      case .activeParams: activeParams
      default: totalParams
      }
    tokensBefore = isDense ? request.denseTokens : 0
    maxTokens = request.maxTokens
    rate = isDense ? 1 : request.mixtureRate
    self.option = option
    point = LossSurface(law, parameters: [fitted.parameters])
    let law = law
    draws = fitted.draws.filter { $0.allSatisfy(\.isFinite) }.map { LossSurface(law, parameters: [$0]) }
  }

  /// The further tokens that compute buys, up to the cap.
  func tokens(_ flops: Double) -> Double {
    let bought = rate * flops / ComputeRule.sixND.trainingFactor / activeParams
    return min(bought, maxTokens ?? bought)
  }

  func loss(_ flops: Double, on surface: LossSurface) -> Double {
    surface.loss(params: size, tokens: tokensBefore + tokens(flops))
  }
}
