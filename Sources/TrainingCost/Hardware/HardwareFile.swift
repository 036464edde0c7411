import Documents
import Tables

/// Accelerators and clusters of the user's own in YAML, `windtunnel.hardware/1`.
///
/// ```yaml
/// schema: windtunnel.hardware/1
/// accelerators:
///   lab:
///     like: H100
///     network: {name: RoCE, bandwidth: 200 Gb/s}
///     usd_per_hour: 1.80
///     price_basis: our contract of 2026
/// clusters:
///   alpha:
///     accelerator: lab
///     count: 1024
///     network: 400 Gb/s
///     group: {nodes: 32, network: 100 Gb/s}
///     pue: 1.2
/// ```
public struct HardwareFile: Document {
  public static let schema = "windtunnel.hardware/1"
  public static let kind = "hardware file"
  public static let isHandwritten = true

  var accelerators: OrderedEntries<AcceleratorEntry>?
  var clusters: OrderedEntries<ClusterEntry>?

  /// Accelerators and clusters with every figure: a start for one's own.
  public init(_ accelerators: [Accelerator], _ clusters: [HardwareCatalog.NamedCluster] = []) {
    if !accelerators.isEmpty {
      self.accelerators = OrderedEntries(accelerators.map { ($0.name, AcceleratorEntry($0)) })
    }
    if !clusters.isEmpty {
      self.clusters = OrderedEntries(clusters.map { ($0.name, ClusterEntry($0.cluster)) })
    }
  }
}

extension HardwareCatalog {
  /// The built-in accelerators and those of a file, with its clusters. An entry that is `like` another overrides what it
  /// states.
  ///
  /// - Throws: `DocumentError` for a file that is missing or invalid.
  public init(path: String) throws(DocumentError) {
    let file = try HardwareFile.read(path)
    let accelerators = file.value.accelerators?.entries ?? []
    let clusters = file.value.clusters?.entries ?? []
    guard !accelerators.isEmpty || !clusters.isEmpty else {
      throw DocumentError(
        "\(path): it has no 'accelerators', as 'lab: {like: H100, memory: 96 GB}', and no 'clusters', as "
          + "'alpha: \(ClusterEntry.documentExample)'")
    }
    var own: [Accelerator] = []
    for (name, entry) in accelerators {
      let place = ["accelerators", name]
      guard !Self.plain(name).isEmpty else {
        throw file.fault(at: place, "an accelerator's name should have letters or digits")
      }
      if let twice = own.first(where: { Self.plain($0.name) == Self.plain(name) }) {
        throw file.fault(at: place, "it reads the same as '\(excerpted(twice.name))'; give it another name")
      }
      do { own.append(try entry.accelerator(name, among: HardwareCatalog(adding: own), of: path)) } catch {
        throw file.fault(at: place, error)
      }
    }
    self.init(adding: own)
    for (name, entry) in clusters {
      let place = ["clusters", name]
      guard !Self.plain(name).isEmpty, name.first?.isLetter == true, !name.contains("+") else {
        throw file.fault(at: place, "a cluster's name should begin with a letter and have no +")
      }
      guard (try? named(name)) == nil, ownCluster(name) == nil else {
        throw file.fault(at: place, "it reads the same as another accelerator or cluster; give it another name")
      }
      do { self.clusters.append(NamedCluster(name: name, cluster: try entry.cluster(among: self, of: path))) } catch {
        throw file.fault(at: place, error)
      }
    }
  }
}
