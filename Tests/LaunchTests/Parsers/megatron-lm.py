"""Whether Megatron-LM's parser takes the flags of a call: 0 if it does, 77 without Megatron's training code, else 1.

The package `megatron-core` has that code since 0.17, for Python 3.12 and later; its parser needs no more than 3.11.
"""

import sys
import typing

import checking

# With what compiles kernels as it is imported.
HEAVY = (
    "apex", "causal_conv1d", "deep_ep", "einops", "emerging_optimizers", "fla", "flash_attn", "flashinfer", "mamba_ssm",
    "modelopt", "multistorageclient", "numba", "numpy", "nvidia_resiliency_ext", "nvtx", "onnxscript", "pynvml",
    "tensorstore", "torch", "transformer_engine", "triton", "wandb", "zarr", "megatron.core.ssm",
)


def main(words, files):
    if not checking.has("megatron.training", "packaging"):
        return checking.NOT_INSTALLED
    checking.stand_in(*HEAVY)
    if not hasattr(typing, "override"):
        typing.override = lambda function: function
    from megatron.training.arguments import parse_args

    parsers = []
    sys.argv = words
    parsed = parse_args(lambda parser: parsers.append(parser) or parser)
    flags = [index for index, word in enumerate(words) if word.startswith("--")]
    for begin, end in zip(flags, [*flags[1:], len(words)]):
        action = parsers[0]._option_string_actions[words[begin]]
        value, given = getattr(parsed, action.dest), words[begin + 1 : end]
        if action.nargs == 0:
            given = action.const
        else:
            # Some words are read as more than a number, such as a list of layers.
            given = [(action.type or str)(word) for word in given]
            given = given if action.nargs else given[0]
        if not checking.same(given, value):
            return f"{words[begin]} is {value}, not {given}"
    return 0


if __name__ == "__main__":
    checking.finish_calls(main)
