import Foundation
import Tables

@testable import Search
@testable import Studies

/// Public benchmark tables, where they lie beside the checkout.
enum PublicTables {
  static let folder = "../shared/data/search"
  static let areThere = FileManager.default.fileExists(atPath: folder)

  static let operations = (0..<6).map { "op\($0)" }

  /// NAS-Bench-201 with what HW-NAS-Bench measured on devices.
  static func cells(_ metric: String, constraints: [String] = []) throws -> TableObjective {
    let table = try Table.read("\(folder)/nb201/nb201.csv")
      .joined(with: Table.read("\(folder)/nb201/nb201_device_latency_ms.csv"), on: "arch_index")
    return try TableObjective(
      table, key: operations, space: cellSpace(), goals: [Goal(metric, .maximize)], constraints: constraints)
  }

  static func cellSpace() throws -> SearchSpace {
    try SearchSpace(operations.map { Parameter($0, .categorical((0..<5).map { .number(Double($0)) })) })
  }
}

/// A bowl over ordered levels, with its bottom at the middle level of each parameter.
func bowl(_ point: SearchSpace.Point) -> Double {
  point.enumerated().reduce(0) { $0 + Double($1.offset + 1) * ($1.element - 3) * ($1.element - 3) }
}

func grid(_ parameters: Int, levels: Int = 7) throws -> SearchSpace {
  try SearchSpace((0..<parameters).map { Parameter("p\($0)", .int(0...(levels - 1), log: false)) })
}

/// A study by an algorithm, with a fidelity where that wants one.
func study(
  of space: SearchSpace, _ name: AlgorithmEntry, seed: UInt64,
  isFeasible: (@Sendable (SearchSpace.Point) -> Bool)? = nil
) throws -> Study {
  let fidelity = name.isMultiFidelity ? try Fidelity("epochs", 1...27) : nil
  return Study(space, try name.algorithm(fidelity), seed: seed, fidelity: fidelity, isFeasible: isFeasible)
}
