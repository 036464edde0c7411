"""Whether Levanter understands the file and the options of a call: 0 if it does, 77 without Levanter, else 1.

Levanter is in the package `marin-levanter`, and only its early versions are in `levanter`. It is for Python 3.12 and
later, but its configuration is read by 3.11 as well.
"""

import inspect
import itertools
import math
import os
import types

import checking

HEAVY = (
    "braceexpand", "chex", "datasets", "dataclasses_json", "deepdiff", "einops", "equinox", "finelog", "finestore",
    "fray", "fsspec", "gcsfs", "git", "haliax", "huggingface_hub", "humanfriendly", "iris", "jax", "jaxlib",
    "jax_triton", "jaxtyping", "jmp", "lenses", "lm_eval", "numpy", "optax", "pyarrow", "pytimeparse", "regex",
    "requests", "rigging", "tblib", "tensorstore", "tokenizers", "tqdm", "tqdm_loggable", "transformers", "triton",
    "wandb", "zephyr",
    # Of Levanter itself, what is written in the words of Python 3.12.
    "levanter.compat.hf_export", "levanter.pipeline",
)


def main(words, files):
    if not checking.has("levanter", "draccus"):
        return checking.NOT_INSTALLED
    words, _ = checking.run_by_shell(words)
    module, place = words[2], checking.written(files)
    if not os.path.isfile(os.path.join(os.path.dirname(checking.folder("levanter")), *module.split(".")) + ".py"):
        return f"Levanter has no {module}"
    if words[3] != "--config_path":
        return f"Levanter's file comes after --config_path, not {words[3]}"
    checking.stand_in(*HEAVY)
    if not hasattr(itertools, "batched"):
        itertools.batched = None
    import draccus
    import haliax.nn.scan
    import haliax.util
    import jmp
    import yaml

    # A class of classes, and a class that two modules have.
    haliax.util.StringHolderEnum = type
    haliax.nn.scan.ScanCheckpointPolicy = haliax.ScanCheckpointPolicy
    from levanter.main.train_lm import TrainLmConfig

    path = os.path.join(place.name, os.path.basename(words[4]))
    config = draccus.parse(TrainLmConfig, config_path=path, args=words[5:])
    with open(path, encoding="utf-8") as file:
        given = yaml.safe_load(file)
    jmp.get_policy.assert_called_with(given["trainer"].pop("mp"))
    model = ""
    for kind in type(config.model).__mro__:
        if kind.__module__.startswith("levanter."):
            with open(inspect.getfile(kind), encoding="utf-8") as file:
                model += file.read()
    faults = list(mesh(given["trainer"]["mesh"], config.trainer, model))
    return faults + list(checking.differences(without_types(given), config))


def mesh(given, trainer, model):
    """What is wrong with the axes of devices, as many of which there are as the axes say."""
    import jax
    from levanter.utils.mesh import DEFAULT_SHARED_MAPPING

    inside, across = math.prod(given["axes"].values()), math.prod(given["dcn_axes"].values())
    jax.device_count = lambda: inside * across
    jax.devices = lambda: [types.SimpleNamespace(slice_index=index // inside) for index in range(inside * across)]
    sizes = given["axes"] | given["dcn_axes"]
    if set(trainer.mesh_axis_specs) != set(sizes):
        yield f"the axes are {trainer.mesh_axis_specs}, not {list(sizes)}"
    if trainer.data_axis_size * math.prod(size for name, size in sizes.items() if "model" in name) != inside * across:
        yield f"data is spread over {trainer.data_axis_size} of {inside * across} devices"
    for kind in ("shared_mapping", "compute_mapping", "param_mapping"):
        for name, axes in given.get(kind, {}).items():
            if name not in {*DEFAULT_SHARED_MAPPING, trainer.mesh.batch_axis_name} and f'"{name}"' not in model:
                yield f"the model has no axis {name}"
            yield from (f"{name} is spread over {axis}" for axis in axes if axis not in sizes)


def without_types(given):
    """Without the entries that choose a class, which are none of its own."""
    if isinstance(given, dict):
        return {name: without_types(value) for name, value in given.items() if name != "type"}
    return given


if __name__ == "__main__":
    checking.finish_calls(main)
