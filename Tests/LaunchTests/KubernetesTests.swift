import Documents
import Foundation
import Tables
import Testing

@testable import Launch

@Suite struct KubernetesTests {
  private static func engine(_ kind: KubernetesEngine.Options.Kind, program: String = "kubectl") -> KubernetesEngine {
    KubernetesEngine(
      .init(
        image: "trainer:1", kind: kind,
        volumes: [.init(claim: "data", path: "/runs"), .init(claim: "data", path: "/more/")],
        namespace: "team", queue: "gpus", serviceAccount: "trainer", nodeSelector: ["zone": "a"],
        secrets: ["HF_TOKEN": .init(secret: "hf", key: "token")], setup: ["echo $(WINDTUNNEL_JOB)"]),
      program: program)
  }

  private static let small = EngineJob(
    name: "small", attempt: 1, directory: "/runs/a/jobs/small", resources: .init(cpusPerNode: 4))
  private static let large = EngineJob(
    name: "large; $(touch x)", attempt: 3, directory: "/runs/a/jobs/large $(x)",
    resources: .init(nodes: 4, gpusPerNode: 8, cpusPerNode: 96, memory: 2e12, time: 3600.5))

  private func items(_ kind: KubernetesEngine.Options.Kind, _ jobs: [EngineJob]) throws -> [[String: Any]] {
    let rehearsal = try Self.engine(kind).rehearse(jobs, batch: "wt-Abc_1", in: "/runs/a")
    let text = try #require(rehearsal.files.first?.text)
    let list = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return try #require(list?["items"] as? [[String: Any]])
  }

  /// What lies in nested maps and lists, at names and numbers that dots join.
  private func at(_ path: String, _ value: Any?) -> Any? {
    path.split(separator: ".").reduce(value) { value, name in
      (value as? [String: Any])?[String(name)] ?? Int(name).flatMap { (value as? [Any])?[$0] }
    }
  }

