import Foundation
import Testing

@Suite struct ShapeTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  @Test func aPublishedModelIsCountedByComponent() throws {
    let outcome = try place.windtunnel("shape", "--model", "llama-3-8b")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains("8,030,261,248") && outcome.text.contains("full-square"))
    #expect(outcome.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    let json = try place.windtunnel("shape", "--model", "mixtral-8x7b", "--format", "json").json()
    #expect(json["schema"] as? String == "windtunnel.shape/2")
    let shape = try #require((json["shapes"] as? [[String: Any]])?.first)
    #expect((shape["params"] as? [String: Any])?["total"] as? Int == 46_702_792_704)
    let conventions = try #require((shape["flops"] as? [String: Any])?["conventions"] as? [String: Double])
    #expect(try #require(conventions["6N"]) == 77_279_551_488)
  }

  @Test func aSizeBecomesShapes() throws {
    let outcome = try place.shell("$W shape --params 7B --tp 8 --pp 4 --vocab 128256 --output shape.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains("best") && outcome.text.contains("deeper") && outcome.text.contains("because"))
    let json = try #require(try JSONSerialization.jsonObject(with: place.read("shape.json")) as? [String: Any])
    let shapes = try #require(json["shapes"] as? [[String: Any]])
    #expect(shapes.count == 5)
    for entry in shapes {
      let layers = try #require((entry["shape"] as? [String: Any])?["layers"] as? Int)
      #expect(layers.isMultiple(of: 4))
      let error = try #require(entry["size_error"] as? Double)
      #expect(abs(error) < 0.05)
    }
  }

  @Test func aConfigurationIsRead() throws {
    try place.write(
      #"{"model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024, "vocab_size": 50257}"#,
      to: "config.json")
    let outcome = try place.windtunnel("shape", "--config", "config.json")
    #expect(outcome.status == 0 && outcome.text.contains("124,439,808"), "\(outcome.errors)")
    try place.write("{", to: "broken.json")
    expectFailure(try place.windtunnel("shape", "--config", "broken.json"), 65, "broken.json", "not JSON")
    expectFailure(try place.windtunnel("shape", "--config", "nowhere.json"), 66, "nowhere.json")
  }

  @Test(arguments: [
    ("", "give one of --params"), ("--params 7B --model gpt2", "give one of"), ("--model gtp2", "did you mean 'gpt2'?"),
    ("--params 1", "no shape has"), ("--params 1e30", "1e15"), ("--params -7B", "above zero"),
    ("--params banana", "banana"), ("--params 7B --tp 0", "from 1 to 1024"), ("--params 7B --vocab -1", "above zero"),
    ("--params 7B --top-k 2", "need --experts"), ("--model gpt2 --tp 8", "require --params"),
    ("--params 7B --layers 3 --pp 2", "do not divide"), ("--params 7B --sequence 0.5", "at least 1"),
    ("--params 7B --experts 4 --top-k 9", "from 1 to 4"), ("--params 7B --alternatives 0", "from 1 to 1000"),
  ])
  func aRequestThatCannotBeMetIsExplained(_ line: String, _ words: String) throws {
    expectFailure(try place.shell("$W shape \(line)"), 64, words)
  }
}

@Suite struct HardwareCommandTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  @Test func allAreListedAndOneIsShownWhole() throws {
    let list = try place.windtunnel("hardware")
    #expect(
      list.status == 0 && list.text.contains("TPU-v5p") && list.text.contains("RunPod, 2025-03-03"), "\(list.errors)")
    let one = try place.windtunnel("hardware", "h100")
    #expect(one.text.contains("data sheet") && one.text.contains("794.5 TFLOP/s measured"), "\(one.text)")
    let json = try place.windtunnel("hardware", "H100", "B200", "--format", "json").json()
    #expect(json["schema"] as? String == "windtunnel.accelerators/1")
    let peaks = (json["accelerators"] as? [[String: Any]])?.map { $0["peak_flops_per_second"] as? [String: Double] }
    #expect(peaks?.first??["fp8"] == 1979e12 && peaks?.last??["bf16"] == 2250e12)
  }

  @Test func aFileOfOnesOwnStartsFromTheListAndIsReadBack() throws {
    let written = try place.shell(
      "$W hardware H100 --format yaml | sed 's/H100:/lab:/; s/80 GB$/96 GB/' > lab.yaml")
    #expect(written.status == 0, "\(written.errors)")
    let json = try place.shell("$W hardware lab --file lab.yaml --format json").json()
    #expect((json["accelerators"] as? [[String: Any]])?.first?["memory_bytes"] as? Double == 96e9)
  }

  /// Messages that cross groups of nodes go by the narrower network.
  @Test func aClusterOfAFileIsTakenByName() throws {
    try place.write(
      """
      schema: windtunnel.hardware/1
      clusters:
        alpha: {accelerator: H100, count: 256, group: {nodes: 4, network: 10 Gb/s}, usd_per_hour: 2}
        flat: {accelerator: H100, count: 256}
      """, to: "lab.yaml")
    func seconds(_ cluster: String) throws -> Double {
      let json = try place.shell(
        "$W cost --model llama-3-8b --hardware lab.yaml --cluster \(cluster) --zero 1 --format json"
      ).json()
      return try #require((json["layout"] as? [String: Any])?["step_seconds"] as? Double)
    }
    #expect(try seconds("alpha") > 1.2 * seconds("flat") && seconds("32xalpha") == seconds("32xflat"))
    let shown = try place.shell("$W hardware --file lab.yaml").text
    #expect(shown.contains("alpha") && shown.contains("256 H100"))
    let json = try place.shell("$W hardware alpha --file lab.yaml --format json").json()
    let group = try #require((json["clusters"] as? [[String: Any]])?.first)
    #expect(group["nodes_per_group"] as? Int == 4 && group["group_bytes_per_second"] as? Double == 1.25e9)
    let plan = try place.shell(
      "$W plan --preset besiroglu2024 --hardware lab.yaml --budget '64xalpha for 3d' --format json"
    ).json()
    let cost = try #require(plan["cluster"] as? [String: Any])
    #expect(cost["devices"] as? Int == 64)
    expectFailure(try place.shell("$W cost --params 7B --hardware lab.yaml --cluster 512xalpha"), 64, "has 256")
    let front = "$W layout --params 1B --hardware lab.yaml --cluster 64xalpha --tokens 20B --front 64:512"
    expectFailure(try place.shell(front), 64, "'64xalpha' has 256")
  }

  @Test func slipsAreNamed() throws {
    expectFailure(try place.shell("$W hardware H10O"), 64, "did you mean 'H100'?")
    expectFailure(try place.shell("$W hardware --file lab.yaml"), 66, "lab.yaml", "windtunnel.hardware/1")
    try place.write("schema: windtunnel.hardware/1\naccelerators:\n  lab: {like: H100, memroy: 1 GB}\n", to: "lab.yaml")
    expectFailure(try place.shell("$W hardware --file lab.yaml"), 65, "lab.yaml:3:", "did you mean 'memory'?")
    try place.write("", to: "lab.yaml")
    expectFailure(try place.shell("$W hardware --file lab.yaml"), 65, "it is empty")
    expectFailure(try place.shell("$W hardware --file ."), 66, "directory")
    expectFailure(try place.shell("$W hardware H100 --format xml"), 64, "'table', 'json' or 'yaml'")
  }
}
