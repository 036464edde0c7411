import Planning
import ScalingLaws

/// The lowest loss for a budget in FLOP, with no more tokens than there are.
func bestRun(_ fit: LawFit, flops: Double, tokensAtHand: Double) throws -> Plan {
  try planOptimum(
    fit.fittedLaw(), for: .flops(flops), constraints: PlanConstraints(maxTokens: tokensAtHand))
}
