import Foundation
import Testing

/// Fit documents of version 1, which name their law and hold none of it.
@Suite struct EarlierFitDocumentTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Version1")
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      try FileManager.default.copyItem(at: file, to: URL(fileURLWithPath: place.path(file.lastPathComponent)))
    }
  }

  struct Known: Sendable {
    let file: String
    let size: (low: Double, value: Double, high: Double)
    let tokens: Double
    let loss: Double
    /// The loss of 1B parameters and 20B tokens.
    let predicted: Double
  }

  /// What the version that wrote the documents planned and predicted from them.
  ///
  /// That version planned otherwise from `experts`, whose law it did not find under another target: this is its plan from
  /// the same numbers under the law's own target.
  static let known = [
    Known(
      file: "catalog", size: (2558476689.1661, 2605868084.735088, 2658378375.6480513), tokens: 63958213250.69491,
      loss: 2.2705547062299916, predicted: 2.4804333421317417),
    Known(
      file: "formula", size: (2558476689.1661334, 2605868084.7351065, 2658378375.6480694), tokens: 63958213250.69445,
      loss: 2.270554706229992, predicted: 2.4804333421317417),
    Known(
      file: "fixed", size: (2718439190.7517786, 2771923304.9641743, 2764914547.6768646), tokens: 60126723696.9317,
      loss: 2.264305918987866, predicted: 2.4790156126287446),
    Known(
      file: "experts", size: (2185685334.7915745, 2225688369.248946, 2239259920.5038905), tokens: 44249163470.302895,
      loss: 2.044413066920125, predicted: 2.210946679124455),
  ]

  @Test(arguments: known) func theyPlanAndPredictAsTheyDid(_ known: Known) throws {
    let plan = try place.shell("$W plan --fit \(known.file).json --budget '1e21 FLOP' --format json").json()
    func quantity(_ json: [String: Any], _ name: String) throws -> (value: Double, ends: [Double]) {
      let quantity = try #require(json[name] as? [String: Any], "\(name)")
      return (try #require(quantity["value"] as? Double), try #require(quantity["interval"] as? [Double]))
    }
    func expect(_ value: Double, _ known: Double) { #expect(abs(value / known - 1) < 1e-12, "\(value) for \(known)") }
    let size = try quantity(plan, "params")
    expect(size.value, known.size.value)
    expect(size.ends[0], known.size.low)
    expect(size.ends[1], known.size.high)
    expect(try quantity(plan, "tokens").value, known.tokens)
    expect(try quantity(plan, "loss").value, known.loss)
    let sizeOption = known.file == "experts" ? "--set N=1e9" : "--params 1B"
    let point = try place.shell("$W predict \(known.file).json \(sizeOption) --tokens 20B --format json").json()
    expect(try quantity(point, "loss").value, known.predicted)
  }

  @Test func aFitByApproachTwoIsStillToldApart() throws {
    expectFailure(
      try place.windtunnel("plan", "--fit", "profile.json", "--budget", "1e21 FLOP"), 65, "profile.json",
      "a fit by approach 2 has exponents but no formula", "--approach 3")
  }

  @Test(arguments: [
    (#""target": "loss","#, "", "catalog.json:1:1: 'target': it is missing"),
    (#""formula": "E + "#, #""formula": "E + (("#, "'formula': expected ')'"),
    (#""parameter_order": ["E", "#, #""parameter_order": ["Q", "#, "'parameters': 'Q' is missing"),
    (#""bounds": [0, null]"#, #""bounds": [0]"#, "bounds': there should be two"),
  ])
  func damageIsNamed(_ part: String, _ damage: String, _ words: String) throws {
    let text = String(decoding: try place.read("catalog.json"), as: UTF8.self)
    try #require(text.contains(part))
    try place.write(text.replacing(part, with: damage), to: "catalog.json")
    expectFailure(
      try place.windtunnel("predict", "catalog.json", "--params", "1B", "--tokens", "20B"), 65, words)
  }
}
