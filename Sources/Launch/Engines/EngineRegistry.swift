import Documents

/// The kinds of engine that files and stores can name.
///
/// ```swift
/// let engines = EngineRegistry.builtIn.adding(MyEngine.Options.self)
/// let file = try JobFile(path: "jobs.yaml", engines: engines)
/// ```
public struct EngineRegistry: Sendable {
  /// The kinds, in the order in which messages list them.
  public let kinds: [any EngineOptions.Type]

  /// The kinds that come with the library.
  public static let builtIn = EngineRegistry(BuiltInEngines.kinds)

  public init(_ kinds: [any EngineOptions.Type]) { self.kinds = kinds }

  /// This registry with one more kind, which replaces one of the same name.
  public func adding(_ kind: any EngineOptions.Type) -> EngineRegistry {
    EngineRegistry(kinds.filter { $0.kind != kind.kind } + [kind])
  }

  /// The kind of a name; nil where there is none.
  public func named(_ name: String) -> (any EngineOptions.Type)? { kinds.first { $0.kind == name } }

  /// The engine that a file names; local where it names none.
  ///
  /// - Parameters:
  ///   - entry: the file's entry `engine`.
  ///   - path: the file, for messages.
  ///   - instead: a kind's name that stands in for the file's; the file's options hold where it is the same.
  /// - Throws: `DocumentError` with the place of what is missing or wrong.
  public func choice(
    _ entry: EngineEntry?, from path: String, instead: String? = nil
  ) throws(DocumentError) -> EngineChoice {
    let name = instead ?? entry?.name ?? LocalEngine.Options.kind
    guard let kind = named(name) else {
      let message =
        "there is no engine '\(name.prefix(60))'; there are \(kinds.map { $0.kind }.joined(separator: ", "))"
      throw instead == nil ? entry?.fault(message) ?? DocumentError(message) : DocumentError("\(path): \(message)")
    }
    return EngineChoice(try kind.read(name == entry?.name ? entry : nil, from: path))
  }

  /// The engine that a launch's store names, as ``EngineChoice/stored()`` wrote it.
  ///
  /// - Throws: `DocumentError` for a kind that is not known, or options that cannot be read.
  public func choice(stored text: String) throws(DocumentError) -> EngineChoice {
    let source = DocumentSource("the launch's engine")
    guard let entry = try source.node(text).entries?.first else {
      throw DocumentError("the launch's engine cannot be read: \(text.prefix(200))")
    }
    guard let kind = named(entry.name), entry.node.value != .null else {
      throw DocumentError(
        "the jobs run on the engine '\(entry.name.prefix(60))', which is not known here: only the program that launched "
          + "them can reach it")
    }
    func read<Options: EngineOptions>(_ kind: Options.Type) throws(DocumentError) -> EngineChoice {
      EngineChoice(try source.value(kind, from: entry.node.inPresentForm(of: kind.kind)))
    }
    return try read(kind)
  }
}

extension DocumentNode {
  /// Options of an engine that an earlier version stored, in the present form.
  fileprivate func inPresentForm(of kind: String) -> DocumentNode {
    let old = self["_0"] ?? self
    guard kind != LocalEngine.Options.kind, old["poll"] == nil, old["polling"] != nil else { return old }
    let names = [
      "largestArray": "largest_array", "tokenVariable": "token_variable", "usesSpot": "use_spot", "image": "image_id",
      "serviceAccount": "service_account", "nodeSelector": "node_selector", "kind": "job",
    ]
    let entries = (old.entries ?? []).filter { $0.name != "polling" }.map { entry in
      let isKept = kind == KubernetesEngine.Options.kind && entry.name == "image"
      return Entry(
        isKept ? entry.name : names[entry.name] ?? entry.name, entry.node.inPresentForm(entry.name, of: kind))
    }
    // Jobs that were launched before are asked about as often as others.
    return DocumentNode(.entries(entries + [Entry("poll", DocumentNode(.text("30s", isPlain: false)))]))
  }

  /// Mounts and secrets, which were lists of objects, and a number of seconds as what they are now.
  private func inPresentForm(_ name: String, of kind: String) -> DocumentNode {
    func pairs(_ key: String, _ value: (DocumentNode) -> DocumentNode?) -> DocumentNode {
      DocumentNode(
        .entries(items.compactMap { item in value(item).map { Entry(item[key]?.scalar ?? "", $0) } }))
    }
    switch (kind, name) {
    case (SlurmEngine.Options.kind, "notice"): return DocumentNode(.text("\(scalar ?? "") s", isPlain: false))
    case (SkyPilotEngine.Options.kind, "mounts"), (SkyPilotEngine.Options.kind, "volumes"):
      return pairs("path") { $0["source"] }
    case (KubernetesEngine.Options.kind, "secrets"): return pairs("variable") { $0.without(["variable"]) }
    case (KubernetesEngine.Options.kind, "volumes"):
      let volumes = items.map { item in
        DocumentNode(.entries((item.entries ?? []).map { Entry($0.name == "source" ? "claim" : $0.name, $0.node) }))
      }
      return DocumentNode(.list(volumes))
    default: return self
    }
  }
}
