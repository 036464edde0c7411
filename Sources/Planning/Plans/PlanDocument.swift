import Documents
import TrainingCost

/// A plan as a file, `windtunnel.plan/2`: all its numbers in full precision, its reasons and what it rests on.
///
/// A number that is not finite is left out. The same plan has the same bytes.
public struct PlanDocument: Document, Hashable {
  public static let schema = "windtunnel.plan/2"
  public static let kind = "plan"
  public static let remedy = "write one by 'windtunnel plan --output'"
  public static let upgrades: [String: DocumentUpgrade] = ["windtunnel.plan/1": upgradedFromFirst]

  public var law: String
  public var provenance: String
  /// The SHA-256 of the fit's document; nil for published parameters.
  public var fit: String?
  /// The budget as the user wrote it.
  public var budget: String?
  /// The assumptions that turned the budget into compute.
  public var assumptions: [String]
  public var params: DocumentQuantity?
  /// The column in which a run table holds such a size, which tells how it is counted.
  public var sizeColumn: String?
  public var tokens: DocumentQuantity?
  public var flops: DocumentQuantity
  public var tokensPerParam: DocumentQuantity?
  public var epochs: DocumentQuantity?
  public var loss: Loss
  public var exponents: Exponents?
  public var robust: Robust?
  public var valley: ValleySection?
  public var lifetime: Lifetime?
  public var mixture: MixtureSection?
  public var upcycling: UpcyclingSection?
  public var cost: Cost?
  public var cluster: ClusterSection?
  public var sweep: [SweepSection]?
  public var intervalLevel: Double
  public var draws: Int
  public var seed: UInt64
  public var reasons: [String]
  public var warnings: [String]

  /// - Parameters:
  ///   - curve: of the plan's valley, for its picture.
  ///   - budget: as the user wrote it.
  ///   - assumptions: the sentences of `TrainingCompute`.
  public init(
    _ plan: Plan, curve: ValleyCurve? = nil, budget: String? = nil, assumptions: [String] = [],
    cost: ComputeCost? = nil,
    sweep: [SweepRow]? = nil
  ) {
    law = plan.law
    provenance = plan.provenance
    fit = plan.fit
    self.budget = budget
    self.assumptions = assumptions
    params = plan.params.map(DocumentQuantity.init)
    sizeColumn = plan.sizeColumn
    tokens = plan.tokens.map(DocumentQuantity.init)
    flops = DocumentQuantity(plan.flops)
    tokensPerParam = plan.tokensPerParam.map(DocumentQuantity.init)
    epochs = plan.epochs.map(DocumentQuantity.init)
    loss = Loss(plan)
    exponents = plan.exponents.map(Exponents.init)
    robust = plan.robust.map(Robust.init)
    valley = plan.valley.map { ValleySection($0, curve) }
    lifetime = plan.lifetime.map(Lifetime.init)
    mixture = plan.mixture.map(MixtureSection.init)
    upcycling = plan.upcycling.map(UpcyclingSection.init)
    self.cost = cost.map(Cost.init)
    self.sweep = sweep.map { $0.map(SweepSection.init) }
    intervalLevel = plan.level
    draws = plan.drawCount
    seed = plan.seed
    reasons = plan.reasons
    warnings = plan.warnings
  }
}
