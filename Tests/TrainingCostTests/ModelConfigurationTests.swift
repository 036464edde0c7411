import Documents
import Tables
import Testing
import TrainingCost

/// Configurations written as those of the models on the hub, cut to what bears on a shape.
@Suite struct ModelConfigurationTests {
  private func read(_ json: String) throws -> ModelConfiguration { try ModelConfiguration(json, path: "config.json") }

  private static let configurations: [(model: String, json: String)] = [
    (
      "llama-3-8b",
      #"{"model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8, "vocab_size": 128256, "tie_word_embeddings": false, "attention_bias": false, "max_position_embeddings": 8192}"#
    ),
    (
      "qwen2.5-0.5b",
      #"{"model_type": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "num_attention_heads": 14, "num_hidden_layers": 24, "num_key_value_heads": 2, "vocab_size": 151936, "tie_word_embeddings": true}"#
    ),
    (
      "qwen3-30b-a3b",
      #"{"model_type": "qwen3_moe", "hidden_size": 2048, "intermediate_size": 6144, "moe_intermediate_size": 768, "num_attention_heads": 32, "head_dim": 128, "num_hidden_layers": 48, "num_key_value_heads": 4, "vocab_size": 151936, "num_experts": 128, "num_experts_per_tok": 8, "decoder_sparse_step": 1, "tie_word_embeddings": false}"#
    ),
    (
      "mixtral-8x7b",
      #"{"model_type": "mixtral", "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8, "vocab_size": 32000, "num_local_experts": 8, "num_experts_per_tok": 2}"#
    ),
    (
      "gpt2",
      #"{"model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024, "n_ctx": 1024, "vocab_size": 50257}"#
    ),
    (
      "pythia-70m",
      #"{"model_type": "gpt_neox", "hidden_size": 512, "intermediate_size": 2048, "num_attention_heads": 8, "num_hidden_layers": 6, "vocab_size": 50304, "tie_word_embeddings": false}"#
    ),
    (
      "opt-125m",
      #"{"model_type": "opt", "hidden_size": 768, "ffn_dim": 3072, "num_attention_heads": 12, "num_hidden_layers": 12, "max_position_embeddings": 2048, "vocab_size": 50272, "word_embed_proj_dim": 768}"#
    ),
    ("bloom-560m", #"{"model_type": "bloom", "hidden_size": 1024, "n_layer": 24, "n_head": 16, "vocab_size": 250880}"#),
    (
      "falcon-7b",
      #"{"model_type": "falcon", "hidden_size": 4544, "num_attention_heads": 71, "num_hidden_layers": 32, "multi_query": true, "parallel_attn": true, "new_decoder_architecture": false, "bias": false, "vocab_size": 65024}"#
    ),
    (
      "falcon-40b",
      #"{"model_type": "falcon", "hidden_size": 8192, "num_attention_heads": 128, "num_kv_heads": 8, "num_hidden_layers": 60, "new_decoder_architecture": true, "bias": false, "vocab_size": 65024}"#
    ),
    (
      "mpt-7b",
      #"{"model_type": "mpt", "d_model": 4096, "n_heads": 32, "n_layers": 32, "expansion_ratio": 4, "no_bias": true, "vocab_size": 50432}"#
    ),
    (
      "phi-2",
      #"{"model_type": "phi", "hidden_size": 2560, "intermediate_size": 10240, "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": null, "vocab_size": 51200}"#
    ),
    (
      "gemma-2-2b",
      #"{"model_type": "gemma2", "hidden_size": 2304, "intermediate_size": 9216, "num_attention_heads": 8, "num_hidden_layers": 26, "num_key_value_heads": 4, "head_dim": 256, "vocab_size": 256000}"#
    ),
    (
      "olmo-2-7b",
      #"{"model_type": "olmo2", "hidden_size": 4096, "intermediate_size": 11008, "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 32, "vocab_size": 100352}"#
    ),
    (
      "deepseek-v2-lite",
      #"{"model_type": "deepseek_v2", "hidden_size": 2048, "intermediate_size": 10944, "moe_intermediate_size": 1408, "num_attention_heads": 16, "num_key_value_heads": 16, "num_hidden_layers": 27, "q_lora_rank": null, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128, "n_routed_experts": 64, "n_shared_experts": 2, "num_experts_per_tok": 6, "first_k_dense_replace": 1, "vocab_size": 102400}"#
    ),
    (
      "deepseek-v3",
      #"{"model_type": "deepseek_v3", "hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048, "num_attention_heads": 128, "num_key_value_heads": 128, "num_hidden_layers": 61, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128, "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3, "num_nextn_predict_layers": 1, "vocab_size": 129280}"#
    ),
  ]

  @Test(arguments: configurations) func aConfigurationIsTheModel(_ model: String, _ json: String) throws {
    #expect(try read(json).shape.parameters == TransformerShape.named(model).parameters)
  }

  @Test func whatWasTakenForGrantedIsSaid() throws {
    let llama = Self.configurations[0].json
    let odd = try read(
      llama.replacing("\"llama\"", with: "\"lama\"").replacing("{", with: "{\"mamba_d_state_dim\": 4, "))
    #expect(odd.notes.contains { $0.contains("'lama'") && $0.contains("('llama' is)") })
    #expect(odd.notes.contains { $0.contains("'mamba_d_state_dim'") })
    #expect(try read(llama).notes.isEmpty && read(llama).context == 8192)
    let inner = try read("{\"model_type\": \"llava\", \"text_config\": \(llama)}")
    #expect(try inner.shape == read(llama).shape)
    let v3 = try #require(Self.configurations.last)
    #expect(try read(v3.json).notes.contains { $0.contains("predict further tokens") })
  }

  @Test(arguments: [
    ("", "it is empty"), ("{", "not JSON"), ("[1]", "should be an object"), ("{}", "'model_type' is missing"),
    (#"{"model_type": "llama"}"#, "'num_hidden_layers' or 'n_layer' is missing"),
    (#"{"model_type": "llama", "num_hidden_layers": -3}"#, "from 0 to"),
    (#"{"model_type": "llama", "num_hidden_layers": 1e40}"#, "from 0 to"),
    (#"{"model_type": "llama", "num_hidden_layers": "many"}"#, "should be a number"),
    (#"{"model_type": "bloom", "hidden_size": 64, "n_layer": 2, "n_head": 0, "vocab_size": 9}"#, "number of heads"),
    (#"{"model_type": 3}"#, "should be a text"),
  ])
  func whatIsWrongIsNamed(_ json: String, _ words: String) throws {
    let error = try #require(throws: DocumentError.self) { try read(json) }
    #expect(error.description.hasPrefix("config.json: ") && error.description.contains(words), "\(error)")
  }
}
