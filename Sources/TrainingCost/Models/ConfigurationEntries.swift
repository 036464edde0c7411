import Documents
import Tables

/// The entries of a model configuration, which keeps account of those that were read.
final class ConfigurationEntries {
  let path: String
  private let values: [String: ConfigurationValue]
  private var read: Set<String> = []
  private(set) var notes: [String] = []

  init(path: String, _ values: [String: ConfigurationValue]) {
    self.path = path
    self.values = values
  }

  /// A whole number under the first of the names that is there.
  func count(_ names: String...) throws(DocumentError) -> Int {
    for name in names { if let count = try optional(name) { return count } }
    throw DocumentError(
      "\(path): \(names.map { "'\($0)'" }.joined(separator: " or ")) is missing, which a model of this type needs")
  }

  /// A whole number under the first of the names that is there; nil where none is, or it is null.
  func optional(_ names: String...) throws(DocumentError) -> Int? {
    for name in names {
      read.insert(name)
      switch values[name] {
      case nil, .other: continue
      case .number(let number):
        guard let whole = Int(exactly: number), (0...1_000_000_000).contains(whole) else {
          throw DocumentError("\(path): '\(name)' should be a whole number from 0 to 1000000000, not \(number)")
        }
        return whole
      default: throw DocumentError("\(path): '\(name)' should be a number")
      }
    }
    return nil
  }

  func flag(_ name: String, default absent: Bool) throws(DocumentError) -> Bool {
    read.insert(name)
    switch values[name] {
    case nil, .other: return absent
    case .flag(let flag): return flag
    default: throw DocumentError("\(path): '\(name)' should be true or false")
    }
  }

  func text(_ name: String) throws(DocumentError) -> String? {
    read.insert(name)
    switch values[name] {
    case nil, .other: return nil
    case .text(let text): return text
    default: throw DocumentError("\(path): '\(name)' should be a text")
    }
  }

  func note(_ text: String) { notes.append(text) }

  /// Entries that sound like a size of the model and were not asked for.
  var unreadSizes: [String] {
    let signs = ["num_", "n_", "hidden", "intermediate", "_dim", "_rank", "_size", "_layers", "ffn", "bias"]
    // Sizes of something else.
    let harmless = [
      "n_ctx", "chunk_size_feed_forward", "num_labels", "num_beams", "num_return_sequences", "num_beam_groups",
      "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "num_logits_to_keep", "summary_proj_to_labels",
      "hidden_act", "hidden_activation", "hidden_dropout", "hidden_dropout_prob", "hidden_dropout_ratio",
      "num_query_groups", "n_group",
      "max_window_layers", "window_size", "window_attention_size", "attn_window_size", "hidden_size_per_layer_input",
    ]
    return values.keys.filter { name in
      !read.contains(name) && !harmless.contains(name) && signs.contains { name.contains($0) }
    }.sorted()
  }
}
