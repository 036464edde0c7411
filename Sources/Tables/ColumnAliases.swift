/// The table of names by which columns are recognized, in addition to the canonical names of `Role`.
///
/// Names are compared ignoring case, with every run of characters other than letters and digits read as
/// one `_`, so `Model Size (B)` is `model_size_b`. Single letters must be capitals: `d` or `n` could be a width or a
/// count.
///
/// Names that end in a unit scale their column: `_k`, `_m`, `_b`, `_t`, `_thousand` … `_trillion`, `_1e18` (any power)
/// after a name of a role that is counted, as in `params_m`, `tokens_b`, `flops_1e21`. A column `tflops` is not
/// recognized, because that is mostly a speed.
let columnAliases: [(role: Role, scale: Double, names: [String])] = [
  (
    .params, 1,
    [
      "N", "n_params", "num_params", "nparams", "param", "parameters", "n_parameters", "num_parameters", "param_count",
      "params_count", "parameter_count", "total_parameter_count", "params_total", "total_params", "total_parameters",
      "model_size", "model_params", "model_parameters",
    ]
  ),
  (
    .paramsNonEmbedding, 1,
    [
      "params_non_embed", "params_no_embed", "params_no_emb", "params_nonembed", "params_ne", "non_embedding_params",
      "non_embedding_parameters", "nonembedding_params", "non_embed_params", "n_non_embedding", "n_no_emb",
      "n_no_embed", "non_vocab_parameters", "non_vocab_params",
    ]
  ),
  (
    .activeParams, 1,
    ["params_active", "n_active", "n_active_params", "active_parameters", "num_active_params", "activated_params"]
  ),
  (
    .denseParams, 1,
    ["dense_parameter_count", "dense_parameters", "params_dense", "n_dense", "n_dense_params", "num_dense_params"]
  ),
  (.experts, 1, ["num_experts", "n_experts", "nexperts", "expert_count", "experts_count", "number_of_experts"]),
  (
    .tokens, 1,
    [
      "D", "n_tokens", "num_tokens", "ntokens", "train_tokens", "training_tokens", "total_tokens", "tokens_total",
      "tokens_seen", "seen_tokens", "tokens_trained", "token_count", "data_tokens", "dataset_size", "dataset_tokens",
      "pretraining_data_size",
    ]
  ),
  (
    .examples, 1,
    [
      "train_examples", "training_examples", "finetuning_examples", "fine_tuning_examples", "finetune_examples",
      "n_examples", "num_examples", "n_train_examples", "num_train_examples", "seen_examples", "examples_seen",
      "train_size", "train_set_size", "training_set_size", "finetuning_size", "train_samples", "training_samples",
      "n_samples", "num_samples",
    ]
  ),
  (
    .uniqueTokens, 1,
    ["tokens_unique", "n_unique_tokens", "num_unique_tokens", "unique_data", "unique_dataset_size"]
  ),
  (.denseTokens, 1, ["tokens_dense", "dense_training_tokens", "checkpoint_tokens", "sunk_tokens"]),
  (
    .batchTokens, 1,
    ["tokens_per_batch", "tokens_per_step", "batch_size_tokens", "batch_size_in_tokens", "global_batch_tokens"]
  ),
  (
    .batchSequences, 1,
    [
      "batch", "batch_size", "bs", "batch_size_sequences", "batch_size_in_sequences", "sequences_per_batch",
      "batch_examples", "examples_per_batch", "global_batch", "global_batch_size", "train_batch_size",
      "global_train_batch_size",
    ]
  ),
  (
    .sequenceLength, 1,
    ["seq_len", "seq_length", "sequence_len", "context_length", "context_len", "ctx_len", "max_sequence_length"]
  ),
  (
    .flops, 1,
    [
      "C", "flop", "compute", "n_flops", "num_flops", "train_flops", "training_flops", "train_flop", "training_flop",
      "total_flops", "total_flop", "flops_total", "training_compute", "compute_flops", "compute_flop",
    ]
  ),
  (.flops, 1e9, ["gflops", "gflop", "total_gflops"]),
  (.flops, 1e18, ["eflops", "eflop"]),
  (.flops, 1e21, ["zflops", "zflop"]),
  (.flops, 8.64e19, ["pf_days", "pfs_days", "petaflop_s_days", "pflop_s_days"]),
  (.budget, 1, ["flop_budget", "flops_budget", "budget_flops", "budget_flop", "compute_budget", "isoflop_budget"]),
  (
    .loss, 1,
    [
      "L", "val_loss", "valid_loss", "validation_loss", "loss_val", "loss_validation", "eval_loss", "loss_eval",
      "test_loss", "loss_test", "final_loss", "loss_final", "final_val_loss", "loss_nats", "lm_loss",
      "cross_entropy", "cross_entropy_loss", "ce_loss", "nll",
    ]
  ),
  (
    .steps, 1,
    [
      "step", "n_steps", "num_steps", "train_steps", "training_steps", "total_steps", "iterations", "iters",
      "steps_to_target", "steps_to_loss", "steps_to_target_loss",
    ]
  ),
  (
    .schedulePortion, 1,
    [
      "portion_steps_elapsed", "portion_of_steps_elapsed", "fraction_steps_elapsed", "portion_elapsed",
      "portion_of_schedule", "schedule_progress", "schedule_fraction_done",
    ]
  ),
  // A bare 'decay_fraction' is usually the planned length of the decay, not how much of it is done.
  (
    .decayPortion, 1,
    ["portion_decayed", "decay_progress", "decay_fraction_done", "cooldown_portion", "cooldown_progress"]
  ),
  (.learningRate, 1, ["lr", "peak_lr", "max_lr", "lr_max", "lr_peak", "peak_learning_rate", "max_learning_rate"]),
  (
    .seconds, 1,
    [
      "time_s", "time_seconds", "train_time_s", "train_seconds", "training_seconds", "wall_seconds", "wall_time_s",
      "wall_clock_seconds", "duration_s", "duration_seconds", "runtime_s", "runtime_seconds", "runtime",
    ]
  ),
  (.seconds, 3600, ["hours", "wall_hours", "wall_time_hours", "train_hours", "training_hours", "runtime_hours"]),
  (.seconds, 86_400, ["days", "wall_days", "train_days", "training_days"]),
  (.model, 1, ["model_name", "model_id", "base_model", "pretrained_model"]),
  (.run, 1, ["run_id", "run_name", "runid", "experiment_id", "trial", "trial_id"]),
  (.group, 1, ["group_id", "group_name", "series", "family", "model_family"]),
]

