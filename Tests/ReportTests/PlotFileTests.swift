import Documents
import Foundation
import Report
import Testing

@Suite("Plots as files")
final class PlotFileTests {
  private let folder = NSTemporaryDirectory() + "/plots-\(UUID().uuidString)"
  private let plot = Plot(title: "t", x: .init("x"), y: .init("y"), layers: [.points(.init(x: [1, 2], y: [1, 2]))])

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  @Test("A .svg file holds the drawing")
  func svgFile() throws {
    try plot.write(to: folder + "/plot.SVG")
    #expect(try String(contentsOfFile: folder + "/plot.SVG", encoding: .utf8) == plot.svg())
  }

  @Test(
    "A .png file holds two pixels for each unit",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/rsvg-convert"), "rsvg-convert is not installed")
  )
  func pngFile() throws {
    try plot.write(to: folder + "/plot.png")
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/plot.png")))
    #expect(bytes.prefix(4) == [0x89, 0x50, 0x4E, 0x47])
    // The header chunk carries width and height in big-endian bytes 16 to 23.
    #expect(bytes[16..<24].elementsEqual([0, 0, 5, 160, 0, 0, 3, 192]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["plot.png"])
  }

  @Test("Another extension is an error that names those accepted", arguments: ["plot", "plot.jpeg", "svg"])
  func otherExtensions(name: String) throws {
    let error = #expect(throws: ReportError.self) { try plot.write(to: folder + "/" + name) }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains(".svg or .png") == true)
  }

  @Test("A missing folder is an error of the kind 'cannot create'")
  func missingFolder() throws {
    let error = #expect(throws: DocumentError.self) { try plot.write(to: folder + "/none/plot.svg") }
    #expect(error?.code == .cannotWrite)
    #expect(error?.description.contains("create it first") == true)
  }

  @Test("A missing converter is an error with its remedy")
  func missingConverter() {
    let error = ReportError.toolMissing(tool: "rsvg-convert", remedy: "install it")
    #expect(error.description == "'rsvg-convert' is not installed: install it")
    #expect(error.exitCode == 69)
  }
}
