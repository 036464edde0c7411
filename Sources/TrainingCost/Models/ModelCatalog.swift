import Documents
import Formulas

/// A published model.
public struct KnownModel: Codable, Sendable, Hashable {
  /// In lower case with hyphens: `llama-3-8b`.
  public let name: String
  public let aliases: [String]
  public let shape: TransformerShape
  /// Tokens of a sequence in most of its pre-training; the longest it takes where no more is published.
  public let context: Int
  public let citation: String

  init(_ name: String, aliases: [String] = [], _ shape: TransformerShape, context: Int, citation: String) {
    self.name = name
    self.aliases = aliases
    self.shape = shape
    self.context = context
    self.citation = citation
  }

  /// The models that come with Windtunnel.
  public static let catalog: [KnownModel] = [
    llama, likeLlama, olmo, gemma, qwen2, qwen3, mixtral, fineGrained, gpt, pythia, opt, bloom, falcon, mpt, phi, palm,
    starCoder,
  ].flatMap { $0 }

  /// The model of a name, without regard to case, hyphens and the owner of a repository: `meta-llama/Llama-3.1-8B`.
  ///
  /// - Throws: ``CostError`` that names the likeliest one meant.
  public static func named(_ name: String) throws(CostError) -> KnownModel {
    let wanted = parts(name)
    if let found = catalog.first(where: { ([$0.name] + $0.aliases).contains { parts($0) == wanted } }) {
      return found
    }
    let hint =
      nearestName(to: name, among: catalog.flatMap { [$0.name] + $0.aliases }).map { "did you mean '\($0)'?" }
      ?? "there are \(catalog.count), such as llama-3-8b, qwen2.5-7b, mixtral-8x7b and deepseek-v3"
    throw CostError("there is no model '\(excerpted(name))'; \(hint)")
  }

  /// Runs of letters and of digits, so that `llama3-8b` is `llama-3-8b`, and `llama-3.1-8b` neither of 3 nor of 18.
  private static func parts(_ name: String) -> [String] {
    var parts: [String] = []
    var wasNumber: Bool?
    for character in (name.split(separator: "/").last ?? "").lowercased() {
      guard character.isLetter || character.isNumber || character == "." else {
        wasNumber = nil
        continue
      }
      let isNumber = !character.isLetter
      if wasNumber == isNumber, let last = parts.last {
        parts[parts.count - 1] = last + String(character)
      } else {
        parts.append(String(character))
      }
      wasNumber = isNumber
    }
    // What a repository adds to say that it is the plain model.
    return parts.filter { !["hf", "base", "meta"].contains($0) }
  }
}

extension TransformerShape {
  /// The shape of a published model.
  ///
  /// - Throws: ``CostError`` that names the likeliest one meant.
  public static func named(_ name: String) throws(CostError) -> TransformerShape { try KnownModel.named(name).shape }
}
