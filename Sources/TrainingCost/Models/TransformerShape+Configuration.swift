import Documents
import Formulas
import Tables

extension TransformerShape {
  /// The types of model whose configuration is understood.
  static let configurationTypes =
    llamaLike + [
      "gpt2", "gpt_neox", "gptj", "opt", "bloom", "falcon", "mpt", "phi", "deepseek_v2", "deepseek_v3", "kimi_k2",
      "mixtral", "qwen2_moe", "qwen3_moe",
    ]

  /// Types with the entries of Llama.
  private static let llamaLike = [
    "llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text", "olmo", "olmo2", "phi3", "starcoder2",
    "stablelm",
  ]

  /// The shape that a configuration describes; defaults are those of the library `transformers`.
  init(_ entries: ConfigurationEntries, type: String) throws(DocumentError) {
    switch type {
    case "gpt2", "gptj": self = try .gpt2(entries, isJ: type == "gptj")
    case "gpt_neox": self = try .gptNeoX(entries)
    case "opt": self = try .opt(entries)
    case "bloom": self = try .bloom(entries)
    case "falcon": self = try .falcon(entries)
    case "mpt": self = try .mpt(entries)
    case "phi": self = try .phi(entries)
    case "deepseek_v2", "deepseek_v3", "kimi_k2": self = try .deepSeek(entries, type: type)
    case "mixtral", "qwen2_moe", "qwen3_moe": self = try .mixture(entries, type: type)
    default:
      if !Self.llamaLike.contains(type) {
        let near = nearestName(to: type, among: Self.configurationTypes).map { " ('\($0)' is)" } ?? ""
        entries.note(
          "'\(excerpted(type))' is not a known type of model\(near): it was read as if it were of Llama's layers")
      }
      self = try .llama(entries, type: type)
    }
  }

  private static func llama(_ entries: ConfigurationEntries, type: String) throws(DocumentError) -> TransformerShape {
    var shape = try TransformerShape(
      layers: entries.count("num_hidden_layers", "n_layer"), hidden: entries.count("hidden_size", "n_embd"),
      feedForward: entries.count("intermediate_size", "n_inner"), heads: entries.count("num_attention_heads", "n_head"),
      keyValueHeads: entries.optional("num_key_value_heads"), headSize: entries.optional("head_dim"),
      vocabulary: entries.count("vocab_size"),
      tiesEmbeddings: entries.flag("tie_word_embeddings", default: type.hasPrefix("gemma") || type == "starcoder2"))
    switch (try entries.flag("attention_bias", default: false), try entries.flag("mlp_bias", default: false)) {
    case (true, true): shape.biases = .all
    case (true, false): shape.biases = .attention
    case (false, true): shape.biases = .feedForward
    case (false, false): break
    }
    switch type {
    case "qwen2": shape.biases = .queryKeyValue
    case "qwen3": shape.queryKeyNorm = .perHead
    case "gemma2", "gemma3_text":
      shape.normsPerLayer = 4
      if type == "gemma3_text" { shape.queryKeyNorm = .perHead }
    case "olmo": shape.norm = .nonParametric
    case "olmo2": shape.queryKeyNorm = .acrossHeads
    case "stablelm":
      shape.norm = .layer
      if try entries.flag("use_qkv_bias", default: false) { shape.biases = .queryKeyValue }
    case "starcoder2":
      shape.norm = .layer
      shape.isGated = false
      shape.biases = try entries.flag("use_bias", default: true) ? .all : .none
    default: break
    }
    return shape
  }

  private static func mixture(_ entries: ConfigurationEntries, type: String) throws(DocumentError) -> TransformerShape {
    var shape = try llama(entries, type: type == "qwen2_moe" ? "qwen2" : type == "qwen3_moe" ? "qwen3" : "mistral")
    let shared = try entries.optional("shared_expert_intermediate_size") ?? 0
    shape.experts = ExpertLayers(
      count: try entries.count("num_local_experts", "num_experts"), active: try entries.count("num_experts_per_tok"),
      feedForward: try entries.optional("moe_intermediate_size") ?? shape.feedForward, sharedFeedForward: shared)
    if shared > 0 { entries.note("the gate of the shared expert is left out") }
    if let step = try entries.optional("decoder_sparse_step"), step > 1 {
      throw DocumentError("\(entries.path): 'decoder_sparse_step' is \(step); only experts in every layer are modeled")
    }
    return shape
  }

  private static func deepSeek(_ entries: ConfigurationEntries, type: String) throws(DocumentError) -> TransformerShape
  {
    var shape = try llama(entries, type: "llama")
    shape.latentAttention = LatentAttention(
      queryRank: try entries.optional("q_lora_rank"), keyValueRank: try entries.count("kv_lora_rank"),
      ropeHeadSize: try entries.count("qk_rope_head_dim"), nopeHeadSize: try entries.count("qk_nope_head_dim"),
      valueHeadSize: try entries.count("v_head_dim"))
    guard let count = try entries.optional("n_routed_experts") else { return shape }
    let width = try entries.count("moe_intermediate_size")
    shape.experts = ExpertLayers(
      count: count, active: try entries.count("num_experts_per_tok"), feedForward: width,
      sharedFeedForward: width * (try entries.optional("n_shared_experts") ?? 0),
      denseLayers: try entries.optional("first_k_dense_replace") ?? 0, hasRouterBias: type != "deepseek_v2")
    return shape
  }

