import Foundation
import Testing

@testable import Search
@testable import Studies

@Suite struct RegistryTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
      "Sources/Search/Algorithms")

  @Test("every algorithm in the folder has its entry in the built-in registry, in its own file")
  func sources() throws {
    let made = try AlgorithmRegistry.builtIn.entries.flatMap { entry -> [String] in
      let objectives = entry.objectives == .several ? 2 : 1
      let fidelity = entry.isMultiFidelity ? try Fidelity("epochs", 1...9) : nil
      return ["\(type(of: try entry.algorithm(fidelity, objectives: objectives)))"]
    }
    var types: [String] = []
    for file in try FileManager.default.contentsOfDirectory(
      at: Self.folder, includingPropertiesForKeys: nil)
    {
      let text = try String(contentsOf: file, encoding: .utf8)
      let own = text.matches(of: /struct (\w+): SearchAlgorithm/).map { String($0.1) }
      #expect(
        own.isEmpty || text.contains("extension AlgorithmEntry"),
        "\(file.lastPathComponent) has no entry")
      types += own
    }
    #expect(types.count > 20 && Set(types) == Set(made))
  }

  @Test("an experiment file may name an algorithm of the caller's registry")
  func experiment() throws {
    let entry = AlgorithmEntry("first-draw", summary: "a random search by another name") { _, _ in
      RandomSearch()
    }
    let text = """
      schema: windtunnel.search/1
      space: {width: {int: [1, 40]}}
      objective: {command: "echo {width}", metric: loss, direction: minimize}
      algorithm: first-draw
      """
    let read = try Experiment(path: "x.yaml", text: text, algorithms: .builtIn.adding(entry))
    #expect(read.algorithm.name == "first-draw")
    #expect(try read.searchAlgorithm(read.algorithm) is RandomSearch)
    let header = StudyHeader(path: "x.yaml", read, read.algorithm, seed: 3, budget: read.budget)
    #expect(try StudyHeader(text: header.json()).algorithm == "first-draw")
    let error = #expect(throws: (any Error).self) { try Experiment(path: "x.yaml", text: text) }
    #expect(
      "\(String(describing: error))".contains(
        "x.yaml:4:12: 'algorithm': there is no algorithm 'first-draw'"))
  }
}