  @Test("a job set has a pod a node, of which the first is the main one")
  func jobSet() throws {
    let items = try items(.jobset, [Self.small, Self.large])
    let large = items[1]
    #expect(items.map { at("metadata.name", $0) as? String } == ["wt-abc-1-0", "wt-abc-1-1"])
    #expect(at("metadata.namespace", large) as? String == "team")
    #expect(
      at("metadata.labels", large) as? [String: String] == [
        "app.kubernetes.io/managed-by": "windtunnel", "windtunnel/batch": "wt-abc-1", "windtunnel/job": "wt-abc-1-1",
        "kueue.x-k8s.io/queue-name": "gpus",
      ])
    #expect(at("spec.failurePolicy.maxRestarts", large) as? Int == 0)
    let job = at("spec.replicatedJobs.0.template.spec", large)
    #expect(at("completions", job) as? Int == 4 && at("parallelism", job) as? Int == 4)
    #expect(at("activeDeadlineSeconds", job) as? Int == 3601)
    let container = at("template.spec.containers.0", job)
    #expect(at("resources.limits", container) as? [String: String] == ["memory": "1907349Mi", "nvidia.com/gpu": "8"])
    let environment = try #require(at("env", container) as? [[String: Any]])
    let values = Dictionary(environment.map { ($0["name"] as? String ?? "", $0["value"] as? String) }) { $1 }
    #expect(values["WINDTUNNEL_MAIN_NODE"] == "wt-abc-1-1-workers-0-0.wt-abc-1-1")
    // What Kubernetes would take for its own variables is kept from it.
    #expect(values["WINDTUNNEL_JOB"] == "/runs/a/jobs/large $$(x)")
    #expect((at("args.0", container) as? String)?.hasPrefix("echo $$(WINDTUNNEL_JOB)\n") == true)
    let secret = environment.first { $0["name"] as? String == "HF_TOKEN" }
    #expect(at("valueFrom.secretKeyRef", secret) as? [String: String] == ["name": "hf", "key": "token"])
    let mounts = try #require(at("volumeMounts", container) as? [[String: String]])
    #expect(mounts.map { $0["mountPath"] } == ["/runs", "/more/", "/dev/shm"])
    // A claim that is mounted at two paths is one volume.
    let volumes = try #require(at("template.spec.volumes", job) as? [[String: Any]])
    #expect(volumes.map { $0["name"] as? String } == ["claim-0", "shm"])
    #expect(at("spec.replicatedJobs.0.template.spec.template.spec.containers.0.resources.limits", items[0]) == nil)
  }

  @Test("a PyTorchJob has a master, and workers where it takes more nodes")
  func pytorchJob() throws {
    let items = try items(.pytorchjob, [Self.small, Self.large])
    let specs = items.map { at("spec.pytorchReplicaSpecs", $0) as? [String: Any] ?? [:] }
    #expect(specs[0].keys.sorted() == ["Master"] && specs[1].keys.sorted() == ["Master", "Worker"])
    #expect(at("Worker.replicas", specs[1]) as? Int == 3)
    #expect(at("spec.runPolicy.backoffLimit", items[1]) as? Int == 0)
    let environment = at("Worker.template.spec.containers.0.env", specs[1]) as? [[String: Any]] ?? []
    #expect(environment.contains { $0["value"] as? String == "wt-abc-1-1-master-0" })
  }

  @Test(
    "Kubernetes' own schemas take the manifests",
    .enabled(
      if: EngineParser.isThere("kubernetes_validate"),
      "kubernetes-validate is not installed"), arguments: KubernetesEngine.Options.Kind.allCases)
  func schemas(_ kind: KubernetesEngine.Options.Kind) throws {
    let files = try Self.engine(kind).rehearse([Self.small, Self.large], batch: "wt-a", in: "/runs/a").files
    #expect(try EngineParser.faults("kubernetes", of: try #require(files.first?.text)) == "")
  }

  @Test("a volume must hold a job's folder")
  func volumes() {
    let job = EngineJob(name: "far", attempt: 1, directory: "/runs2/far", resources: .init())
    let error = #expect(throws: LaunchError.self) {
      try Self.engine(.jobset).rehearse([job], batch: "a", in: "/runs2")
    }
    #expect(error?.description.contains("which no volume holds") == true)
  }

  @Test("each node goes through the job's script, and only the first says how it ended")
  func nodes() throws {
    let folder = try TestFolder()
    let job = try folder.job("one", "echo $WINDTUNNEL_NODE_RANK; exit $WINDTUNNEL_NODE_RANK")
    for rank in ["0", "2"] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", NodeScript(rank: "RANK", setup: ["export A=1"]).text]
      process.environment = NodeScript.environment(of: job, owner: "kubernetes a").merging(
        ["RANK": rank, "PATH": "/usr/bin:/bin"]) { $1 }
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == Int32(rank))
    }
    #expect(folder.text("jobs/one/attempts/1/exit") == "0\n" && folder.text("jobs/one/attempts/1/out") == "0\n")
    #expect(folder.text("jobs/one/attempts/1/nodes/2/exit") == "2\n")
  }

  @Test("what the cluster says is understood")
  func states() async throws {
    let folder = try TestFolder()
    // In place of kubectl: keeps its arguments, and says what a cluster would.
    let script = """
      #!/bin/sh
      here=$(dirname "$0")
      echo "$@" >> "$here/calls"
      case "$*" in
        *' pods '*) cat "$here/pods" ;;
        *' get '*) cat "$here/list" ;;
        *' apply '*) [ -e "$here/silent" ] && { echo 'Unable to connect to the server: EOF' >&2; exit 1; }
          [ -e "$here/refused" ] && { echo 'Error from server (Forbidden): exceeded quota' >&2; exit 1; } ;;
      esac
      exit 0
      """
    let program = "\(folder.path)/kubectl"
    try Data(script.utf8).write(to: URL(fileURLWithPath: program))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
    }
    func object(_ name: String, _ status: String) -> String {
      #"{"metadata": {"name": "\#(name)"}, "status": \#(status)}"#
    }
    func condition(_ type: String, _ message: String) -> String {
      #"{"conditions": [{"type": "\#(type)", "status": "True", "reason": "R", "message": "\#(message)"}]}"#
    }
    try write(
      "list",
      """
      {"items": [\(object("a", condition("Completed", "x"))), \(object("b", condition("Failed", "a job failed"))),
      \(object("c", condition("Suspended", "suspended"))), \(object("d", #"{"replicatedJobsStatus": [{"ready": 1}]}"#)),
      \(object("e", "{}")), \(object("f", condition("Running", "x")))]}
      """)
    try write(
      "pods",
      #"""
      {"items": [{"metadata": {"name": "e-1", "labels": {"windtunnel/job": "e"}}, "status": {"phase": "Pending",
      "conditions": [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes: insufficient gpu"}]}}]}
      """#)
    let engine = KubernetesEngine(
      .init(image: "i", volumes: [.init(claim: "data", path: folder.path)], context: "lab"), program: program)
    let names = ["a", "b", "c", "d", "e", "f", "g"]
    let job = try folder.job("j", "true")
    #expect(
      try await engine.look(at: names.map { _ in job }, handles: names) == [
        .gone(nil), .gone("Kubernetes says: a job failed"), .queued("suspended"), .running,
        .queued("0/3 nodes: insufficient gpu"), .running,
        .gone("it is no longer in the cluster; was it deleted?"),
      ])
    try await engine.cancel([job], handles: ["a"])
    #expect(try await engine.submit([job], batch: "wt-1", in: folder.path) == ["wt-1-0"])
    #expect(folder.lines("calls").allSatisfy { $0.hasPrefix("--request-timeout=60s --context=lab ") })
    #expect(folder.text("calls").contains("delete jobsets.jobset.x-k8s.io --ignore-not-found --wait=false a\n"))
    #expect(folder.text("kubernetes/wt-1.json").contains(#""name" : "wt-1-0""#))
    #expect(try await engine.find(batch: "wt-1", of: [job], places: [0], in: folder.path) == ["wt-1-0"])
    try write("list", #"{"items": []}"#)
    #expect(try await engine.find(batch: "wt-1", of: [job], places: [0], in: folder.path) == nil)
    try write("silent", "")
    let silent = await #expect(throws: LaunchError.self) { try await engine.submit([job], batch: "b", in: folder.path) }
    #expect(silent?.isUnreachable == true && !folder.text("calls").contains("windtunnel/batch=b "))
    try FileManager.default.removeItem(atPath: "\(folder.path)/silent")
    try write("refused", "")
    let refused = await #expect(throws: LaunchError.self) {
      try await engine.submit([job], batch: "b", in: folder.path)
    }
    #expect(refused?.isUnreachable == false && refused?.description.contains("exceeded quota") == true)
    #expect(folder.text("calls").hasSuffix("--wait=false --selector=windtunnel/batch=b\n"))
  }

  @Test("options are read, and wrong ones named")
  func options() throws {
    func read(_ text: String) throws -> KubernetesEngine.Options {
      try KubernetesEngine.Options.read(engineEntry("{kind: kubernetes, \(text)}"), from: "job.yaml")
    }
    #expect(
      try read(
        "image: i, job: pytorchjob, volumes: [{claim: c, path: /c}], queue: q, secrets: {T: {secret: s, key: k}}, "
          + "node_selector: {a: b}, setup: x, service_account: sa, namespace: n, context: y, outstanding: 3")
        == .init(
          image: "i", kind: .pytorchjob, volumes: [.init(claim: "c", path: "/c")], namespace: "n", context: "y",
          queue: "q", serviceAccount: "sa", nodeSelector: ["a": "b"], secrets: ["T": .init(secret: "s", key: "k")],
          setup: ["x"], outstanding: 3))
    for wrong in [
      "queue: q", "image: i, job: pod", "image: i, volumes: [{claim: c, path: c}]", "image: i, volumes: [{claim: c}]",
      "image: i, secrets: {'a b': {secret: s, key: k}}", "image: i, secrets: {T: {secret: s}}", "image: i, que: q",
    ] {
      #expect(throws: DocumentError.self, "\(wrong)") { try read(wrong) }
    }
  }
}
