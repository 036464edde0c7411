import Foundation
import Testing

@testable import RunStore

@Suite struct JobMeasurementTests {
  @Test("what is kept twice is there once, of a step that was made again the later attempt stays, and units are known")
  func keeping() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = try JobStore.make(in: directory, description: "", engine: "")
    try store.add([
      JobRecord(name: "a", description: "", directory: ""), .init(name: "b", description: "", directory: ""),
    ])
    let first = (1...3).map { JobMeasurement(step: Double($0), metric: "loss", value: 10 - Double($0)) }
    let units = ["loss": "nat/token"]
    for _ in 0..<2 {
      try store.keep(first, units: units, of: "a", Intake(attempt: 1, isComplete: true, problems: ["a line is torn"]))
    }
    try store.keep(
      [.init(step: 3, metric: "loss", value: 1), .init(step: 4, metric: "loss", value: .nan)], units: units, of: "a",
      Intake(attempt: 2, isComplete: false, problems: []))
    // The first attempt, read late.
    try store.keep(first, units: [:], of: "a", Intake(attempt: 1, isComplete: true, problems: []))

    let kept = try store.measurements(of: "a")
    #expect(kept.map(\.step) == [1, 2, 3, 4] && kept[2].value == 1 && kept[3].value.isNaN)
    #expect(try store.lastValues(of: ["loss", "other"]) == ["a": ["loss": .init(step: 3, metric: "loss", value: 1)]])
    #expect(try store.lastSteps() == ["a": 4])
    #expect(try store.units() == units && store.measurements(of: "b").isEmpty)
    #expect(try store.intakes() == ["a": Intake(attempt: 2, isComplete: false)])
    #expect(try store.unreadJobs().isEmpty, "no job has begun")
  }
}
