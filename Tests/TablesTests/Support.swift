import Foundation
import Tables

/// A small seeded generator (SplitMix64, Steele et al. 2014), so that a failing case can be named.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The description of the error that reading `text` gives, or `no error`.
func readingError(_ text: String, name: String = "runs.csv") -> String {
  readingError(Array(text.utf8), name: name)
}

func readingError(_ bytes: [UInt8], name: String = "runs.csv") -> String {
  do {
    _ = try Table.parse(bytes, name: name)
    return "no error"
  } catch {
    return error.description
  }
}

/// The description of the error that `body` throws, or `no error`.
func errorText<T>(_ body: () throws -> T) -> String {
  do {
    _ = try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}

/// Calls `body` with the path of a file of these bytes, and removes it afterwards.
func withFile<R>(_ bytes: [UInt8], named name: String = "runs.csv", _ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tables-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appendingPathComponent(name)
  try Data(bytes).write(to: file)
  return try body(file.path)
}
