"""Whether OLMo-core has what a job's script builds its configurations of: 0 if it does, 77 without OLMo-core 3, else 1.

The script is run without its training. Its tokenizer is not looked for.
"""

import importlib
import inspect
import json
import os
import sys
from unittest.mock import create_autospec

import checking

HEAVY = (
    "beaker", "bettermap", "cached_path", "filelock", "fla", "flash_attn", "flash_attn_3", "grouped_gemm",
    "importlib_resources", "kernel_fun", "liger_kernel", "numpy", "nvtx", "pandas", "requests", "rich",
    "ring_flash_attn", "safetensors", "torch", "transformer_engine", "transformer_engine_torch", "triton", "wandb",
    "olmo_core.kernels",
)
# Of the folder of a tokenizer.
TOKENIZER = {"vocab_size": 300, "eos_token_id": 7, "pad_token_id": 8, "bos_token_id": 9}


def stop_short(place, name, result=None):
    """Lets a call give this result, after a look at whether its arguments are known."""
    signature = inspect.signature(getattr(place, name))

    def call(*args, **kwargs):
        signature.bind(*args, **kwargs)
        return result

    setattr(place, name, call)


def main(words, files):
    if not checking.has("olmo_core", "dataclass_extensions", "yaml"):
        return checking.NOT_INSTALLED
    place = checking.written({**files, "config.json": json.dumps(TOKENIZER)})
    checking.stand_in(*HEAVY)
    from olmo_core.data import NumpyDataLoaderConfig, NumpyFSLDatasetConfig, TokenizerConfig
    from olmo_core.nn.transformer import TransformerConfig
    from olmo_core.train import Trainer, TrainerConfig
    from olmo_core.train.train_module import TransformerTrainModule, TransformerTrainModuleConfig

    stop_short(TokenizerConfig, "from_hf", TokenizerConfig.gpt2())
    sys.path.insert(0, place.name)
    name = os.path.splitext(os.path.basename(words[0]))[0]
    sys.modules.pop(name, None)
    job = importlib.import_module(name)
    built = []

    class Experiment(job.Experiment):
        def merge(self, words):
            built.extend([self, super().merge(words)])
            return built[1]

    module, trainer = create_autospec(TransformerTrainModule), create_autospec(Trainer, instance=True)
    for kind, result in [
        (TransformerConfig, None), (NumpyFSLDatasetConfig, None), (NumpyDataLoaderConfig, None),
        (TransformerTrainModuleConfig, module), (TrainerConfig, trainer),
    ]:
        stop_short(kind, "build", result)
    for name in ("prepare_training_environment", "seed_all", "teardown_training_environment"):
        stop_short(job, name)
    job.Experiment, sys.argv = Experiment, words
    job.main()

    given, config = built
    faults = []
    if not trainer.fit.called or not isinstance(config.trainer.callbacks.pop("metrics_file", None), job.MetricsFile):
        faults.append("the script does not train, or without a file for its metrics")
    if len(words) == 1 and given != config:
        faults.append(f"the configuration is {config}, not {given}")
    return faults + list(checking.differences(TOKENIZER, job.tokenizer_of(place.name)))


if __name__ == "__main__":
    checking.finish_calls(main)
