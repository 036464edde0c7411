import Foundation
import Testing

@testable import RunStore

@Suite struct StudyStoreTests {
  private func inDirectory(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private static let events: [StudyEvent] = [
    .asked(trial: 0, point: [0.1, -1, 3, 1e-300], fidelity: nil),
    .asked(trial: 1, point: [.pi, 0, 2, 0], fidelity: 9),
    .reported(trial: 1, fidelity: 3, loss: 0.1 + 0.2, goesOn: true),
    .told(trial: 0, losses: [], stopped: false, record: TrialRecord(seconds: 1.5, failure: "exit code 1")),
    .told(
      trial: 1, losses: [-2.5, 1e-300], stopped: true,
      record: TrialRecord(seconds: 2, cost: 7, metrics: ["accuracy": 0.3])),
  ]

  @Test("events return as they were written, to the last bit")
  func roundTrip() throws {
    try inDirectory { directory in
      do {
        let store = try StudyStore.create(in: directory, fingerprint: "a", description: "text")
        try store.append(Self.events)
        try store.append([])
      }
      let again = try StudyStore.open(in: directory, fingerprint: "a", toWrite: true)
      #expect(try again.events() == Self.events)
      #expect(try again.description() == "text")
    }
  }

  @Test("one process writes a study, and others may read it")
  func lock() throws {
    try inDirectory { directory in
      #expect(!StudyStore.isWritten(in: directory))
      let store = try StudyStore.create(in: directory, fingerprint: "a", description: "")
      #expect(StudyStore.isWritten(in: directory))
      try store.append(Self.events)
      let error = #expect(throws: StoreError.self) { try StudyStore.open(in: directory, toWrite: true) }
      #expect(error?.code == .busy)
      let reader = try StudyStore.open(in: directory, toWrite: false)
      #expect(try reader.events().count == 5)
      try store.append(Self.events)
      #expect(try reader.events().count == 10)
    }
  }

  @Test("a study that is not there, is there already, or is another's is refused")
  func refusals() throws {
    try inDirectory { directory in
      #expect(throws: StoreError.self) { try StudyStore.open(in: directory, toWrite: false) }
      do { _ = try StudyStore.create(in: directory, fingerprint: "a", description: "") }
      #expect(throws: StoreError.self) { try StudyStore.create(in: directory, fingerprint: "a", description: "") }
      #expect(throws: StoreError.self) { try StudyStore.open(in: directory, fingerprint: "b", toWrite: true) }
      #expect(throws: Never.self) { try StudyStore.open(in: directory, fingerprint: "a", toWrite: true) }
    }
  }

  @Test("a study begins where another was killed before it began")
  func begunAgain() throws {
    try inDirectory { directory in
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: "\(directory)/\(StudyStore.fileName)"))
      let store = try StudyStore.create(in: directory, fingerprint: "a", description: "")
      try store.append(Self.events)
      #expect(try store.events() == Self.events)
    }
  }

  @Test("a log that is cut off at any byte, as by a crash, holds what was written before")
  func tornLog() throws {
    try inDirectory { directory in
      let store = try StudyStore.create(in: directory, fingerprint: "a", description: "")
      for event in Self.events { try store.append([event]) }
      let main = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(StudyStore.fileName)"))
      let log = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(StudyStore.fileName)-wal"))
      var lengths: Set<Int> = []
      for count in stride(from: log.count, through: 0, by: -1777) {
        let copy = "\(directory)/copy"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        try main.write(to: URL(fileURLWithPath: "\(copy)/\(StudyStore.fileName)"))
        try log.prefix(count).write(to: URL(fileURLWithPath: "\(copy)/\(StudyStore.fileName)-wal"))
        do {
          let again = try StudyStore.open(in: copy, fingerprint: "a", toWrite: true)
          let events = try again.events()
          #expect(Self.events.starts(with: events))
          lengths.insert(events.count)
          try again.append(Self.events)
        } catch let error as StoreError {
          // Before the study itself was written.
          #expect(error.code == .badData && lengths.contains(0), "\(error)")
        }
      }
      #expect(lengths == [0, 1, 2, 3, 4, 5])
    }
  }

  @Test("a file that is no study, or is cut off at any length, is refused")
  func damage() throws {
    try inDirectory { directory in
      do {
        let store = try StudyStore.create(in: directory, fingerprint: "a", description: "")
        try store.append(Self.events)
      }
      let path = "\(directory)/\(StudyStore.fileName)"
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      for count in stride(from: 0, to: whole.count, by: 997) {
        try whole.prefix(count).write(to: URL(fileURLWithPath: path))
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        let error = #expect(throws: StoreError.self, "\(count) bytes") {
          try StudyStore.open(in: directory, toWrite: false).events()
        }
        #expect(error?.code == .badData || error?.code == .cannotWrite)
      }
    }
  }
}
