import Documents
import Formulas

/// The accelerators there are to plan with, those of Windtunnel and a user's own, and the user's clusters of them.
public struct HardwareCatalog: Sendable, Hashable {
  /// A user's come first, then those of Windtunnel; a user's of the same name takes the place of the latter.
  public let accelerators: [Accelerator]
  public var clusters: [NamedCluster] = []

  /// A cluster of the user's.
  public struct NamedCluster: Sendable, Hashable {
    public let name: String
    public let cluster: Cluster
  }

  public static let builtIn = HardwareCatalog(Accelerator.catalog)

  /// The built-in accelerators and some more.
  public init(adding own: [Accelerator]) {
    let taken = Set(own.flatMap { [$0.name] + $0.aliases }.map(Self.plain))
    self.init(own + Accelerator.catalog.filter { !taken.contains(Self.plain($0.name)) })
  }

  private init(_ accelerators: [Accelerator]) { self.accelerators = accelerators }

  /// A cluster of the user's by its name, or a part of it; or so many of an accelerator, one where that is not said.
  ///
  /// - Throws: ``CostError`` for a name that is not known, or more accelerators than the cluster has.
  public func cluster(_ name: String, count: Int? = nil) throws(CostError) -> Cluster {
    guard let own = ownCluster(name) else {
      return try Cluster(named(name), count: count ?? 1)
    }
    guard let count else { return own.cluster }
    guard count > 0, count <= own.cluster.count else {
      throw CostError("the cluster '\(own.name)' has \(own.cluster.count) accelerators, not \(count)")
    }
    var part = own.cluster
    part.count = count
    return part
  }

  /// The accelerator of a name, without regard to case, hyphens, spaces and the vendor's name.
  ///
  /// - Throws: ``CostError`` that names the likeliest one meant.
  public func named(_ name: String) throws(CostError) -> Accelerator {
    let wanted = Self.plain(name)
    // A name goes before another's alias.
    if let found = accelerators.first(where: { Self.plain($0.name) == wanted })
      ?? accelerators.first(where: { $0.aliases.contains { Self.plain($0) == wanted } })
    {
      return found
    }
    let near = nearestName(to: name, among: accelerators.flatMap { [$0.name] + $0.aliases } + clusters.map(\.name))
    let some = accelerators.prefix(12).map(\.name).joined(separator: ", ")
    let more = accelerators.count > 12 ? " and \(accelerators.count - 12) more" : ""
    throw CostError(
      "there is no accelerator '\(excerpted(name))'; \(near.map { "did you mean '\($0)'?" } ?? "there are \(some)\(more)")"
    )
  }

  /// Accelerators that the user's cluster in a text such as `256xalpha` has; nil where it names an accelerator.
  public func available(in text: String) -> Int? { ownCluster(Cluster.parts(of: text).name)?.cluster.count }

  /// A cluster of the user's, by its name without regard to case.
  public func ownCluster(_ name: String) -> NamedCluster? {
    clusters.first { Self.plain($0.name) == Self.plain(name) }
  }

  static func plain(_ name: String) -> String {
    let letters = name.lowercased().filter { $0.isLetter || $0.isNumber }
    for vendor in ["nvidia", "amd", "google", "aws", "intel"] where letters.hasPrefix(vendor) {
      return String(letters.dropFirst(vendor.count))
    }
    return letters
  }
}

/// A text from outside, short enough for a message and without what would break its line.
func excerpted(_ text: String) -> String {
  let line = text.prefix(60).map { $0.isNewline ? " " : $0 }
  return String(line) + (text.count > 60 ? "…" : "")
}
