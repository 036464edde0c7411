import Formulas
import Tables

/// A chip that models are trained on, by its vendor's figures.
public struct Accelerator: Sendable, Hashable {
  /// As the command line names it: `H100`.
  public let name: String
  /// What else it is called.
  public let aliases: [String]
  /// The peak of dense matrix products in bf16, in FLOP/s; in fp16 where the chip has no bf16.
  public let peakFLOPsPerSecond: Double
  /// Device memory in bytes, in the powers of a thousand that data sheets count in.
  public let memoryBytes: Double
  /// Where the figures come from.
  public let citation: String
  /// A dated list price, where one was seen.
  public let listPrice: ComputePrice?

  public init(
    name: String, aliases: [String] = [], peakFLOPsPerSecond: Double, memoryBytes: Double, citation: String,
    listPrice: ComputePrice? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.peakFLOPsPerSecond = peakFLOPsPerSecond
    self.memoryBytes = memoryBytes
    self.citation = citation
    self.listPrice = listPrice
  }

  /// The accelerator of a name, without regard to case, hyphens, spaces and the vendor's name.
  ///
  /// - Throws: ``CostError`` that names the likeliest one meant.
  public static func named(_ name: String) throws(CostError) -> Accelerator {
    let wanted = plain(name)
    if let found = catalogue.first(where: { ([$0.name] + $0.aliases).contains { plain($0) == wanted } }) {
      return found
    }
    let names = catalogue.map(\.name)
    let hint =
      nearestName(to: name, among: catalogue.flatMap { [$0.name] + $0.aliases }).map { "did you mean '\($0)'?" }
      ?? "there are \(names.joined(separator: ", "))"
    throw CostError("there is no accelerator '\(excerpted(name))'; \(hint)")
  }

  private static func plain(_ name: String) -> String {
    let letters = name.lowercased().filter { $0.isLetter || $0.isNumber }
    for vendor in ["nvidia", "amd", "google"] where letters.hasPrefix(vendor) {
      return String(letters.dropFirst(vendor.count))
    }
    return letters
  }

  /// A name from outside, short enough for a message and without what would break its line.
  private static func excerpted(_ name: String) -> String {
    let line = name.prefix(60).map { $0.isNewline ? " " : $0 }
    return String(line) + (name.count > 60 ? "…" : "")
  }
}
