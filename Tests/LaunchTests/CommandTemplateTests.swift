import Foundation
import Testing

@testable import Launch

@Suite struct CommandTemplateTests {
  @Test("braces with a name are filled, quoted, and the shell keeps its own")
  func filling() {
    let template = CommandTemplate("run --lr {lr} {name} ${HOME} {{lr} awk '{print $1}' {missing} {flags}")
    #expect(template.placeholders == ["lr", "name", "missing", "flags"])
    let command = template.command(
      ["lr": "0.001", "name": "it's; rm -rf /"], flags: [("lr", "0.001"), ("act", "a b")])
    #expect(
      command == "run --lr 0.001 'it'\\''s; rm -rf /' ${HOME} {lr} awk '{print $1}'  --lr 0.001 --act 'a b'")
  }

  @Test("no value reaches the shell as anything but one word")
  func quoting() throws {
    for word in ["", "a b", "$(id)", "`id`", "'", "\"", "\\", "\n", "*", "a;b", "é", "-x", "~"] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "printf %s " + CommandTemplate("{x}").command(["x": word], flags: [])]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      #expect(String(decoding: output, as: UTF8.self) == word)
    }
  }

  @Test("metrics are read as they are written, whole lines only")
  func reading() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    func write(_ text: String, to name: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
    }
    var json = try MetricsReader(
      .jsonLines, directory: directory, outputPath: "\(directory)/out", metricsPath: "\(directory)/metrics")
    #expect(json.read().isEmpty)
    try write("{\"step\": 1, \"loss\": 2.5, \"name\": \"x\"}\nnot json\n{\"step\": 2, \"lo", to: "metrics")
    #expect(json.read() == [["step": 1, "loss": 2.5]])
    try write("{\"step\": 1, \"loss\": 2.5, \"name\": \"x\"}\nnot json\n{\"step\": 2, \"loss\": NaN}", to: "metrics")
    #expect(json.read().isEmpty)
    try write("{\"loss\": null, \"step\": true}\n{\"loss\": 7}", to: "out")
    let last = json.read(atEnd: true)
    #expect(last.first?["loss"]?.isNaN == true)
    #expect(last.last == ["loss": 7])
    #expect(last.dropLast().last?["loss"]?.isNaN == true && last.dropLast().last?.count == 1)

    var patterns = try MetricsReader(
      .patterns(["loss": #"val loss ([\d.]+)"#, "epoch": #"epoch (\d+)"#]), directory: directory,
      outputPath: "\(directory)/out", metricsPath: "")
    try write("epoch 1: val loss 0.75\nnothing\nepoch 2: val loss 0.5\n", to: "out")
    #expect(patterns.read() == [["epoch": 1, "loss": 0.75], ["epoch": 2, "loss": 0.5]])
    #expect(throws: LaunchError.self) { try MetricsReader.regex("(") }

    var file = try MetricsReader(.file("result.json"), directory: directory, outputPath: "", metricsPath: "")
    #expect(file.read(atEnd: true).isEmpty)
    try write("{\n  \"loss\": 2.5,\n  \"shape\": {\"layers\": 2},\n  \"curve\": [1, 2]\n}\n", to: "result.json")
    #expect(file.read().isEmpty && file.read(atEnd: true) == [["loss": 2.5]])
  }
}
