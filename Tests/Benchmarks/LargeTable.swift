import Foundation
import Tables

/// A run table of many rows in a temporary file.
struct LargeTable {
  let megabytes: Int
  private let folder: URL
  private var file: String { folder.appendingPathComponent("runs.csv").path }

  init(rows: Int) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("windtunnel-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var text = "params,tokens,loss\n"
    text.reserveCapacity(rows * 60)
    // Sizes and token counts that fill their ranges evenly in the logarithm (Weyl's sequence), errors of about 1 %.
    for row in 0..<rows {
      let fraction = { (step: Double) in (Double(row + 1) * step).truncatingRemainder(dividingBy: 1) }
      let size = (1e7 * pow(1e3, fraction(0.6180339887498949))).rounded()
      let tokens = (1e9 * pow(1e3, fraction(0.7548776662466927))).rounded()
      let error = 0.02 * (fraction(0.5698402909980532) - 0.5)
      let loss = (1.8 + 480 / pow(size, 0.35) + 2085 / pow(tokens, 0.37)) * exp(error)
      text += "\(Int(size)),\(Int(tokens)),\(loss)\n"
    }
    let data = Data(text.utf8)
    megabytes = data.count / 1_000_000
    try data.write(to: folder.appendingPathComponent("runs.csv"))
  }

  func load() throws -> RunTable { try RunTable(Table.read(file)) }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}
