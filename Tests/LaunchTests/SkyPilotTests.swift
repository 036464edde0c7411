import Documents
import Foundation
import Tables
import Testing

@testable import Launch

@Suite struct SkyPilotTests {
  private static func engine(_ folder: String, program: String = "sky") -> SkyPilotEngine {
    SkyPilotEngine(
      .init(
        infra: "k8s/lab", accelerator: "H100", usesSpot: true, image: "docker:trainer:1",
        mounts: [folder: "s3://runs", "/code": "/home/me/code"],
        volumes: ["/data": "corpus"], workdir: "/home/me/trainer", secrets: ["HF_TOKEN"],
        setup: ["pip install -r requirements.txt", "echo ready"]), program: program)
  }

  private static let job = EngineJob(
    name: "large", attempt: 2, directory: "/runs/jobs/large $(x)",
    resources: .init(nodes: 2, gpusPerNode: 8, cpusPerNode: 32, memory: 1e12))

  @Test("a rehearsal has the task and the command")
  func rehearsal() throws {
    let rehearsal = try Self.engine("/runs").rehearse([Self.job], batch: "wt-1", in: "/runs/it's")
    #expect(
      rehearsal.commands == [
        "sky jobs launch --yes --detach-run --name=wt-1-0 --secret=HF_TOKEN '/runs/it'\\''s/skypilot/wt-1-0.yaml'"
      ])
    let file = try #require(rehearsal.files.first)
    #expect(file.name == "/runs/it's/skypilot/wt-1-0.yaml")
    let task = try #require(try JSONSerialization.jsonObject(with: Data(file.text.utf8)) as? [String: Any])
    #expect(task["num_nodes"] as? Int == 2)
    let resources = try #require(task["resources"] as? [String: Any])
    #expect(resources["accelerators"] as? String == "H100:8" && resources["memory"] as? String == "932+")
    #expect(
      task["envs"] as? [String: String] == [
        "WINDTUNNEL_ATTEMPT": "2", "WINDTUNNEL_JOB": "/runs/jobs/large $(x)", "WINDTUNNEL_OWNER": "skypilot wt-1-0",
      ])
    let mounts = try #require(task["file_mounts"] as? [String: Any])
    #expect(mounts["/runs"] as? [String: String] == ["source": "s3://runs", "mode": "MOUNT"])
    #expect(mounts["/code"] as? String == "/home/me/code")
    #expect(!file.text.contains("HF_TOKEN"))
  }

  @Test("SkyPilot's own schemas take the task", .enabled(if: EngineParser.isThere("sky"), "skypilot is not installed"))
  func schemas() throws {
    let plain = SkyPilotEngine(.init(mounts: ["/runs": "gs://runs"]))
    let small = EngineJob(name: "s", attempt: 1, directory: "/runs/s", resources: .init())
    let tasks =
      try Self.engine("/runs").rehearse([Self.job], batch: "a", in: "/runs").files
      + plain.rehearse([small], batch: "b", in: "/runs").files
    for task in tasks { #expect(try EngineParser.faults("skypilot", of: task.text) == "") }
  }

  @Test("a bucket must hold a job's folder, and devices must have a name")
  func refusals() {
    let noDevices = SkyPilotEngine(.init(mounts: ["/runs": "s3://runs"]))
    let local = SkyPilotEngine(.init(accelerator: "H100", mounts: ["/runs": "/home/me/runs"]))
    for (engine, reason) in [(noDevices, "accelerator: H100"), (local, "no bucket or volume holds")] {
      let error = #expect(throws: LaunchError.self) { try engine.rehearse([Self.job], batch: "a", in: "/runs") }
      #expect(error?.description.contains(reason) == true)
    }
  }

  @Test("what SkyPilot says is understood")
  func states() async throws {
    let folder = try TestFolder()
    let rows = [
      ("a", 1, "SUCCEEDED"), ("b", 2, "RUNNING"), ("c", 3, "PENDING"), ("d", 4, "CANCELLED"), ("e", 5, "FAILED_SETUP"),
    ].map { name, number, status in
      #"{"job_id": \#(number), "job_name": "\#(name)", "status": "\#(status)", "failure_reason": "why", "other": null}"#
    }
    let script = """
      #!/bin/sh
      echo "$@" >> "$(dirname "$0")/calls"
      [ "$2" = queue ] && cat <<'END'
      Fetching managed jobs [a moment]
      [
      \(rows.joined(separator: ",\n"))
      ]
      END
      exit 0
      """
    let program = "\(folder.path)/sky"
    try Data(script.utf8).write(to: URL(fileURLWithPath: program))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let engine = Self.engine(folder.path, program: program)
    let job = try folder.job("j", "true")
    let names = ["a", "b", "c", "d", "e", "f"]
    #expect(
      try await engine.look(at: names.map { _ in job }, handles: names) == [
        .gone(nil), .running, .queued(nil), .cancelled, .gone("SkyPilot says FAILED_SETUP: why"),
        .gone("SkyPilot no longer knows it"),
      ])
    #expect(try await engine.submit([job], batch: "wt-1", in: folder.path) == ["wt-1-0"])
    #expect(try await engine.find(batch: "wt-1", of: [job], places: [0], in: folder.path) == nil)
    try await engine.cancel([job], handles: names)
    #expect(folder.lines("calls").last == "jobs cancel --yes 2 3")
    #expect(folder.text("skypilot/wt-1-0.yaml").contains(#""WINDTUNNEL_OWNER" : "skypilot wt-1-0""#))
  }

  @Test("options are read, and wrong ones named")
  func options() throws {
    func read(_ text: String) throws -> SkyPilotEngine.Options {
      try SkyPilotEngine.Options.read(engineEntry("{kind: skypilot, \(text)}"), from: "job.yaml")
    }
    #expect(
      try read(
        "infra: aws, accelerator: H100, use_spot: true, image_id: i, mounts: {/r: 's3://r'}, volumes: {/v: v}, "
          + "workdir: ., secrets: [T], setup: [x], outstanding: 3, poll: 5 s")
        == .init(
          infra: "aws", accelerator: "H100", usesSpot: true, image: "i", mounts: ["/r": "s3://r"],
          volumes: ["/v": "v"], workdir: ".", secrets: ["T"], setup: ["x"], outstanding: 3,
          poll: .init(5)))
    for wrong in ["mounts: {r: 's3://r'}", "secrets: ['T=1']", "use_spot: maybe", "accelerators: H100"] {
      #expect(throws: DocumentError.self, "\(wrong)") { try read(wrong) }
    }
  }
}
