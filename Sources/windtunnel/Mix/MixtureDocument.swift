import Documents
import Planning
import ScalingLaws

/// The best mixture as a document, `windtunnel.mixture/1`.
struct MixtureDocument: Document, DocumentChecked {
  static let schema = "windtunnel.mixture/1"
  static let kind = "data mixture"
  static let remedy = "write one by 'windtunnel mix --output'"

  var runs: Int
  var file: String
  /// The columns of proportions in their order.
  var domains: [Domain]
  var losses: [Loss]
  /// The weighted mean of the losses at the best mixture.
  var mean: DocumentQuantity
  var bestTried: Tried
  /// The share of the data that separates the best mixture from all that the tried ones span.
  var distanceFromTried: Double
  var draws: Int
  var seed: UInt64 = 0
  var level = 0.9
  var validation: Validation?
  var notes: [String] = []
  var warnings: [String]

  struct Domain: Codable {
    var column: String
    var proportion: DocumentQuantity
    var tried: [Double]
  }

  struct Loss: Codable {
    var column: String
    var weight: Double
    var predicted: DocumentQuantity
    var atBestTried: Double
    /// The law's parameters; t of the last domain is 0.
    var parameters: [String: Double]
    var rankCorrelation: Double?
    var rootMeanSquare: Double
  }

  struct Tried: Codable {
    var line: Int
    var mean: Double
    var proportions: [Double]
  }

  struct Validation: Codable {
    var file: String
    var runs: Int
    var losses: [Accuracy]
  }

  struct Accuracy: Codable {
    var column: String
    var rankCorrelation: Double?
    var rootMeanSquare: Double

    init(_ accuracy: MixtureFit.Accuracy) {
      column = accuracy.loss
      rankCorrelation = accuracy.rankCorrelation
      rootMeanSquare = accuracy.rootMeanSquare
    }
  }

  init(_ plan: DataMixturePlan, _ fit: MixtureFit, accuracies: [MixtureFit.Accuracy]) {
    runs = fit.runs.rowCount
    file = fit.runs.table.name
    domains = plan.shares.map {
      Domain(
        column: $0.domain, proportion: DocumentQuantity($0.proportion),
        tried: [$0.tried.lowerBound, $0.tried.upperBound])
    }
    losses = plan.losses.indices.map { index in
      let loss = plan.losses[index]
      let own = fit.fits[index]
      return Loss(
        column: loss.column, weight: loss.weight, predicted: DocumentQuantity(loss.loss),
        atBestTried: loss.atBestTried,
        parameters: Dictionary(
          zip(own.law.parameterNames, own.optimum.parameters), uniquingKeysWith: { first, _ in first }),
        rankCorrelation: accuracies[index].rankCorrelation, rootMeanSquare: accuracies[index].rootMeanSquare)
    }
    mean = DocumentQuantity(plan.mean)
    bestTried = Tried(
      line: fit.runs.table.line(ofRow: plan.bestTried.row), mean: plan.bestTried.mean,
      proportions: fit.tried[plan.bestTried.row])
    distanceFromTried = plan.distance
    draws = plan.drawCount
    warnings = plan.warnings
  }

  func check() throws(DocumentFault) {
    guard domains.allSatisfy({ $0.tried.count == 2 }), bestTried.proportions.count == domains.count,
      validation.map({ $0.losses.count == losses.count }) ?? true
    else { throw DocumentFault("domains", "domains, proportions and held-out losses do not go together") }
  }
}
