import Formulas
import Foundation
import ScalingLaws
import Tables
import Testing

/// Every law of the catalog through the executable: what its stored fit says must not depend on what its column is called.
@Suite struct CatalogFitTests {
  static let laws = ((try? LawCatalog())?.laws ?? []).map { CatalogDesign(law: $0) }

  @Test(arguments: laws)
  func aFitToAnotherColumnPlansAndPredictsTheSame(_ design: CatalogDesign) throws {
    let place = try Workplace()
    let (runs, point) = try design.runs()
    for (folder, column) in [("own", design.law.target), ("other", "loss_c4")] {
      try FileManager.default.createDirectory(atPath: place.path(folder), withIntermediateDirectories: true)
      try place.write(runs.csv(column), to: "\(folder)/runs.csv")
      if let schedule = design.schedule { try place.write(schedule, to: "\(folder)/schedule.csv") }
    }
    let name = design.law.name
    let settings = design.law.variables.map { "--set '\($0.name)=\(point.values[$0.name] ?? 1)'" }.joined(
      separator: " ")
    let wanted =
      design.schedule == nil
      ? settings : "--schedule schedule.csv\(design.law.variable(of: "params") == nil ? "" : " --params 1e8")"
    // A plan chooses size and tokens itself.
    let given = design.law.variables.filter { !Self.isPlanned($0.column) }
      .map { "--set '\($0.name)=\(point.values[$0.name] ?? 1)'" }.joined(separator: " ")
    func outcome(_ folder: String) throws -> (fit: [Double], prediction: [Double], plan: [Double]?, loss: Double?) {
      let common = "--bootstrap 3 --no-sensitivity --starts 16 --threads 1 --format json"
      let target = folder == "own" ? "" : "--target loss_c4"
      let fit = try place.shell("cd \(folder); $W fit runs.csv --law \(name) \(target) \(common) --output fit.json")
      let prediction = try place.shell("cd \(folder); $W predict fit.json \(wanted) --format json").json()
      let plan = try place.shell("cd \(folder); $W plan --fit fit.json --budget '1e21 FLOP' \(given) --format json")
      #expect(!plan.signaled && [0, 64].contains(plan.status), "\(name): \(plan.errors)")
      return (
        Self.numbers(try fit.json().filter { !["law", "runs"].contains($0.key) }), Self.numbers(prediction),
        plan.status == 0 ? Self.numbers(try plan.json()) : nil,
        (prediction["loss"] as? [String: Any])?["value"] as? Double
      )
    }
    let (own, other) = (try outcome("own"), try outcome("other"))
    #expect(own.fit == other.fit && own.fit.count > 10, "\(name)")
    #expect(own.prediction == other.prediction && !own.prediction.isEmpty, "\(name)")
    #expect(own.plan == other.plan, "\(name)")
    let columns = design.law.variables.map(\.column).filter(Self.isPlanned)
    #expect((own.plan != nil) == (columns == ["flops"] || columns.count == 2), "\(name)")
    if let loss = own.loss { #expect(abs(loss / point.loss - 1) < 1e-6, "\(name): \(loss) for \(point.loss)") }
  }

  /// Whether a plan chooses the value of a column.
  private static func isPlanned(_ column: String) -> Bool {
    column.contains("params") || column == "tokens" || column == "flops"
  }

  /// All numbers of a JSON value, in the order of their names.
  private static func numbers(_ value: Any) -> [Double] {
    switch value {
    case let entries as [String: Any]: entries.sorted { $0.key < $1.key }.flatMap { numbers($0.value) }
    case let list as [Any]: list.flatMap(numbers)
    case let number as Double: [number]
    default: []
    }
  }
}
