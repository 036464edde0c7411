import Documents
import TrainingCost

/// The Python script of an OLMo-core job.
struct OLMoCoreScript {
  let job: JobSpec
  let directory: String

  init(_ job: JobSpec, directory: String) { (self.job, self.directory) = (job, directory) }

  var text: String {
    """
    # Trains a model with OLMo-core; arguments are overrides of the configuration, as name=value.
    import glob
    import json
    import os
    import sys
    from dataclasses import dataclass

    from olmo_core.config import Config, DType
    from olmo_core.data import (
        NumpyDataLoaderConfig,
        NumpyFSLDatasetConfig,
        NumpyPaddedFSLDatasetConfig,
        TokenizerConfig,
    )
    from olmo_core.distributed.parallel import DataParallelType, PipelineScheduleType
    from olmo_core.distributed.utils import get_rank
    from olmo_core.float8 import Float8Config
    from olmo_core.nn.attention import AttentionConfig
    from olmo_core.nn.feed_forward import FeedForwardConfig
    from olmo_core.nn.layer_norm import LayerNormConfig, LayerNormType
    from olmo_core.nn.lm_head import LMHeadConfig
    from olmo_core.nn.moe import MoEConfig, MoERouterConfig, MoEType
    from olmo_core.nn.rope import RoPEConfig
    from olmo_core.nn.transformer import (
        TransformerBlockConfig,
        TransformerBlockType,
        TransformerConfig,
        TransformerType,
    )
    from olmo_core.optim import WSD, AdamWConfig, ConstantWithWarmup, CosWithWarmup, LinearWithWarmup
    from olmo_core.train import Duration, TrainerConfig, prepare_training_environment, teardown_training_environment
    from olmo_core.train.callbacks import Callback, CheckpointerCallback, LMEvaluatorCallbackConfig
    from olmo_core.train.train_module import (
        TransformerActivationCheckpointingConfig,
        TransformerActivationCheckpointingMode,
        TransformerContextParallelConfig,
        TransformerDataParallelConfig,
        TransformerExpertParallelConfig,
        TransformerPipelineParallelConfig,
        TransformerTensorParallelConfig,
        TransformerTrainModuleConfig,
    )
    from olmo_core.utils import seed_all


    @dataclass
    class Experiment(Config):
        model: TransformerConfig
        dataset: NumpyFSLDatasetConfig
        data_loader: NumpyDataLoaderConfig
        train_module: TransformerTrainModuleConfig
        trainer: TrainerConfig
        seed: int


    @dataclass
    class MetricsFile(Callback):
        def log_metrics(self, step, metrics):
            path = os.environ.get("WINDTUNNEL_METRICS")
            if get_rank() != 0 or not path:
                return
            values = {"step": step, **metrics}
            for name, value in metrics.items():
                if name.startswith("eval/") and name.endswith("/CE loss"):
                    values["held-out CE loss"] = value
            with open(path, "a") as file:
                print(json.dumps(values), file=file)


    def tokenizer_of(name):
        # A folder is read as the hub's would be.
        if not os.path.isdir(name):
            return TokenizerConfig.from_hf(name)
        with open(os.path.join(name, "config.json")) as file:
            config = json.load(file)
        end = config["eos_token_id"]
        fill = config.get("pad_token_id")
        return TokenizerConfig(
            vocab_size=config["vocab_size"], eos_token_id=end, pad_token_id=end if fill is None else fill,
            bos_token_id=config.get("bos_token_id"), identifier=name,
        )


    \(model)
    tokenizer = tokenizer_of(\(Configuration.quoted(job.data.tokenizer ?? "")))
    \(dataset)
    \(trainModule)
    \(trainer)

    def main():
        config = Experiment(
            model=model, dataset=dataset, data_loader=data_loader, train_module=train_module, trainer=trainer,
            seed=\(job.training.seed),
        ).merge(sys.argv[1:])
        config.trainer.add_callback("metrics_file", MetricsFile())
        prepare_training_environment(\(job.layout.devices == 1 ? "backend=None" : ""))
        seed_all(config.seed)
        built = config.train_module.build(config.model.build(init_device="meta"))
        data = config.data_loader.build(config.dataset.build(), dp_process_group=built.dp_process_group)
        run = config.trainer.build(built, data)
        run.maybe_load_checkpoint()
        run.fit()
        teardown_training_environment()


    if __name__ == "__main__":
        main()

    """
  }

  // MARK: - The model

