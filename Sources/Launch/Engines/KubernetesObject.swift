/// The fields of a JobSet, a PyTorchJob or a pod in kubectl's answer that are used.
struct KubernetesObject: Decodable {
  struct List: Decodable { let items: [KubernetesObject] }

  struct Metadata: Decodable {
    let name: String
    let labels: [String: String]?
    let deletionTimestamp: String?
  }

  struct Status: Decodable {
    struct Condition: Decodable {
      let type: String
      let status: String
      let reason: String?
      let message: String?

      var isTrue: Bool { status == "True" }
      var text: String? { [message, reason].compactMap { $0 }.first { !$0.isEmpty } }
    }

    struct Replicas: Decodable { let ready: Int? }

    struct Container: Decodable {
      struct State: Decodable {
        struct Waiting: Decodable {
          let reason: String?
          let message: String?
        }
        let waiting: Waiting?
      }
      let state: State?
    }

    let conditions: [Condition]?
    /// A JobSet's.
    let replicatedJobsStatus: [Replicas]?
    /// A pod's.
    let phase: String?
    let containerStatuses: [Container]?
  }

  let metadata: Metadata
  let status: Status?

  /// The state of a JobSet or a PyTorchJob.
  var state: EngineState {
    func condition(_ types: [String]) -> Status.Condition? {
      status?.conditions?.first { types.contains($0.type) && $0.isTrue }
    }
    if condition(["Completed", "Succeeded"]) != nil { return .gone(nil) }
    if let failed = condition(["Failed"]) {
      return .gone("Kubernetes says: \((failed.text ?? "it failed").prefix(300))")
    }
    if metadata.deletionTimestamp != nil { return .gone("it was deleted from the cluster") }
    if let suspended = condition(["Suspended"]) { return .queued(suspended.text) }
    let isReady = status?.replicatedJobsStatus?.contains { ($0.ready ?? 0) > 0 } == true
    return isReady || condition(["Running"]) != nil ? .running : .queued(nil)
  }

  /// The reason why a pod does not run: no node fits it, or its image is missing.
  var troubles: String? {
    guard status?.phase != "Running" else { return nil }
    let waiting = status?.containerStatuses?.lazy.compactMap(\.state?.waiting).first
    if let reason = waiting?.reason {
      return "\(reason)\(waiting?.message.map { ": \($0.prefix(300))" } ?? "")"
    }
    return status?.conditions?.first { $0.type == "PodScheduled" && !$0.isTrue }?.text.map { String($0.prefix(300)) }
  }
}
