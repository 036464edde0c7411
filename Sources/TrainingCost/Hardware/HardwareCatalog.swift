import Documents
import Formulas

/// The accelerators that can be planned with, built-in and the user's own, and the user's clusters of them.
public struct HardwareCatalog: Sendable, Hashable {
  /// The user's accelerators, then the built-in ones; a user's replaces a built-in one of the same name.
  public let accelerators: [Accelerator]
  public var clusters: [NamedCluster] = []

  /// A user's cluster.
  public struct NamedCluster: Sendable, Hashable {
    public let name: String
    public let cluster: Cluster
  }

  public static let builtIn = HardwareCatalog(Accelerator.catalog)

  /// The built-in accelerators and more.
  public init(adding own: [Accelerator]) {
    let taken = Set(own.flatMap { [$0.name] + $0.aliases }.map(Self.plain))
    self.init(own + Accelerator.catalog.filter { !taken.contains(Self.plain($0.name)) })
  }

  private init(_ accelerators: [Accelerator]) { self.accelerators = accelerators }

  /// A user's cluster by its name, or part of it; or the given number of an accelerator, one if there is no number.
  ///
  /// - Throws: ``CostError`` for an unknown name, or more accelerators than the cluster has.
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

  /// The accelerator of a name, ignoring case, hyphens, spaces and the vendor's name.
  ///
  /// - Throws: ``CostError`` that suggests the closest name.
  public func named(_ name: String) throws(CostError) -> Accelerator {
    let wanted = Self.plain(name)
    // A name takes precedence over another's alias.
    if let found = accelerators.first(where: { Self.plain($0.name) == wanted })
      ?? accelerators.first(where: { $0.aliases.contains { Self.plain($0) == wanted } })
    {
      return found
    }
    let near = nearestName(to: name, among: accelerators.flatMap { [$0.name] + $0.aliases } + clusters.map(\.name))
    let some = accelerators.prefix(12).map(\.name).joined(separator: ", ")
    let more = accelerators.count > 12 ? " and \(accelerators.count - 12) more" : ""
    throw CostError(
      "there is no accelerator '\(excerpted(name))'; "
        + "\(near.map { "did you mean '\($0)'?" } ?? "there are \(some)\(more)")"
    )
  }

  /// The number of accelerators of the user's cluster in a text such as `256xalpha`; nil if it names an accelerator.
  public func available(in text: String) -> Int? { ownCluster(Cluster.parts(of: text).name)?.cluster.count }

  /// A user's cluster by its name, ignoring case.
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

/// A text from outside, shortened for a message and without line breaks.
func excerpted(_ text: String) -> String {
  let line = text.prefix(60).map { $0.isNewline ? " " : $0 }
  return String(line) + (text.count > 60 ? "…" : "")
}
