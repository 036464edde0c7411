import Documents
import ScalingLaws
import Tables

/// The numbers of experts to compare, and the available memory.
public struct MixtureRequest: Sendable, Hashable {
  /// Numbers of experts, 1 for a dense model; powers of two up to that of the law's runs if nil.
  public var experts: [Double]?
  /// In bytes; no limit if nil.
  public var memory: Double?
  public var bytesPerParam: Double
  public var architecture: ExpertArchitecture

  public init(
    experts: [Double]? = nil, memory: Double? = nil, bytesPerParam: Double = MemoryLimit.inferenceBytesPerParam,
    architecture: ExpertArchitecture = ExpertArchitecture()
  ) {
    self.experts = experts
    self.memory = memory
    self.bytesPerParam = bytesPerParam
    self.architecture = architecture
  }

  var limit: MemoryLimit? { memory.map { MemoryLimit(bytes: $0, bytesPerParam: bytesPerParam) } }

  /// Checks everything that does not depend on the law.
  func validate() throws(PlanError) {
    try checkPositive(memory, "the memory")
    try checkPositive(bytesPerParam, "the bytes per parameter")
    guard architecture.vocabulary >= 0, architecture.vocabulary.isFinite else {
      throw PlanError("the vocabulary must have zero or more entries, not \(architecture.vocabulary)")
    }
    try Self.checkExperts(architecture.activeExperts, "active experts")
    for number in experts ?? [] { try Self.checkExperts(number, "experts") }
    if let experts, experts.isEmpty {
      throw PlanError("name at least one number of experts, such as 1 for dense and 8")
    }
    if let few = experts?.first(where: { $0 > 1 && $0 < architecture.activeExperts }) {
      throw PlanError(
        "a token cannot pass through \(Int(architecture.activeExperts)) of \(Int(few)) experts; lower the active "
          + "experts"
      )
    }
  }

  static func checkExperts(_ number: Double, _ what: String) throws(PlanError) {
    guard number >= 1, number <= 1e6, number == number.rounded() else {
      throw PlanError(
        "the number of \(what) must be whole, from 1 (dense) to a million, not \(NumberText.rounded(number, 6))")
    }
  }
}

extension Law {
  /// The variable that is the number of experts, if the law has one.
  public var expertsVariable: Variable? { variables.first { PlannableLaw.role(of: $0.column) == .experts } }
}

/// The relation between a law's size, number of experts and parameters in memory.
struct ExpertCount {
  /// The law's variable for the number of experts; nil if it has none.
  let variable: Law.Variable?
  /// The numbers of experts that are compared.
  let numbers: [Double]
  let architecture: ExpertArchitecture

  init(_ law: FittedLaw, _ request: MixtureRequest, _ constraints: PlanConstraints) throws(PlanError) {
    try request.validate()
    let name = law.law.name
    variable = law.law.expertsVariable
    let size = law.law.variables.first { PlannableLaw.sizeRoles.contains(PlannableLaw.role(of: $0.column) ?? .loss) }
    if request.memory != nil, size == nil {
      throw PlanError(
        "the law '\(name)' does not depend on size, so memory cannot limit it; use a law of size and tokens, such as "
          + "chinchilla"
      )
    }
    let hasTokens = law.law.variables.contains { PlannableLaw.role(of: $0.column) == .tokens }
    if hasTokens, size.map({ PlannableLaw.role(of: $0.column) }) == .denseParams {
      throw PlanError(
        "the law '\(name)' counts the dense model and not everything that memory holds; compare it with upcycling "
          + "instead, from a dense checkpoint with given tokens")
    }
    guard let variable else {
      guard request.experts == nil else {
        throw PlanError(
          "the law '\(name)' does not depend on the number of experts, so none can be chosen; one that does is "
            + "joint-moe, published as ludziejewski2025")
      }
      (numbers, architecture) = ([1], request.architecture)
      return
    }
    let given = constraints.fixed[variable.name] ?? constraints.fixed[variable.column]
    if let given {
      guard request.experts == nil else {
        throw PlanError(
          "the number of experts is both fixed at \(NumberText.rounded(given)) and to be chosen; drop one")
      }
      try MixtureRequest.checkExperts(given, "experts")
    }
    let most = law.ranges[variable.column]?.upperBound ?? variable.span.upperBound
    let powers = (0...20).map { Double(1 << $0) }.filter {
      $0 == 1 || ($0 <= most && $0 >= request.architecture.activeExperts)
    }
    numbers = given.map { [$0] } ?? Array(Set(request.experts ?? powers)).sorted()
    var architecture = request.architecture
    if size.map({ PlannableLaw.role(of: $0.column) }) == .paramsNonEmbedding { architecture.vocabulary = 0 }
    self.architecture = architecture
  }

  /// All parameters of a model of this size, as the law counts it.
  func totalParams(_ size: Double, experts: Double) -> Double {
    variable == nil ? size : architecture.totalParams(active: size, experts: experts)
  }

  /// The largest size that a limit allows; nil if it does not allow any model.
  func largestSize(_ limit: MemoryLimit, experts: Double) -> Double? {
    guard variable != nil else { return limit.maxParams >= 1 ? limit.maxParams : nil }
    guard limit.maxParams >= architecture.smallest(experts: experts) else { return nil }
    return architecture.activeParams(total: limit.maxParams, experts: experts)
  }
}