  private static func gpt2(_ entries: ConfigurationEntries, isJ: Bool) throws(DocumentError) -> TransformerShape {
    let hidden = try entries.count("n_embd")
    return TransformerShape(
      layers: try entries.count("n_layer"), hidden: hidden, feedForward: try entries.optional("n_inner") ?? 4 * hidden,
      heads: try entries.count("n_head"), vocabulary: try entries.count("vocab_size"), isGated: false,
      tiesEmbeddings: try entries.flag("tie_word_embeddings", default: !isJ), biases: isJ ? .feedForward : .all,
      norm: .layer, learnedPositions: isJ ? 0 : try entries.count("n_positions", "n_ctx"), normsPerLayer: isJ ? 1 : 2,
      hasOutputBias: isJ)
  }

  private static func gptNeoX(_ entries: ConfigurationEntries) throws(DocumentError) -> TransformerShape {
    TransformerShape(
      layers: try entries.count("num_hidden_layers"), hidden: try entries.count("hidden_size"),
      feedForward: try entries.count("intermediate_size"), heads: try entries.count("num_attention_heads"),
      vocabulary: try entries.count("vocab_size"), isGated: false,
      tiesEmbeddings: try entries.flag("tie_word_embeddings", default: false),
      biases: try entries.flag("attention_bias", default: true) ? .all : .feedForward, norm: .layer)
  }

  private static func opt(_ entries: ConfigurationEntries) throws(DocumentError) -> TransformerShape {
    let hidden = try entries.count("hidden_size")
    if let width = try entries.optional("word_embed_proj_dim"), width != hidden {
      throw DocumentError(
        "\(entries.path): 'word_embed_proj_dim' is \(width), not the hidden size; that is not modeled")
    }
    return TransformerShape(
      layers: try entries.count("num_hidden_layers"), hidden: hidden, feedForward: try entries.count("ffn_dim"),
      heads: try entries.count("num_attention_heads"), vocabulary: try entries.count("vocab_size"), isGated: false,
      tiesEmbeddings: try entries.flag("tie_word_embeddings", default: true),
      biases: try entries.flag("enable_bias", default: true) ? .all : .none, norm: .layer,
      // Two rows before the first position are never used, and yet there.
      learnedPositions: try entries.count("max_position_embeddings") + 2)
  }

  private static func bloom(_ entries: ConfigurationEntries) throws(DocumentError) -> TransformerShape {
    let hidden = try entries.count("hidden_size", "n_embed")
    return TransformerShape(
      layers: try entries.count("n_layer", "num_hidden_layers"), hidden: hidden, feedForward: 4 * hidden,
      heads: try entries.count("n_head", "num_attention_heads"), vocabulary: try entries.count("vocab_size"),
      isGated: false, tiesEmbeddings: try entries.flag("tie_word_embeddings", default: true), biases: .all,
      norm: .layer, normsEmbedding: true)
  }

  private static func falcon(_ entries: ConfigurationEntries) throws(DocumentError) -> TransformerShape {
    let hidden = try entries.count("hidden_size")
    let heads = try entries.count("num_attention_heads", "n_head")
    let isNew = try entries.flag("new_decoder_architecture", default: false)
    let sharesOne = try entries.flag("multi_query", default: true)
    let grouped = try entries.optional("num_kv_heads", "n_head_kv")
    let isParallel = try entries.flag("parallel_attn", default: true)
    let norms = try entries.optional("num_ln_in_parallel_attn")
    return TransformerShape(
      layers: try entries.count("num_hidden_layers", "n_layer"), hidden: hidden,
      feedForward: try entries.optional("ffn_hidden_size") ?? 4 * hidden, heads: heads,
      keyValueHeads: isNew ? grouped ?? heads : sharesOne ? 1 : heads, vocabulary: try entries.count("vocab_size"),
      isGated: false, tiesEmbeddings: try entries.flag("tie_word_embeddings", default: true),
      biases: try entries.flag("bias", default: false) ? .all : .none, norm: .layer,
      normsPerLayer: norms ?? (isNew || !isParallel ? 2 : 1))
  }

  private static func mpt(_ entries: ConfigurationEntries) throws(DocumentError) -> TransformerShape {
    let hidden = try entries.count("d_model")
    return TransformerShape(
      layers: try entries.count("n_layers"), hidden: hidden,
      feedForward: hidden * (try entries.optional("expansion_ratio") ?? 4), heads: try entries.count("n_heads"),
      vocabulary: try entries.count("vocab_size"), isGated: false, tiesEmbeddings: true,
      biases: try entries.flag("no_bias", default: true) ? .none : .all, norm: .layerWithoutBias)
  }

  private static func phi(_ entries: ConfigurationEntries) throws(DocumentError) -> TransformerShape {
    TransformerShape(
      layers: try entries.count("num_hidden_layers"), hidden: try entries.count("hidden_size"),
      feedForward: try entries.count("intermediate_size"), heads: try entries.count("num_attention_heads"),
      keyValueHeads: try entries.optional("num_key_value_heads"), vocabulary: try entries.count("vocab_size"),
      isGated: false, tiesEmbeddings: try entries.flag("tie_word_embeddings", default: false), biases: .all,
      norm: .layer, normsPerLayer: 1, hasOutputBias: true)
  }
}