  private var model: String {
    let model = job.model
    var blocks = "block = \(block(isOfExperts: model.expertLayers > 0))\n"
    var options = [
      "d_model=\(model.hidden)", "vocab_size=\(model.vocabulary)", "n_layers=\(model.layers)", "block=block",
      "lm_head=LMHeadConfig(layer_norm=norm, bias=\(Self.python(model.hasOutputBias)))",
      "init_seed=\(job.training.seed)",
    ]
    if model.expertLayers > 0 { options.append("name=TransformerType.moe") }
    if model.expertLayers > 0, model.denseLayers > 0 {
      blocks += "dense_block = \(block(isOfExperts: false))\n"
      options.append("block_overrides={index: dense_block for index in range(\(model.denseLayers))}")
    }
    if model.tiesEmbeddings { options.append("tie_word_embeddings=True") }
    if model.normsEmbedding { options.append("embedding_norm=norm") }
    return "norm = \(norm)\n\(blocks)model = TransformerConfig(\(options.joined(separator: ", ")))\n"
  }

  private var norm: String {
    let options =
      switch job.model.norm {
      case .rms: "name=LayerNormType.rms, bias=False"
      case .layer: "name=LayerNormType.default, bias=True"
      case .layerWithoutBias: "name=LayerNormType.default, bias=False"
      case .nonParametric: "name=LayerNormType.default, elementwise_affine=False, bias=False"
      }
    return "LayerNormConfig(\(options), eps=1e-5)"
  }

  private func block(isOfExperts: Bool) -> String {
    let model = job.model
    let hasAttentionBias = model.biases == .attention || model.biases == .all
    var attention = [
      "n_heads=\(model.heads)", "n_kv_heads=\(model.keyValueHeads)", "bias=\(Self.python(hasAttentionBias))",
      "rope=RoPEConfig(theta=500_000)",
    ]
    if model.headSize * model.heads != model.hidden { attention.append("head_dim=\(model.headSize)") }
    if model.queryKeyNorm != .none { attention.append("qk_norm=norm") }
    if job.training.attention == .flash3 { attention.append(#"backend="flash_3""#) }
    if model.queryKeyNorm == .perHead { attention.append("use_head_qk_norm=True") }
    let kind = isOfExperts ? "moe" : model.normsPerLayer == 4 ? "peri_norm" : "default"
    return "TransformerBlockConfig(name=TransformerBlockType.\(kind), layer_norm=norm, "
      + "attention=AttentionConfig(\(attention.joined(separator: ", "))), "
      + (isOfExperts ? "feed_forward_moe=\(experts)" : "feed_forward=\(feedForward(model.feedForward))") + ")"
  }

  private func feedForward(_ width: Int) -> String {
    let hasBias = job.model.biases == .feedForward || job.model.biases == .all
    return "FeedForwardConfig(hidden_size=\(width), bias=\(Self.python(hasBias)))"
  }

  private var experts: String {
    guard let experts = job.model.experts else { return "None" }
    var options = [
      "name=MoEType.\(experts.capacityFactor == nil ? "dropless" : "default")", "num_experts=\(experts.count)",
      "hidden_size=\(experts.feedForward)", "lb_loss_weight=0.01", "z_loss_weight=0.001",
      "router=MoERouterConfig(top_k=\(experts.active)\(experts.hasRouterBias ? ", bias_gamma=0.001" : ""))",
    ]
    if let factor = experts.capacityFactor { options.append("capacity_factor=\(plain(factor))") }
    if experts.sharedFeedForward > 0 { options.append("shared_mlp=\(feedForward(experts.sharedFeedForward))") }
    return "MoEConfig(\(options.joined(separator: ", ")))"
  }

  // MARK: - Data

  private var dataset: String {
    let training = job.training
    let work = Configuration.quoted("\(directory)/work")
    return """
      dataset = NumpyFSLDatasetConfig(
          paths=\(Self.list(job.data.train)), expand_glob=True, sequence_length=\(training.sequence),
          tokenizer=tokenizer, work_dir=\(work),
      )
      # Batches are counted in tokens.
      data_loader = NumpyDataLoaderConfig(global_batch_size=\(training.tokensPerStep), seed=\(training.seed), num_workers=4)
      """
  }

  static func python(_ flag: Bool) -> String { flag ? "True" : "False" }

  static func list(_ texts: [String]) -> String {
    "[" + texts.map(Configuration.quoted).joined(separator: ", ") + "]"
  }
}
