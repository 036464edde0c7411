import Documents
import Foundation
import Tables
import Testing

@testable import Launch

@Suite struct EngineRegistryTests {
  /// The words of stores that earlier versions wrote.
  private static let earlier = [
    ("local", #"{"local":{}}"#), ("local", #"{"local":{"slots":3,"devices":["0","1"]}}"#),
    (
      "slurm",
      #"{"slurm":{"_0":{"setup":[],"largestArray":7,"options":[],"polling":[[0,2000000000000000000],[1,11553255926290448384]],"#
        + #""notice":120,"outstanding":5}}}"#
    ),
    (
      "ray",
      #"{"ray":{"_0":{"outstanding":16,"tokenVariable":"RAY_AUTH_TOKEN","#
        + #""polling":[[0,1000000000000000000],[0,15000000000000000000]],"address":"http:\/\/h:1"}}}"#
    ),
    (
      "kubernetes",
      #"{"kubernetes":{"_0":{"image":"x","volumes":[{"source":"c","path":"\/tmp"}],"kind":"jobset","secrets":[],"setup":[],"#
        + #""polling":[[0,2000000000000000000],[1,11553255926290448384]],"nodeSelector":{},"outstanding":200}}}"#
    ),
    (
      "skypilot",
      #"{"skypilot":{"_0":{"polling":[[0,15000000000000000000],[3,4659767778871345152]],"accelerator":"H100","setup":[],"#
        + #""mounts":[{"source":"s3:\/\/x","path":"\/tmp"}],"volumes":[],"outstanding":50,"usesSpot":false,"secrets":[]}}}"#
    ),
  ]

  @Test("what earlier versions stored of an engine is read, and so is what is stored of it now", arguments: earlier)
  func stored(_ kind: String, _ text: String) async throws {
    let choice = try EngineRegistry.builtIn.choice(stored: text)
    #expect(choice.kind == kind)
    let again = try EngineRegistry.builtIn.choice(stored: choice.stored())
    #expect(try again.kind == kind && again.stored() == choice.stored())
    let (engine, other) = (await choice.engine(), await again.engine())
    #expect(engine.kind == kind && engine.outstanding == other.outstanding && engine.polling == other.polling)
    if text.contains("largestArray") { #expect(engine.largestBatch == 5) }
    if text.contains("slots") { #expect(engine.outstanding == 3) }
  }

  private func choice(_ engine: String, _ registry: EngineRegistry = .builtIn) throws -> EngineChoice {
    try registry.choice(engineEntry(engine), from: "job.yaml")
  }

  /// An engine of someone else, whose jobs nobody sees.
  private struct NightEngine: Engine {
    struct Options: EngineOptions {
      static let kind = "night"
      static let documentExample = "{kind: night, hour: 3}"
      static let defaults = Options(hour: 22)
      var hour: Int

      func engine() async -> any Engine { NightEngine(outstanding: hour) }
    }

    let kind = Options.kind
    let outstanding: Int?
    let largestBatch = 1
    let polling: ClosedRange<Duration> = .seconds(1)...(.seconds(1))

    func rehearse(_ jobs: [EngineJob], batch: String, in directory: String) -> Rehearsal { Rehearsal() }
    func submit(_ jobs: [EngineJob], batch: String, in directory: String) async -> [String] { jobs.map(\.name) }
    func find(batch: String, of jobs: [EngineJob], places: [Int], in directory: String) async -> [String]? { nil }
    func look(at jobs: [EngineJob], handles: [String]) async -> [EngineState] { jobs.map { _ in .queued(nil) } }
    func cancel(_ jobs: [EngineJob], handles: [String]) async {}
  }

  @Test("a file and a store name an engine of someone else where it was added")
  func added() async throws {
    let registry = EngineRegistry.builtIn.adding(NightEngine.Options.self)
    let choice = try choice("{kind: night, hour: 3}", registry)
    #expect(await choice.engine().outstanding == 3)
    #expect(try await registry.choice(stored: choice.stored()).engine().outstanding == 3)
    for known in ["night", "{kind: night}"] {
      #expect(try await self.choice(known, registry).engine().outstanding == 22)
    }
    let unknown = #expect(throws: DocumentError.self) { try self.choice("night") }
    #expect(
      unknown?.description == "job.yaml:2:9: 'engine': there is no engine 'night'; there are local, slurm, ray, "
        + "kubernetes, skypilot")
    let stored = #expect(throws: DocumentError.self) { try EngineRegistry.builtIn.choice(stored: choice.stored()) }
    #expect(stored?.description.contains("'night', which is not known here") == true)
  }

  @Test("an engine that is given as it is is stored by its name, and a store cannot make it")
  func given() async throws {
    let choice = EngineChoice(engine: LocalEngine(slots: 9, devices: []))
    #expect(await choice.engine().outstanding == 9)
    #expect(try choice.stored() == "{\n  \"local\": null\n}\n")
    #expect(throws: DocumentError.self) { try EngineRegistry.builtIn.choice(stored: choice.stored()) }
  }
}
