import Foundation
import Testing

@testable import Launch

/// A folder for the files of one test.
final class MetricsFolder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    let url = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func write(_ text: String, to name: String) throws { try write(text.utf8, to: name) }

  func reader(_ source: MetricsSource, names: [String: MetricName] = [:]) throws -> MetricsReader {
    try MetricsReader(
      source, names: names, directory: path, outputPath: "\(path)/out", metricsPath: "\(path)/metrics.jsonl")
  }

  /// Everything that a reader finds.
  func all(_ source: MetricsSource, names: [String: MetricName] = [:]) throws -> [String] {
    var reader = try reader(source, names: names)
    return lines(reader.read(atEnd: true))
  }
}

/// Records as texts, for NaN is not equal to itself.
func lines(_ records: [[String: Double]]) -> [String] {
  records.map { $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
}

/// The records of a file are the same wherever a first look cut it, and when it grows by single bytes.
func expectSameWhenCut(
  _ bytes: [UInt8], at name: String, _ source: MetricsSource, others: [String: String] = [:],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = try MetricsFolder()
  for (name, text) in others { try folder.write(text, to: name) }
  try folder.write(bytes, to: name)
  let whole = try folder.all(source)
  #expect(!whole.isEmpty, sourceLocation: sourceLocation)
  var slow = try folder.reader(source)
  try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
  var slowly = slow.read()
  for length in 0...bytes.count {
    try folder.write(bytes.prefix(length), to: name)
    slowly += slow.read()
    var reader = try folder.reader(source)
    var found = reader.read()
    try folder.write(bytes, to: name)
    found += reader.read()
    found += reader.read(atEnd: true)
    #expect(lines(found) == whole, "cut after \(length) bytes", sourceLocation: sourceLocation)
    #expect(reader.problems.isEmpty, sourceLocation: sourceLocation)
  }
  #expect(lines(slowly + slow.read(atEnd: true)) == whole, sourceLocation: sourceLocation)
}

@Suite struct MetricsReaderTests {
  @Test("lines of JSON may be cut anywhere, and a damaged one is told")
  func jsonLines() throws {
    let text = "{\"step\": 1, \"loss\": 2.5}\n\n{\"step\": 2, \"loss\": NaN}\n"
    try expectSameWhenCut(Array(text.utf8), at: "metrics.jsonl", .jsonLines)
    let folder = try MetricsFolder()
    try folder.write("{\"loss\": 2}\n{\"loss\":\n{\"los\n", to: "metrics.jsonl")
    try folder.write("a line of the trainer\n{\"loss\": 1}\n", to: "out")
    var reader = try folder.reader(.jsonLines)
    #expect(reader.read() == [["loss": 2], ["loss": 1]])
    #expect(reader.problems == ["metrics.jsonl: a line is no JSON object (2 times)"])
  }

  @Test("a file that is replaced or grows shorter is read from its start, one that was copied over goes on")
  func replaced() throws {
    let folder = try MetricsFolder()
    var reader = try folder.reader(.file("log.jsonl"))
    #expect(reader.read().isEmpty)
    try folder.write("{\"loss\": 3}\n{\"loss\": 2}\n{\"lo", to: "log.jsonl")
    #expect(reader.read() == [["loss": 3], ["loss": 2]])
    let copy = "\(folder.path)/copy"
    try folder.write("{\"loss\": 3}\n{\"loss\": 2}\n{\"loss\": 1}\n", to: "copy")
    try FileManager.default.removeItem(atPath: "\(folder.path)/log.jsonl")
    #expect(reader.read().isEmpty)
    try FileManager.default.moveItem(atPath: copy, toPath: "\(folder.path)/log.jsonl")
    #expect(reader.read() == [["loss": 1]])
    try folder.write("{\"loss\": 7}\n", to: "log.jsonl")
    #expect(reader.read() == [["loss": 7]])
    try folder.write("{\"loss\": 8}\n{\"loss\": 9}\n", to: "log.jsonl")
    #expect(reader.read() == [["loss": 8], ["loss": 9]])
  }

  @Test("a JSON file is one object, or an object a line")
  func jsonFile() throws {
    let folder = try MetricsFolder()
    try folder.write("{\"loss\": 2}\n{\"loss\": 1}", to: "a.json")
    #expect(try folder.all(.file("a.json")) == ["loss=2.0", "loss=1.0"])
    try folder.write("{\n\"loss\": 2,", to: "a.json")
    var reader = try folder.reader(.file("\(folder.path)/a.json"))
    #expect(reader.read(atEnd: true).isEmpty && reader.problems == ["a.json: it is no JSON object"])
    try folder.write("{\n\"loss\": 2}", to: "a.json")
    #expect(reader.read(atEnd: true) == [["loss": 2]] && reader.problems.isEmpty)
  }

  @Test("patterns see no colors, and numbers may have commas")
  func patterns() throws {
    let folder = try MetricsFolder()
    let source = MetricsSource.patterns(["step": #"step:\s*([\d,]+)"#, "loss": #"loss: (\S+)"#])
    let text = "step: 1,234,567 loss: \u{1B}[1;32m2.5\u{1B}[0m\n\u{1B}]0;title\u{7}step: 12 loss: nan\rstep: 1,23\n"
    try folder.write(text, to: "out")
    #expect(try folder.all(source) == ["loss=2.5 step=1234567.0", "loss=nan step=12.0"])
    try folder.write("\u{1B}[31", to: "out")
    #expect(try folder.all(source).isEmpty)
    for pattern in ["loss", "(?:loss) [0-9]+", "("] {
      #expect(throws: LaunchError.self) { try MetricsReader.regex(pattern) }
    }
  }

  @Test("values take our names and units")
  func names() throws {
    let folder = try MetricsFolder()
    let names = [
      "loss": MetricName("eval/loss"), "train_loss": MetricName("loss"),
      "seconds_per_step": MetricName("ms", factor: 0.001),
      "final": MetricName("eval/loss"),
    ]
    try folder.write("{\"loss\": 3, \"ms\": 500, \"other\": 1}\n{\"eval/loss\": 2}\n", to: "metrics.jsonl")
    #expect(
      try folder.all(.jsonLines, names: names) == [
        "other=1.0 seconds_per_step=0.5 train_loss=3.0", "final=2.0 loss=2.0",
      ])
    // What goes by our name and is not meant by it is left out.
    let held = ["loss": MetricName("eval/loss"), "step": MetricName("iteration")]
    try folder.write(
      "{\"loss\": 3}\n{\"step\": 2, \"loss\": 3}\n{\"step\": 1, \"iteration\": 5}\n", to: "metrics.jsonl")
    #expect(try folder.all(.jsonLines, names: held) == ["step=2.0", "step=5.0"])
    // Patterns go by our names or by the trainer's.
    try folder.write("took 250 ms, 2 k tokens\n", to: "out")
    let units = ["seconds_per_step": MetricName("step time", factor: 0.001), "tokens": MetricName("k", factor: 1000)]
    #expect(
      try folder.all(.patterns(["seconds_per_step": #"took (\d+)"#, "k": #"(\d+) k"#]), names: units)
        == ["seconds_per_step=0.25 tokens=2000.0"])
  }

  @Test("a table's empty cells and texts are no metrics, and its cells may be quoted")
  func csv() throws {
    let text = "\u{FEFF}step,\"loss, \"\"held out\"\"\",note\r\n1,2.5,\"a\nb\"\r\n2,,x\r\n\r\n3,nan,\r\n"
    try expectSameWhenCut(Array(text.utf8), at: "a.csv", .csv("a.csv"))
    let folder = try MetricsFolder()
    try folder.write(text, to: "a.csv")
    #expect(
      try folder.all(.csv("a.csv")) == [
        "loss, \"held out\"=2.5 step=1.0", "step=2.0", "loss, \"held out\"=nan step=3.0",
      ])
    try folder.write("a;b\n1;2\n3;4", to: "b.csv")
    #expect(try folder.all(.csv("b.csv")) == ["a=1.0 b=2.0", "a=3.0 b=4.0"])
    try folder.write("a,b\n1\n1,2,3\n\"5,6\n7,8\n", to: "c.csv")
    var damaged = try folder.reader(.csv("c.csv"))
    #expect(damaged.read(atEnd: true) == [["a": 7, "b": 8]])
    #expect(
      damaged.problems == [
        "c.csv: a row has not as many cells as the header (2 times)",
        "c.csv: a quote opens in a row and closes nowhere",
      ])
  }

  /// As the CSV logger of Lightning 2.6.6 wrote it: the whole file anew, once a column comes.
  @Test("a table that is written anew with more columns tells no row twice")
  func csvWithMoreColumns() throws {
    let folder = try MetricsFolder()
    var reader = try folder.reader(.csv("metrics.csv"))
    try folder.write("step,train_loss\n0,3.5\n10,2.5\n20,nan\n", to: "metrics.csv")
    #expect(
      lines(reader.read()) == ["step=0.0 train_loss=3.5", "step=10.0 train_loss=2.5", "step=20.0 train_loss=nan"])
    try folder.write("epoch,step,train_loss,val_loss\n,0,3.5,\n,10", to: "metrics.csv")
    #expect(reader.read().isEmpty)
    try folder.write(
      "epoch,step,train_loss,val_loss\n,0,3.5,\n,10,2.5,\n,20,nan,\n0,20,,1.25\n", to: "metrics.csv")
    #expect(reader.read() == [["epoch": 0, "step": 20, "val_loss": 1.25]])
    // Another run tells its rows from where it differs.
    try folder.write("step,train_loss\n0,3.5\n10,2\n", to: "metrics.csv")
    #expect(reader.read() == [["step": 10, "train_loss": 2]])
  }

  /// The layout and the lines are as MLflow 3.17.2 wrote them.
  @Test("MLflow's metrics are gathered by step, those of the latest run")
  func mlflow() throws {
    let folder = try MetricsFolder()
    func meta(_ start: Int, _ stage: String = "active") -> String {
      "lifecycle_stage: \(stage)\nrun_id: x\nstart_time: \(start)\nstatus: 3\n"
    }
    try folder.write("experiment_id: '8'\nlifecycle_stage: active\n", to: "mlruns/8/meta.yaml")
    try folder.write(meta(1000), to: "mlruns/8/first/meta.yaml")
    try folder.write("1001 9 0\n", to: "mlruns/8/first/metrics/loss")
    var reader = try folder.reader(.mlflow("mlruns"))
    #expect(reader.read().isEmpty)
    #expect(reader.read(atEnd: true) == [["step": 0, "loss": 9]] && reader.problems.isEmpty)

    try folder.write(meta(3000, "deleted"), to: "mlruns/8/deleted/meta.yaml")
    try folder.write(meta(2000), to: "mlruns/8/second/meta.yaml")
    try folder.write("2001 3.5 0\n2002 2.5 1\n2003 1.", to: "mlruns/8/second/metrics/train/loss")
    try folder.write("2001 0.001 0\n2002 0.001 1\nbad\n", to: "mlruns/8/second/metrics/lr")
    try folder.write("2005 inf 10 data digest\n", to: "mlruns/8/second/metrics/val loss")
    #expect(lines(reader.read()) == ["lr=0.001 step=0.0 train/loss=3.5", "lr=0.001 step=1.0 train/loss=2.5"])
    try folder.write("2001 3.5 0\n2002 2.5 1\n2003 1.5 2\n", to: "mlruns/8/second/metrics/train/loss")
    #expect(lines(reader.read()) == ["step=10.0 val loss=inf"])
    #expect(lines(reader.read(atEnd: true)) == ["step=2.0 train/loss=1.5"])
    #expect(reader.problems.first == "metrics/lr: a line is no time, value and step")
    #expect(reader.problems.last?.hasSuffix("mlruns: it has 2 runs; the latest is read, second") == true)
    // From the folder above, and from that of the run; without a step every line is a record.
    try folder.write("1 5\n2 4\n", to: "mlruns/8/second/metrics/loss")
    let all = try folder.all(.mlflow(""))
    #expect(all.prefix(2) == ["loss=5.0 lr=0.001 step=0.0 train/loss=3.5", "loss=4.0 step=0.0"])
    try expectSameWhenCut(
      Array("1 5 0\n2 4 10\n3 nan 10\n".utf8), at: "one/metrics/loss", .mlflow("one"),
      others: ["one/meta.yaml": meta(1)])
  }

  @Test("nothing is told of sources that are not there")
  func missing() throws {
    let folder = try MetricsFolder()
    for source: MetricsSource in [
      .jsonLines, .patterns(["a": "(a)"]), .file("x"), .csv("x"), .tensorBoard("x"), .wandb("x"), .mlflow("x"),
    ] {
      var reader = try folder.reader(source)
      #expect(reader.read().isEmpty && reader.read(atEnd: true).isEmpty && reader.problems.isEmpty)
    }
  }
}
