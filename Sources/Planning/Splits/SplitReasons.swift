import Documents
import Foundation
import Tables

/// The reasons for a split, in sentences.
func splitReasons(_ shares: [BudgetSplit.Share], _ best: SplitSearch.Found, _ search: SplitSearch) -> [String] {
  func money(_ value: Double) -> String { "$\(NumberText.rounded(value))" }
  func list(_ shares: [BudgetSplit.Share]) -> String {
    shares.map { "'\($0.resource.name)'" }.joined(separator: " and ")
  }
  var words: [String] = []
  let bought = shares.filter(\.isBought)
  let limited = bought.filter { share in share.resource.most.map { share.amount.value >= $0 * (1 - 1e-9) } ?? false }
  let free = bought.filter { share in !limited.contains { $0.resource == share.resource } }
  let rate = free.compactMap(\.gain).max()
  if let rate, free.count > 1 {
    words.append(
      "A further dollar lowers the loss by \(NumberText.rounded(rate)), whether it buys \(list(free)): moving money "
        + "between them gains nothing."
    )
  } else if let rate, let only = free.first {
    words.append("A further dollar of '\(only.resource.name)' lowers the loss by \(NumberText.rounded(rate)).")
  }
  for share in limited {
    let gain = share.gain.map { ", where a further dollar would lower the loss by \(NumberText.rounded($0))" } ?? ""
    words.append(
      "'\(share.resource.name)' is bought up to its limit of \(NumberText.rounded(share.amount.value))\(gain).")
  }
  for (index, share) in shares.enumerated() where !share.isBought {
    if share.resource.setUp > 0 {
      if share.resource.setUp > search.request.budget {
        words.append("The set-up of '\(share.resource.name)', \(money(share.resource.setUp)), is more than the budget.")
        continue
      }
      let others = Set(shares.indices.filter { $0 == index || shares[$0].isBought })
      let withIt = search.forced(index, among: others)
      let reach =
        withIt.map { "the lowest loss with it is \(NumberText.rounded($0.loss, 5))" }
        ?? "no split with it has a finite loss"
      words.append(
        "'\(share.resource.name)' is not bought: its set-up of \(money(share.resource.setUp)) costs more than it "
          + "gains; \(reach)."
      )
    } else if let gain = share.gain, let rate {
      words.append(
        "'\(share.resource.name)' is not bought: its first dollar would lower the loss by "
          + "\(NumberText.rounded(max(0, gain))), a dollar of \(list(free)) by \(NumberText.rounded(rate)).")
    } else {
      words.append(
        "'\(share.resource.name)' is not bought: under this law it gains less than the same money elsewhere.")
    }
  }
  let left = search.request.budget - best.money.reduce(0, +)
  if left > 1e-5 * search.request.budget {
    let cause =
      limited.count == bought.count && !limited.isEmpty
      ? "everything that lowers the loss is at its limit" : "under this law more of anything would not lower the loss"
    words.append("\(money(left)) of the budget are left: \(cause).")
  }
  return words
}

extension SplitSearch {
  /// The best split in which a resource's set-up is paid.
  func forced(_ index: Int, among allowed: Set<Int>) -> Found? {
    var request = request
    request.budget -= request.resources[index].setUp
    request.resources[index].setUp = 0
    guard request.budget >= 0 else { return nil }
    return SplitSearch(law, request).best(among: allowed)
  }
}
