import TrainingCost

/// A model in the words of Transformers' configurations: the kind that can be it, and its entries.
struct HuggingFaceModel {
  let configuration: Configuration
  private(set) var unsupported: [String]
  private(set) var notes: [String] = []
  /// Whether experts report how evenly they are used, and a loss for it is added.
  var balancesExperts: Bool { kind == .mixtral || kind == .qwen3MoE }

  private let kind: Kind

  /// The kinds of model, of which each has some of the features.
  private enum Kind: String {
    case llama, mixtral, qwen2, qwen3, gpt2, opt, starcoder2
    case qwen3MoE = "qwen3_moe"

    var known: Set<ShapeFeature> {
      let common: Set<ShapeFeature> = [.tiedEmbeddings]
      switch self {
      case .llama:
        return common.union([.groupedQueries, .headSize, .attentionBiases, .feedForwardBiases, .allBiases])
      case .qwen2: return common.union([.groupedQueries, .queryKeyValueBiases])
      case .qwen3: return common.union([.groupedQueries, .headSize, .perHeadNorm, .attentionBiases])
      case .mixtral: return common.union([.groupedQueries, .headSize, .experts])
      case .qwen3MoE:
        return common.union([
          .groupedQueries, .headSize, .experts, .denseBeforeExperts, .perHeadNorm, .attentionBiases,
        ])
      case .gpt2:
        return common.union([.plainMLP, .learnedPositions, .allBiases, .layerNorm, .layerNormWithoutBias])
      case .opt:
        return common.union([
          .plainMLP, .learnedPositions, .allBiases, .layerNorm, .layerNormWithoutBias, .nonParametricNorm,
        ])
      case .starcoder2:
        return common.union([.plainMLP, .groupedQueries, .allBiases, .layerNorm, .layerNormWithoutBias])
      }
    }
  }

  /// The kind that comes nearest.
  private static func kind(of model: TransformerShape) -> Kind {
    if model.experts != nil {
      return model.queryKeyNorm == .perHead || model.experts?.denseLayers ?? 0 > 0 ? .qwen3MoE : .mixtral
    }
    if model.isGated {
      return model.queryKeyNorm == .perHead ? .qwen3 : model.biases == .queryKeyValue ? .qwen2 : .llama
    }
    if model.learnedPositions == 0 { return .starcoder2 }
    return model.biases == .all && model.norm != .nonParametric ? .gpt2 : .opt
  }

  init(_ job: JobSpec) {
    let model = job.model
    kind = Self.kind(of: model)
    var unsupported = Unsupported()
    unsupported.refuse(model, beyond: kind.known, of: "Transformers' \(kind.rawValue)")
    unsupported.refuse(
      !model.isGated && model.norm == .rms,
      "Transformers' \(kind.rawValue) has LayerNorm; plan a gated model, or one with norm: layer")
    unsupported.refuse(
      kind == .qwen3MoE && model.queryKeyNorm == .none,
      "Transformers' qwen3_moe norms each head's queries and keys; set query_key_norm to perHead")
    unsupported.refuseShortPositions(job)
    self.unsupported = unsupported.sentences
    configuration = Self.configuration(kind, job)
    if model.norm == .layerWithoutBias {
      notes.append(
        "\(kind.rawValue)'s LayerNorm has a bias: \((model.layers * model.normsPerLayer + 1) * model.hidden) parameters more."
      )
    }
    if kind == .opt { notes.append("opt has two rows of learned positions more, \(2 * model.hidden) parameters.") }
  }

  private static func configuration(_ kind: Kind, _ job: JobSpec) -> Configuration {
    let model = job.model
    var entries: [(String, Configuration.Value)] = [
      ("model_type", .text(kind.rawValue)), ("vocab_size", .integer(model.vocabulary)),
      ("tie_word_embeddings", .flag(model.tiesEmbeddings)), ("use_cache", .flag(false)),
      // Those of a tokenizer may lie beyond the vocabulary.
      ("bos_token_id", .null), ("eos_token_id", .null), ("pad_token_id", .null),
    ]
    switch job.training.attention {
    case .flash: break
    case .flash3: entries.append(("attn_implementation", .text("flash_attention_3")))
    case .unfused: entries.append(("attn_implementation", .text("eager")))
    }
    if kind == .gpt2 {
      entries += [
        ("n_layer", .integer(model.layers)), ("n_embd", .integer(model.hidden)), ("n_head", .integer(model.heads)),
        ("n_inner", .integer(model.feedForward)), ("n_positions", .integer(model.learnedPositions)),
        ("resid_pdrop", .number(0)), ("embd_pdrop", .number(0)), ("attn_pdrop", .number(0)),
      ]
      return Configuration(entries)
    }
    entries += [
      ("num_hidden_layers", .integer(model.layers)), ("hidden_size", .integer(model.hidden)),
      ("num_attention_heads", .integer(model.heads)),
      ("max_position_embeddings", .integer(max(model.learnedPositions, job.training.sequence))),
    ]
    if kind == .opt {
      entries += [
        ("ffn_dim", .integer(model.feedForward)), ("word_embed_proj_dim", .integer(model.hidden)),
        ("activation_function", .text("gelu")), ("enable_bias", .flag(model.biases == .all)),
        ("layer_norm_elementwise_affine", .flag(model.norm != .nonParametric)), ("dropout", .number(0)),
        ("attention_dropout", .number(0)),
      ]
      return Configuration(entries)
    }
    entries += [
      ("num_key_value_heads", .integer(model.keyValueHeads)),
      ("intermediate_size", .integer(kind == .mixtral ? model.experts?.feedForward ?? 0 : model.feedForward)),
    ]
    if kind != .qwen2, kind != .starcoder2 { entries.append(("head_dim", .integer(model.headSize))) }
    let hasAttentionBias = model.biases == .attention || model.biases == .all
    switch kind {
    case .llama:
      entries += [
        ("attention_bias", .flag(hasAttentionBias)),
        ("mlp_bias", .flag(model.biases == .feedForward || model.biases == .all)),
      ]
    case .qwen3: entries.append(("attention_bias", .flag(hasAttentionBias)))
    case .starcoder2: entries += [("use_bias", .flag(model.biases == .all)), ("sliding_window", .null)]
    case .mixtral: entries += experts(model, count: "num_local_experts")
    case .qwen3MoE:
      entries.append(("attention_bias", .flag(hasAttentionBias)))
      entries += experts(model, count: "num_experts")
      entries += [
        ("moe_intermediate_size", .integer(model.experts?.feedForward ?? 0)), ("decoder_sparse_step", .integer(1)),
        ("mlp_only_layers", .list((0..<model.denseLayers).map { .integer($0) })), ("norm_topk_prob", .flag(true)),
      ]
    case .qwen2, .gpt2, .opt: break
    }
    return Configuration(entries)
  }

  private static func experts(_ model: TransformerShape, count: String) -> [(String, Configuration.Value)] {
    [
      (count, .integer(model.experts?.count ?? 0)), ("num_experts_per_tok", .integer(model.experts?.active ?? 0)),
      ("output_router_logits", .flag(true)), ("router_aux_loss_coef", .number(0.01)),
    ]
  }
}
