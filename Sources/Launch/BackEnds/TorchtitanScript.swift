import Documents
import TrainingCost

/// The Python script of a torchtitan job, which registers what has no option: sizes of the model and data sets.
struct TorchtitanScript {
  static let flavor = "windtunnel"

  private let job: JobSpec

  init(_ job: JobSpec) { self.job = job }

  /// Llama's MLP, heads and embeddings follow from its width, Qwen's are free; but only Llama has pipelines.
  var isQwen: Bool {
    let model = job.model
    return model.experts != nil || model.tiesEmbeddings || model.queryKeyNorm != .none
      || model.headSize * model.heads != model.hidden
  }

  /// The module or the file that runs torchtitan, and words before the job's arguments.
  var program: (isModule: Bool, name: String, words: [String]) {
    let given = job.trainer.program ?? []
    if given.first == "-m", given.count > 1 { return (true, given[1], Array(given.dropFirst(2))) }
    return given.first.map { (false, $0, Array(given.dropFirst())) } ?? (true, "torchtitan.train", [])
  }

  /// Data sets that torchtitan knows; anything else is a path, or a name that is given to `load_dataset`.
  private static let known = ["c4", "c4_test", "c4_validation"]

  static func trainingData(_ data: JobSpec.Data) -> String {
    data.train.count == 1 && known.contains(data.train[0]) ? data.train[0] : "windtunnel_train"
  }

  static func validationData(_ data: JobSpec.Data) -> String {
    data.validation.count == 1 && known.contains(data.validation[0]) ? data.validation[0] : "windtunnel_validation"
  }

  var text: String {
    let (isModule, name, _) = program
    let run =
      isModule
      ? "runpy.run_module(\(Configuration.quoted(name)), run_name=\"__main__\", alter_sys=True)"
      : "runpy.run_path(\(Configuration.quoted(name)), run_name=\"__main__\")"
    return """
      # Adds this job's model and data to torchtitan, and runs it.
      import os
      import runpy
      import sys

      # torchrun sets these, and a single process is started without it.
      alone = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}
      if "RANK" not in os.environ:
          os.environ.update(alone)
      # As with -m, a checkout in the working directory counts.
      sys.path.insert(0, os.getcwd())

      \(isQwen ? qwen : llama)
      \(dataSets)if __name__ == "__main__":
          \(run)

      """
  }

  private var llama: String {
    let model = job.model
    // Half a unit keeps the product above the whole number to which it is cut.
    let multiplier = (Double(model.feedForward) + 0.5) / Double(max(1, 8 * model.hidden / 3))
    return """
      from torchtitan.models.llama3 import TransformerModelArgs, llama3_args

      llama3_args["\(Self.flavor)"] = TransformerModelArgs(
          dim=\(model.hidden),
          n_layers=\(model.layers),
          n_heads=\(model.heads),
          n_kv_heads=\(model.keyValueHeads),
          vocab_size=\(model.vocabulary),
          # The MLP is int(multiplier * int(8 / 3 * dim)) wide: \(model.feedForward).
          ffn_dim_multiplier=\(multiplier),
          multiple_of=1,
          rope_theta=500000,
      )

      """
  }

  private var qwen: String {
    let model = job.model
    var lines = """
      from torchtitan.models.qwen3 import Qwen3ModelArgs, qwen3_args
      from torchtitan.models.moe import MoEArgs

      qwen3_args["\(Self.flavor)"] = Qwen3ModelArgs(
          dim=\(model.hidden),
          n_layers=\(model.layers),
          n_heads=\(model.heads),
          n_kv_heads=\(model.keyValueHeads),
          head_dim=\(model.headSize),
          hidden_dim=\(model.feedForward),
          vocab_size=\(model.vocabulary),
          qk_norm=\(model.queryKeyNorm == .none ? "False" : "True"),
          enable_weight_tying=\(model.tiesEmbeddings ? "True" : "False"),

      """
    if let experts = model.experts {
      lines += """
            moe_enabled=True,
            moe_inter_dim=\(experts.feedForward),
            moe_args=MoEArgs(
                num_experts=\(experts.count),
                num_shared_experts=\(experts.sharedFeedForward / max(1, experts.feedForward)),
                top_k=\(experts.active),
                score_func="softmax",
                route_norm=True,
                score_before_experts=False,
                load_balance_coeff=\(experts.hasRouterBias ? "1e-3" : "None"),
            ),

        """
    }
    return lines + ")\n"
  }

  /// Nothing where torchtitan knows all of the job's data.
  private var dataSets: String {
    var entries: [String] = []
    if !job.data.train.isEmpty, Self.trainingData(job.data) == "windtunnel_train" {
      entries.append(Self.entry("windtunnel_train", job.data.train, split: "train"))
    }
    if !job.data.validation.isEmpty, Self.validationData(job.data) == "windtunnel_validation" {
      // A folder of its own has its files in the only split that there is by default.
      entries.append(Self.entry("windtunnel_validation", job.data.validation, split: "train"))
    }
    guard !entries.isEmpty else { return "" }
    return """
      from datasets import interleave_datasets, load_dataset
      from torchtitan.hf_datasets import DatasetConfig
      from torchtitan.hf_datasets.text_datasets import DATASETS


      def load(paths, split):
          parts = [load_dataset(path, split=split, streaming=True) for path in paths]
          return parts[0] if len(parts) == 1 else interleave_datasets(parts, stopping_strategy="all_exhausted")


      \(entries.joined(separator: "\n"))


      """
  }

  private static func entry(_ name: String, _ paths: [String], split: String) -> String {
    """
    DATASETS["\(name)"] = DatasetConfig(
        path=[\(paths.map(Configuration.quoted).joined(separator: ", "))],
        loader=lambda paths: load(paths, "\(split)"),
        sample_processor=lambda sample: sample["text"],
    )
    """
  }
}
