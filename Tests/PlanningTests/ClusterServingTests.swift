import ScalingLaws
import Testing
import TrainingCost

@testable import Planning

@Suite("Training and serving on a cluster")
struct ClusterServingTests {
  private func plan(serving tokens: Double?) throws -> ClusterPlan {
    let (law, preset) = try LawCatalog().preset("besiroglu2024")
    let fitted = try FittedLaw(law: law, parameters: preset.values, provenance: "published")
    let request = ClusterRequest(cluster: try Cluster(.named("H100"), count: 64), goal: .seconds(30 * 86_400))
    return try planOnCluster(fitted, request, constraints: PlanConstraints(inferenceTokens: tokens))
  }

  @Test("The more is served the smaller the model, at a loss within the tolerance")
  func smallerModels() throws {
    let trained = try plan(serving: nil)
    let some = try plan(serving: 1e11)
    let much = try plan(serving: 1e13)
    #expect(much.run.params <= some.run.params)
    #expect(much.run.params < trained.run.params)
    let worst = trained.run.loss * (1 + ClusterServing.tolerance)
    #expect(much.run.loss <= worst * (1 + 1e-9))
    #expect(much.run.seconds <= trained.run.seconds * (1 + 1e-9))
  }

  @Test("Serving takes at least the two FLOP per parameter and token at the peak")
  func lowerBound() throws {
    let serving = try #require(try plan(serving: 1e12).serving)
    #expect(serving.rows.count > 1)
    for row in serving.rows {
      let least = 2 * row.run.params * 1e12 / 989e12 / 3600
      #expect(row.servingHours > least, "\(row.run.params)")
      #expect(row.servingHours < 5 * least, "\(row.run.params)")
    }
    let best = serving.rows.map(\.hours).min()
    #expect(serving.rows.first { $0.hours == best }?.run.params == (try plan(serving: 1e12).run.params))
  }
}
