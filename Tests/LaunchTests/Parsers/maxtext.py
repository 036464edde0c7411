"""Whether MaxText's configuration takes the values of a call: 0 if it does, 77 without MaxText, else 1.

The package `maxtext` is for Python 3.12 and later, but its configuration is read by 3.11 as well. It counts the
devices, of which there are as many here as the call's axes have.
"""

import json
import math
import os
import types

import checking

HEAVY = (
    "absl", "etils", "flax", "google", "grain", "jax", "jaxlib", "numpy", "optax", "orbax", "pathwaysutils", "psutil",
    "tensorboardX",
)


def main(words, files):
    if not checking.has("maxtext", "omegaconf", "pydantic", "jinja2"):
        return checking.NOT_INSTALLED
    words, variables = checking.run_by_shell(words)
    folder = checking.folder("maxtext")
    module, base = words[2], words[3]
    if not os.path.isfile(os.path.join(os.path.dirname(folder), *module.split(".")) + ".py"):
        return f"MaxText has no {module}"
    with open(os.path.join(folder, "utils", "max_utils.py"), encoding="utf-8") as file:
        text = file.read()
    faults = [f"MaxText does not look at {name}" for name in variables if f'"{name}"' not in text]

    given = dict(word.split("=", 1) for word in words[4:])
    axes = {name: int(value) for name, value in given.items() if name.endswith("_parallelism")}
    inside = math.prod(value for name, value in axes.items() if name.startswith("ici_"))
    across = math.prod(value for name, value in axes.items() if name.startswith("dcn_"))
    checking.stand_in(*HEAVY)
    import jax
    from maxtext.configs import pyconfig

    jax.devices = lambda *args: [types.SimpleNamespace(slice_index=i // inside) for i in range(inside * across)]
    jax.local_device_count = lambda: inside
    os.environ.update(variables)
    config = pyconfig.initialize_pydantic([module, base, *words[4:]])
    if math.prod(config.ici_parallelism) * math.prod(config.dcn_parallelism) != inside * across:
        faults.append(f"the axes are {config.ici_parallelism} and {config.dcn_parallelism}")
    values = {name: json.loads(value) if value.startswith("[") else value for name, value in given.items()}
    return faults + list(checking.differences(values, config))


if __name__ == "__main__":
    checking.finish_calls(main)
