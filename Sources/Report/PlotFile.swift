import Documents
import Foundation

extension Plot {
  /// Writes the plot to a file whose name ends in `.svg` or `.png`, atomically.
  ///
  /// PNG needs the program `rsvg-convert` and has two pixels for each SVG unit.
  public func write(to path: String) throws {
    try writeDrawing(to: path) { svg() }
  }
}

extension PlotGrid {
  /// Writes the plots to a file whose name ends in `.svg` or `.png`; see `Plot.write(to:)`.
  public func write(to path: String) throws {
    try writeDrawing(to: path) { svg() }
  }
}

private func writeDrawing(to path: String, svg: () -> String) throws {
  switch URL(fileURLWithPath: path).pathExtension.lowercased() {
  case "svg": try DocumentFile.write(svg(), to: path)
  case "png": try DocumentFile.write(try png(svg()), to: path)
  default: throw ReportError.unknownFormat(path: path, accepted: [".svg", ".png"])
  }
}

private let converter = "rsvg-convert"

private func png(_ svg: String) throws(ReportError) -> [UInt8] {
  guard let program = executable(converter) else {
    throw .toolMissing(
      tool: converter, remedy: "install it with 'apt-get install librsvg2-bin', or write the plot to a .svg file")
  }
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("plot-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  do {
    // Files rather than pipes: a converter that stops reading or fills its error output cannot block us.
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let (source, target) = (folder.appendingPathComponent("in.svg"), folder.appendingPathComponent("out.png"))
    let errors = folder.appendingPathComponent("errors")
    try Data(svg.utf8).write(to: source)
    try Data().write(to: errors)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["--zoom", "2", "--output", target.path, source.path]
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let message = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
      let line = message.split(separator: "\n").first.map(String.init) ?? "status \(process.terminationStatus)"
      throw ReportError.toolFailed(tool: converter, reason: line)
    }
    return [UInt8](try Data(contentsOf: target))
  } catch let error as ReportError {
    throw error
  } catch {
    throw .toolFailed(tool: converter, reason: "\(error.localizedDescription)")
  }
}

/// The first program of that name on the search path.
private func executable(_ name: String) -> String? {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}
