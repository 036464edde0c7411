import Documents
import Foundation
import Tables

/// A model as its `config.json` of the Hugging Face hub describes it.
public struct ModelConfiguration: Sendable, Hashable {
  public let shape: TransformerShape
  /// `model_type`: `llama`, `qwen2`, …
  public let modelType: String
  /// The longest sequence it takes, where it says so.
  public let context: Int?
  /// The assumptions, and the sizes of the file that were not read.
  public let notes: [String]

  /// - Throws: `DocumentError` for a file that is missing or wrong.
  public init(path: String) throws(DocumentError) {
    let text = try DocumentFile.text(
      of: path, "model configuration", remedy: "name the config.json of a model of the Hugging Face hub")
    try self.init(text, path: path)
  }

  /// - Parameter path: what errors call it.
  public init(_ text: String, path: String) throws(DocumentError) {
    let entries = ConfigurationEntries(path: path, try Self.object(text, path))
    guard let type = try entries.text("model_type") else {
      throw DocumentError("\(path): 'model_type' is missing, by which a config.json says how to read it")
    }
    modelType = type
    shape = try TransformerShape(entries, type: type)
    context = try entries.optional("max_position_embeddings", "n_positions", "max_sequence_length", "max_seq_len")
    do { try shape.validate() } catch { throw DocumentError("\(path): \(error)") }
    var notes = entries.notes
    if let depth = try entries.optional("num_nextn_predict_layers"), depth > 0 {
      notes.append("\(depth) layers that predict further tokens are left out")
    }
    let unread = entries.unreadSizes
    if !unread.isEmpty { notes.append("not read: \(unread.map { "'\(excerpted($0))'" }.joined(separator: ", "))") }
    self.notes = notes
  }

  private static func object(_ text: String, _ path: String) throws(DocumentError) -> [String: ConfigurationValue] {
    func fault(_ message: String) -> DocumentError {
      DocumentError("\(path): this is no model configuration: \(message)")
    }
    guard !text.allSatisfy(\.isWhitespace) else { throw fault("it is empty") }
    let value: ConfigurationValue
    do { value = try JSONDecoder().decode(ConfigurationValue.self, from: Data(text.utf8)) } catch {
      throw fault("it is not JSON")
    }
    guard case .object(let object) = value else { throw fault("it should be an object, {\"model_type\": …}") }
    // A model of images and text keeps its language model apart.
    if case .object(let inner) = object["text_config"] { return inner }
    return object
  }
}

/// A value of a configuration, as far as shapes are concerned.
enum ConfigurationValue: Decodable {
  case number(Double)
  case flag(Bool)
  case text(String)
  case object([String: ConfigurationValue])
  /// Null, a list or whatever else does not bear on a shape.
  case other

  init(from decoder: any Decoder) throws {
    if let object = try? [String: ConfigurationValue](from: decoder) {
      self = .object(object)
      return
    }
    guard let value = try? decoder.singleValueContainer() else {
      self = .other
      return
    }
    if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else {
      self = .other
    }
  }
}
