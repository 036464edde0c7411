"""Whether Megatron-Bridge takes the overrides of a call: 0 if it does, 77 without Megatron-Bridge, else 1.

The package `megatron-bridge` is for Python 3.12 and later, but its configuration is read by 3.11 as well. The script
that a call names is in no package; here its recipe is made and overridden as by the script. Of the package only what
this needs is imported.
"""

import os
import typing

import checking

HEAVY = (
    "PIL", "apex", "boto3", "botocore", "cuda", "cupy", "datasets", "einops", "modelopt", "numpy", "nvidia_kitchen",
    "nvidia_resiliency_ext", "nvshmem", "sentencepiece", "tiktoken", "torch", "transformer_engine", "transformers",
    "triton", "wandb", "wget", "megatron.bridge.models.conversion", "megatron.bridge.models.hf_pretrained",
    "megatron.core.ssm", "megatron.energon",
)


def main(words, files):
    if not checking.has("megatron.training", "hydra", "yaml"):
        return checking.NOT_INSTALLED
    root = checking.folder("megatron.bridge")
    if not os.path.isdir(root):
        return checking.NOT_INSTALLED
    if words[1] != "--recipe":
        return f"the recipe comes after --recipe, not {words[1]}"
    checking.stand_in(*HEAVY)
    if not hasattr(typing, "override"):
        typing.override = lambda function: function
    checking.bare("megatron.bridge", root)
    models = checking.bare("megatron.bridge.models", os.path.join(root, "models"))
    checking.bare("megatron.bridge.recipes", os.path.join(root, "recipes"))
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from megatron.bridge.models.gpt_provider import GPTModelProvider

    models.GPTModelProvider = models.T5ModelProvider = GPTModelProvider
    import megatron.bridge.recipes.gpt as recipes
    from megatron.bridge.training.mixed_precision import get_mixed_precision_config
    from megatron.bridge.training.utils.omegaconf_utils import process_config_with_overrides

    config = process_config_with_overrides(getattr(recipes, words[2])(), cli_overrides=words[3:])
    if config.mixed_precision is not None:
        get_mixed_precision_config(config.mixed_precision)
    faults = []
    for override in OverridesParser.create().parse_overrides(words[3:]):
        part = config
        for name in override.key_or_group.split("."):
            part = getattr(part, name)
        if not checking.same(override.value(), part):
            faults.append(f"{override.key_or_group} is {part}, not {override.value()}")
    return faults


if __name__ == "__main__":
    checking.finish_calls(main)
