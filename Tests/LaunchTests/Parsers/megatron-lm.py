"""Whether Megatron-LM's parser takes the flags of a call: 0 if it does, 77 without Megatron's training code, else 1.

The package `megatron-core` has that code since 0.17, for Python 3.12 and later. Its parser is made from classes whose
modules import PyTorch and kernels: where these are not installed, empty ones stand in.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import sys
import types
import typing
from unittest.mock import MagicMock

# Of the package itself, what compiles kernels as it is imported.
KERNELS = ("megatron.core.ssm",)


class Empty(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name == "__version__":
            return "2.6.0"
        if name.startswith("__"):
            raise AttributeError(name)
        if name[:1].isupper():
            members = {"__class_getitem__": classmethod(lambda cls, item: cls), "__init__": lambda self, *a, **k: None}
            value = type(name, (), members)
        elif name == "dtype":
            value = type(name, (), {})
        else:
            value = MagicMock(name=name)
        setattr(self, name, value)
        return value


class Missing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Comes last, for what no other finder has, and first for kernels."""

    def __init__(self, prefixes, isLast):
        self.prefixes, self.isLast = prefixes, isLast

    def find_spec(self, name, path, target=None):
        first = name.split(".")[0]
        ours = name.startswith(KERNELS) if not self.isLast else first in self.prefixes
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if ours else None

    def create_module(self, spec):
        return Empty(spec.name)

    def exec_module(self, module):
        pass


OPTIONAL = {
    "torch", "transformer_engine", "apex", "triton", "einops", "numba", "flashinfer", "nvidia_resiliency_ext", "wandb",
    "tensorstore", "multistorageclient", "flash_attn", "modelopt", "mamba_ssm", "causal_conv1d",
    "emerging_optimizers", "fla", "zarr", "nvtx", "pynvml", "onnxscript", "deep_ep",
}


def main():
    call = json.load(sys.stdin)
    if importlib.util.find_spec("megatron") is None or importlib.util.find_spec("megatron.training") is None:
        return 77
    if not hasattr(typing, "override"):
        typing.override = lambda function: function
    sys.meta_path.insert(0, Missing(KERNELS, False))
    sys.meta_path.append(Missing(OPTIONAL, True))
    from megatron.training.arguments import parse_args

    sys.argv = call["arguments"]
    parsed = vars(parse_args())
    words = call["arguments"]
    for index, word in enumerate(words):
        # Those that set a truth value to false have its name after `no` or `disable`.
        name = word[2:].replace("-", "_")
        if word.startswith("--") and name in parsed and index + 1 < len(words) and not words[index + 1].startswith("--"):
            value = parsed[name]
            if not isinstance(value, (list, MagicMock)) and str(value) != words[index + 1]:
                try:
                    same = float(value) == float(words[index + 1])
                except (TypeError, ValueError):
                    same = False
                if not same:
                    return f"{word} is {value}, not {words[index + 1]}"
    return 0


if __name__ == "__main__":
    try:
        outcome = main()
    except (Exception, SystemExit) as error:
        outcome = f"{type(error).__name__}: {error}"
    if isinstance(outcome, str):
        print(outcome, file=sys.stderr)
    sys.exit(outcome if isinstance(outcome, int) else 1)
