import Foundation
import Testing

/// The law files that come with the project: terms of published laws added to a base law.
@Suite struct ExampleLawTests {
  private let place: Workplace
  private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Experiments/laws").path

  init() throws { place = try Workplace() }

  /// Runs without noise of each law, over sizes, tokens and the law's own third variable.
  private static let laws: [(file: String, column: String, values: [Double], truth: [String: Double])] = [
    (
      "post-training-quantisation", "bits", [3, 4, 6, 8, 16],
      ["E": 1.7, "alpha": 0.34, "C_T": 0.06, "gamma_D": 0.5, "gamma_N": 0.45, "gamma_post": 0.6]
    ),
    ("training-precision", "bits", [3, 4, 6, 8, 16], ["E": 1.7, "alpha": 0.34, "gamma": 2.2]),
    ("sparsity", "sparsity", [0, 0.25, 0.5, 0.75, 0.875], ["E": 1.7, "a_S": 300, "b_S": 0.7, "c_S": 100]),
    ("over-training", "M", [5, 20, 80, 320], ["E": 1.7, "eta": 0.17]),
  ]

  private static func loss(_ law: String, _ n: Double, _ d: Double, _ third: Double) -> Double {
    let base = 1.7 + 400 / pow(n, 0.34) + 1500 / pow(d, 0.36)
    return switch law {
    case "post-training-quantisation": base + 0.06 * pow(d, 0.5) / pow(n, 0.45) * exp(-third / 0.6)
    case "training-precision": base - 400 / pow(n, 0.34) + 400 / pow(n * pow(1 - exp(-third / 2.2), 3), 0.34)
    case "sparsity": base - 400 / pow(n, 0.34) + (300 * pow(1 - third, 0.7) + 100) / pow(n, 0.34)
    default: 1.7 + (160 * pow(third, 0.17) + 280 * pow(third, -0.17)) * pow(6 * n * n * third, -0.17)
    }
  }

  @Test(arguments: laws.indices) func aLawWithAPublishedTermIsFound(_ index: Int) throws {
    let (file, column, values, truth) = Self.laws[index]
    var rows = "params,tokens,flops,\(column),loss\n"
    for n in [1e7, 3e7, 1e8, 3e8, 1e9] {
      for third in values {
        for d in column == "M" ? [n * third] : [1e9, 4e9, 1.6e10, 6.4e10] {
          rows += "\(n),\(d),\(6 * n * d),\(third),\(Self.loss(file, n, d, third))\n"
        }
      }
    }
    try place.write(rows, to: "runs.csv")
    let json = try place.shell(
      "$W fit runs.csv --law '\(folder)/\(file).yaml' --bootstrap 0 --no-sensitivity --format json"
    ).json()
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    for (name, known) in truth {
      let value = try #require(parameters[name]?["value"] as? Double, "\(name)")
      #expect(abs(value / known - 1) < 1e-6, "\(name): \(value) for \(known)")
    }
  }

  /// The same by a formula on the command line, the base law given.
  @Test func aTermIsAddedByFormula() throws {
    var rows = "params,tokens,bits,loss\n"
    for n in [1e7, 1e8, 1e9] {
      for d in [1e9, 1e10, 1e11] {
        for bits in [3.0, 4, 6] {
          rows += "\(n),\(d),\(bits),\(Self.loss("post-training-quantisation", n, d, bits))\n"
        }
      }
    }
    try place.write(rows, to: "runs.csv")
    let json = try place.shell(
      """
      $W fit runs.csv --formula "E + A/N^alpha + B/D^beta + C_T*D^g_D/N^g_N*exp(-bits/g_post)" \
      --fix E=1.7 --fix A=400 --fix B=1500 --fix alpha=0.34 --fix beta=0.36 --parameter "C_T=0..inf@0.001..10" \
      --parameter "g_D=0..2@0.1..1" --parameter "g_N=0..2@0.1..1" --parameter "g_post=0..inf@0.1..3" \
      --bootstrap 0 --no-sensitivity --format json
      """
    ).json()
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    for (name, known) in [("C_T", 0.06), ("g_D", 0.5), ("g_N", 0.45), ("g_post", 0.6)] {
      let value = try #require(parameters[name]?["value"] as? Double, "\(name)")
      #expect(abs(value / known - 1) < 1e-6, "\(name): \(value) for \(known)")
    }
  }
}
