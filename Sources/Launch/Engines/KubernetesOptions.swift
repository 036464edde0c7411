import Documents
import Tables

extension KubernetesEngine {
  public struct Options: EngineOptions {
    /// The Kubernetes resource that a job becomes.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
      case jobset, pytorchjob
    }

    /// A persistent volume claim, and the path at which containers have it.
    public struct Volume: DocumentPart, Hashable {
      public static let documentExample = "{claim: data, path: /data}"
      public let claim: String
      public let path: String

      public init(claim: String, path: String) { (self.claim, self.path) = (claim, path) }
    }

    /// A key of a secret of the cluster.
    public struct Secret: DocumentPart, Hashable {
      public static let documentExample = "{secret: hugging-face, key: token}"
      public let secret: String
      public let key: String

      public init(secret: String, key: String) { (self.secret, self.key) = (secret, key) }
    }

    public static let kind = "kubernetes"
    public static let documentExample = "{kind: kubernetes, image: registry/trainer:1}"
    public static let defaults = Options(image: "")
    public static let required: Set = ["image"]

    /// The image of the containers.
    public var image: String
    public var kind: Kind
    /// Persistent volume claims, mounted so that a job's folder is under the same path there as here.
    public var volumes: [Volume]
    public var namespace: String?
    /// A context of kubectl's configuration; nil for the current one.
    public var context: String?
    /// A local queue of Kueue.
    public var queue: String?
    public var serviceAccount: String?
    public var nodeSelector: [String: String]
    /// Keys of secrets of the cluster, by the environment variables that have them.
    public var secrets: [String: Secret]
    /// Lines of shell that run before each job.
    public var setup: [String]
    public var outstanding: Int
    /// The longest wait before the cluster is asked again.
    public var poll: WrittenDuration

    enum CodingKeys: String, CodingKey {
      case image, volumes, namespace, context, queue, serviceAccount, nodeSelector, secrets, setup, outstanding, poll
      case kind = "job"
    }

    public init(
      image: String, kind: Kind = .jobset, volumes: [Volume] = [], namespace: String? = nil,
      context: String? = nil, queue: String? = nil, serviceAccount: String? = nil, nodeSelector: [String: String] = [:],
      secrets: [String: Secret] = [:], setup: [String] = [], outstanding: Int = 200,
      poll: WrittenDuration = .init(30)
    ) {
      (self.image, self.kind, self.volumes) = (image, kind, volumes)
      (self.namespace, self.context, self.queue) = (namespace, context, queue)
      (self.serviceAccount, self.nodeSelector, self.secrets) = (serviceAccount, nodeSelector, secrets)
      (self.setup, self.outstanding, self.poll) = (setup, outstanding, poll)
    }

    public func engine() async -> any Engine { KubernetesEngine(self) }
  }
}

extension KubernetesEngine.Options: DocumentChecked {
  public func check() throws(DocumentFault) {
    try checkCounts(["outstanding": outstanding])
    try checkVariables("secrets", secrets.keys.sorted())
    try checkPaths("volumes", volumes.map(\.path))
  }
}
