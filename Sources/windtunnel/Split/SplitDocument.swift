import Documents
import Planning
import Report
import ScalingLaws

/// The split of a budget, `windtunnel.split/1`.
struct SplitDocument: Document {
  static let schema = "windtunnel.split/1"
  static let kind = "split of a budget"
  static let remedy = "write one by 'windtunnel split --output'"

  var budgetUsd: Double
  var spentUsd: Double
  var resources: [Resource]
  var target: String
  var loss: DocumentQuantity
  var alternatives: [Alternative]
  var draws: Int
  var failedDraws: Int
  var level: Double
  var provenance: String
  var because: [String]
  var warnings: [String]

  struct Resource: Codable {
    var name: String
    var column: String
    var priceUsd: Double
    var setupUsd: Double
    var most: Double?
    var amount: DocumentQuantity
    var usd: DocumentQuantity
    /// The share of the draws that buy any.
    var boughtInDraws: Double?
    /// The fall of the loss per further dollar.
    var gainOfADollar: Double?
  }

  struct Alternative: Codable {
    var split: String
    var amounts: [String: Double]
    var loss: Double
  }

  init(_ split: BudgetSplit, _ fitted: FittedLaw, _ request: SplitRequest, caveats: [String]) {
    budgetUsd = request.budget
    spentUsd = split.spent
    resources = split.shares.map {
      Resource(
        name: $0.resource.name, column: $0.column, priceUsd: $0.resource.price, setupUsd: $0.resource.setUp,
        most: $0.resource.most, amount: DocumentQuantity($0.amount), usd: DocumentQuantity($0.money),
        boughtInDraws: $0.boughtShare,
        gainOfADollar: $0.gain)
    }
    target = fitted.law.target
    loss = DocumentQuantity(split.loss)
    alternatives = split.alternatives.map { alternative in
      Alternative(
        split: alternative.words,
        amounts: Dictionary(
          zip(split.shares.map(\.resource.name), alternative.amounts), uniquingKeysWith: { first, _ in first }),
        loss: alternative.loss)
    }
    draws = split.draws
    failedDraws = split.failed
    level = request.level
    provenance = fitted.provenance
    because = split.reasons
    warnings = caveats + Self.warnings(split, fitted)
  }

  private static func warnings(_ split: BudgetSplit, _ fitted: FittedLaw) -> [String] {
    var words: [String] = []
    if split.draws == 0 { words.append("these parameters come without draws, so the split has no interval") }
    if split.failed > 0 {
      words.append("\(split.failed) of \(split.draws) draws have no split of finite loss and are left out")
    }
    for share in split.shares where share.isBought {
      guard let range = fitted.ranges[share.column], share.amount.value > 1.5 * range.upperBound, range.upperBound > 0
      else {
        continue
      }
      words.append(
        "'\(share.resource.name)' is \(NumberText.count(share.amount.value / range.upperBound)) times the largest "
          + "amount of the runs behind the fit: this extrapolates"
      )
    }
    for share in split.shares {
      if let bought = share.boughtShare, bought > 0.1, bought < 0.9 {
        words.append(
          "the fit does not determine whether to buy '\(share.resource.name)': \(NumberText.count(bought * 100)) % of "
            + "its draws do"
        )
      }
    }
    return words
  }
}