/// The meaning of a column's name: its role, its scale, and whether the name is the canonical one.
struct Recognition {
  let role: Role
  let scale: Double
  let isCanonical: Bool
}

/// The meaning of a column's name, or nil if it is not recognized.
func recognize(_ name: String) -> Recognition? {
  if name.count == 1 { return knownNames[name] }
  let key = comparable(name)
  if key.count == 1 { return nil }
  if let known = knownNames[key] { return known }
  for (separator, isPower) in [("_1e", true), ("_", false)] {
    guard let end = lastRange(of: separator, in: key) else { continue }
    let suffix = String(key[end.upperBound...])
    let scale = isPower ? Int(suffix).flatMap { (1...30).contains($0) ? Double("1e\($0)") : nil } : unitSuffixes[suffix]
    if let scale, let base = knownNames[String(key[..<end.lowerBound])], base.scale == 1, isCounted(base.role) {
      return Recognition(role: base.role, scale: scale, isCanonical: false)
    }
  }
  return nil
}

/// Whether numbers of this role are large counts, so that they may be given in millions or billions.
private func isCounted(_ role: Role) -> Bool {
  switch role {
  case .params, .paramsNonEmbedding, .activeParams, .denseParams, .tokens, .uniqueTokens, .denseTokens, .examples,
    .batchTokens, .flops, .budget, .steps:
    true
  case .experts, .batchSequences, .sequenceLength, .loss, .learningRate, .schedulePortion, .decayPortion, .seconds,
    .model, .run, .group:
    false
  }
}

/// `name` in lower case with `_` for every run of other characters than letters and digits, none at its ends.
private func comparable(_ name: String) -> String {
  name.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
}

private func lastRange(of separator: String, in text: String) -> Range<String.Index>? {
  text.ranges(of: separator).last
}

/// The name in comparable form; a single letter stays as it is.
private let knownNames: [String: Recognition] = {
  var names: [String: Recognition] = [:]
  for entry in columnAliases {
    for name in entry.names {
      names[name] = Recognition(role: entry.role, scale: entry.scale, isCanonical: false)
    }
  }
  for role in Role.allCases { names[role.rawValue] = Recognition(role: role, scale: 1, isCanonical: true) }
  return names
}()

private let unitSuffixes: [String: Double] = [
  "k": 1e3, "thousand": 1e3, "thousands": 1e3,
  "m": 1e6, "mn": 1e6, "million": 1e6, "millions": 1e6,
  "b": 1e9, "bn": 1e9, "billion": 1e9, "billions": 1e9,
  "t": 1e12, "tn": 1e12, "trillion": 1e12, "trillions": 1e12,
]
