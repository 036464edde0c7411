import Foundation

/// The Kubernetes object of an attempt: a JobSet, or a PyTorchJob of Kubeflow's training operator.
///
/// Nothing is begun again by the cluster; whether a job is tried once more is for the launch to say.
struct KubernetesManifest: Sendable {
  let job: EngineJob
  let batch: String
  let name: String
  let options: KubernetesEngine.Options

  static let managedBy = "app.kubernetes.io/managed-by=windtunnel"
  static let batchLabel = "windtunnel/batch"
  static let jobLabel = "windtunnel/job"

  /// A JobSet's pods have names that are longer by its own parts and at most 63.
  private static let longestName = 40
  /// The time for which ended objects stay visible, in seconds.
  private static let kept = 86_400
  /// The time that a stopped job has to save its state, in seconds.
  private static let grace = 120

  init(_ job: EngineJob, place: Int, batch: String, _ options: KubernetesEngine.Options) {
    (self.job, self.batch, self.options) = (job, batch, options)
    name = Self.label("\(batch)-\(place)")
  }

  /// A name as the domain name system takes it. What is too long is cut at its front, as batches differ at their ends.
  static func label(_ text: String) -> String {
    let characters = text.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    let label = String(characters.suffix(longestName)).drop { !$0.isLetter }
    return label.isEmpty ? "job" : String(label)
  }

  var tree: JSONTree {
    var labels = self.labels
    labels["kueue.x-k8s.io/queue-name"] = options.queue
    return .map([
      "apiVersion": options.kind == .jobset ? "jobset.x-k8s.io/v1alpha2" : "kubeflow.org/v1",
      "kind": options.kind == .jobset ? "JobSet" : "PyTorchJob",
      "metadata": .some([
        "name": .text(name), "namespace": options.namespace.map { .text($0) }, "labels": .texts(labels),
        "annotations": .texts(["windtunnel/name": job.name, "windtunnel/directory": job.directory]),
      ]),
      "spec": options.kind == .jobset ? jobSet : pytorchJob,
    ])
  }

  private var labels: [String: String] {
    [
      "app.kubernetes.io/managed-by": "windtunnel", Self.batchLabel: Self.label(batch), Self.jobLabel: name,
    ]
  }

  private var nodes: Int { job.resources.nodes }

  private var deadline: JSONTree? { job.resources.time.map { .integer(max(1, Int($0.rounded(.up)))) } }

  private var jobSet: JSONTree {
    let workers = JSONTree.some([
      "parallelism": .integer(nodes), "completions": .integer(nodes), "completionMode": "Indexed", "backoffLimit": 0,
      "activeDeadlineSeconds": deadline,
      "template": pod(main: "\(name)-workers-0-0.\(name)", rank: "JOB_COMPLETION_INDEX"),
    ])
    return [
      "failurePolicy": ["maxRestarts": 0], "network": ["enableDNSHostnames": true],
      "successPolicy": ["operator": "All"],
      "replicatedJobs": [["name": "workers", "replicas": 1, "template": ["spec": workers]]],
      "ttlSecondsAfterFinished": .integer(Self.kept),
    ]
  }

  private var pytorchJob: JSONTree {
    // The operator numbers a job's pods by RANK, the master's first.
    let template = pod(main: "\(name)-master-0", rank: "RANK")
    func replicas(_ count: Int) -> JSONTree {
      ["replicas": .integer(count), "restartPolicy": "Never", "template": template]
    }
    return [
      "pytorchReplicaSpecs": .some(["Master": replicas(1), "Worker": nodes > 1 ? replicas(nodes - 1) : nil]),
      "runPolicy": .some([
        "activeDeadlineSeconds": deadline, "backoffLimit": 0, "cleanPodPolicy": "Running",
        "ttlSecondsAfterFinished": .integer(Self.kept),
      ]),
    ]
  }

  /// - Parameters:
  ///   - main: the host name of the first node.
  ///   - rank: the variable that numbers the pods.
  private func pod(main: String, rank: String) -> JSONTree {
    var environment = NodeScript.environment(of: job, owner: "kubernetes \(name)")
    if nodes > 1 { environment["WINDTUNNEL_MAIN_NODE"] = main }
    let plain = environment.sorted { $0.key < $1.key }.map { name, value -> JSONTree in
      .texts(["name": name, "value": Self.literal(value)])
    }
    let secret = options.secrets.sorted { $0.key < $1.key }.map { variable, secret -> JSONTree in
      [
        "name": .text(variable),
        "valueFrom": ["secretKeyRef": .texts(["name": secret.secret, "key": secret.key])],
      ]
    }
    // The training operator looks for a container of this name.
    let container = JSONTree.some([
      "name": "pytorch", "image": .text(options.image), "command": ["sh", "-c"],
      "args": [.text(Self.literal(NodeScript(rank: rank, setup: options.setup).text))],
      "env": .list(plain + secret), "resources": resources,
      "volumeMounts": mounts.isEmpty ? nil : .list(mounts.map { .texts(["name": $0.name, "mountPath": $0.path]) }),
    ])
    let spec = JSONTree.some([
      "restartPolicy": "Never", "terminationGracePeriodSeconds": .integer(Self.grace), "containers": [container],
      "volumes": mounts.isEmpty ? nil : .list(volumes),
      "serviceAccountName": options.serviceAccount.map { .text($0) },
      "nodeSelector": options.nodeSelector.isEmpty ? nil : .texts(options.nodeSelector),
    ])
    return ["metadata": ["labels": .texts(labels)], "spec": spec]
  }

  /// In a container's words `$(NAME)` is a variable's value, unless its dollar is doubled.
  private static func literal(_ text: String) -> String { text.replacingOccurrences(of: "$(", with: "$$(") }

  private var resources: JSONTree {
    let gpus = job.resources.gpusPerNode
    let memory = job.resources.memory.map { JSONTree.text("\(Int(($0 / 1_048_576).rounded(.up)))Mi") }
    let shared: [String: JSONTree?] = ["memory": memory, "nvidia.com/gpu": gpus > 0 ? .text("\(gpus)") : nil]
    // A limit on processors would slow a job down where its node has some to spare.
    return .some([
      "limits": shared.values.contains { $0 != nil } ? .some(shared) : nil,
      "requests": .some(shared.merging(["cpu": .text("\(job.resources.cpusPerNode)")]) { own, _ in own }),
    ])
  }

  private struct Mount {
    let name: String
    let path: String
    let volume: JSONTree
  }

  /// Each once, though a claim may be mounted at several paths.
  private var volumes: [JSONTree] {
    let first = Dictionary(mounts.map { ($0.name, $0.volume) }) { first, _ in first }
    return first.sorted { $0.key < $1.key }.map(\.value)
  }

  private var mounts: [Mount] {
    var mounts: [Mount] = []
    for claim in options.volumes {
      let name = "claim-\(options.volumes.firstIndex { $0.claim == claim.claim } ?? 0)"
      mounts.append(
        Mount(
          name: name, path: claim.path,
          volume: ["name": .text(name), "persistentVolumeClaim": ["claimName": .text(claim.claim)]]))
    }
    if job.resources.gpusPerNode > 1 {
      // Devices of one node exchange through shared memory, of which a container has 64 MB if it is not given more.
      mounts.append(
        Mount(name: "shm", path: "/dev/shm", volume: ["name": "shm", "emptyDir": ["medium": "Memory"]]))
    }
    return mounts
  }
}
