import Documents
import Tables

extension KubernetesEngine {
  public struct Options: EngineOptions {
    /// The Kubernetes resource that a job becomes.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
      case jobset, pytorchjob
    }

    /// A key of a secret of the cluster, as the value of an environment variable.
    public struct Secret: Sendable, Hashable, Codable {
      public let variable: String
      public let secret: String
      public let key: String

      public init(_ variable: String, secret: String, key: String) {
        (self.variable, self.secret, self.key) = (variable, secret, key)
      }
    }

    /// The image of the containers.
    public var image: String
    public var kind: Kind
    /// Persistent volume claims, mounted so that a job's folder is under the same path there as here.
    public var volumes: [EngineMount]
    public var namespace: String?
    /// A context of kubectl's configuration; nil for the current one.
    public var context: String?
    /// A local queue of Kueue.
    public var queue: String?
    public var serviceAccount: String?
    public var nodeSelector: [String: String]
    public var secrets: [Secret]
    /// Lines of shell that run before each job.
    public var setup: [String]
    public var outstanding: Int
    public var polling: ClosedRange<Duration>

    public init(
      image: String, kind: Kind = .jobset, volumes: [EngineMount] = [], namespace: String? = nil,
      context: String? = nil, queue: String? = nil, serviceAccount: String? = nil, nodeSelector: [String: String] = [:],
      secrets: [Secret] = [], setup: [String] = [], outstanding: Int = 200,
      polling: ClosedRange<Duration> = .seconds(2)...(.seconds(30))
    ) {
      (self.image, self.kind, self.volumes) = (image, kind, volumes)
      (self.namespace, self.context, self.queue) = (namespace, context, queue)
      (self.serviceAccount, self.nodeSelector, self.secrets) = (serviceAccount, nodeSelector, secrets)
      (self.setup, self.outstanding, self.polling) = (setup, outstanding, polling)
    }
  }
}

extension KubernetesEngine.Options {
  public static let kind = "kubernetes"

  public init(_ section: YAMLSection?, of file: YAMLSection) throws(DocumentError) {
    guard let section else {
      throw file.fault("engine", "Kubernetes needs an image; write {kind: kubernetes, image: registry/trainer:1}")
    }
    try self.init(section)
  }

  public func engine() async -> any Engine { KubernetesEngine(self) }

  /// Reads `engine: {kind: kubernetes, image: trainer, volumes: [{claim: data, path: /data}]}`.
  init(_ section: YAMLSection) throws(DocumentError) {
    try section.checkKeys([
      "kind", "image", "job", "volumes", "namespace", "context", "queue", "service_account", "node_selector", "secrets",
      "setup", "outstanding", "poll",
    ])
    self.init(image: try section.needed("image", "{image: registry/trainer:1}", try section.text("image")))
    kind = try section.choice("job", Kind.self) ?? kind
    let example = "[{claim: data, path: /data}]"
    for entry in try section.sections("volumes", example: example) {
      try entry.checkKeys(["claim", "path"])
      let claim = try entry.needed("claim", example, try entry.text("claim"))
      let path = try entry.path("path", try entry.needed("path", example, try entry.text("path")))
      volumes.append(EngineMount(path: path, source: claim))
    }
    namespace = try section.text("namespace")
    context = try section.text("context")
    queue = try section.text("queue")
    serviceAccount = try section.text("service_account")
    for (name, text) in try section.entries("node_selector") { nodeSelector[name] = text }
    let secret = "{HF_TOKEN: {secret: hugging-face, key: token}}"
    if let inner = try section.section("secrets", example: secret) {
      try section.variables("secrets", inner.names)
      for name in inner.names {
        guard let entry = try inner.section(name, example: "{secret: hugging-face, key: token}") else { continue }
        try entry.checkKeys(["secret", "key"])
        secrets.append(
          Secret(
            name, secret: try entry.needed("secret", secret, try entry.text("secret")),
            key: try entry.needed("key", secret, try entry.text("key"))))
      }
    }
    setup = try section.texts("setup") ?? []
    outstanding = try section.count("outstanding") ?? outstanding
    polling = try section.polling(least: 2) ?? polling
  }
}
