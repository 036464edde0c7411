"""Whether torchtitan's parser takes the file and options of a call: 0 if it does, 77 without torchtitan 0.2, else 1.

What the job's script builds is compared with the classes in torchtitan's files.
"""

import ast
import importlib.util
import os
import sys
import tomllib
import types

import checking


def stand_in():
    """PyTorch, which is only imported for names of types."""
    torch = types.ModuleType("torch")
    torch.float16, torch.float32, torch.bfloat16 = "float16", "float32", "bfloat16"
    torch.device, torch.dtype = type("device", (), {}), type("dtype", (), {})
    sys.modules["torch"] = torch


def fields(folder, path, name):
    with open(os.path.join(folder, *path), encoding="utf-8") as file:
        for node in ast.parse(file.read()).body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                return {line.target.id for line in node.body if isinstance(line, ast.AnnAssign)}
    return set()


def unknown(folder, script):
    """Arguments of the script's model that torchtitan's classes do not have."""
    classes = {
        "TransformerModelArgs": fields(folder, ("models", "llama3", "model", "args.py"), "TransformerModelArgs"),
        "Qwen3ModelArgs": fields(folder, ("models", "qwen3", "model", "args.py"), "Qwen3ModelArgs"),
        "MoEArgs": fields(folder, ("models", "moe", "moe.py"), "MoEArgs"),
        "DatasetConfig": fields(folder, ("hf_datasets", "__init__.py"), "DatasetConfig"),
    }
    return [
        f"{node.func.id} has no {keyword.arg}"
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes
        for keyword in node.keywords
        if keyword.arg not in classes[node.func.id]
    ]


def main(words, files):
    if not checking.has("torchtitan", "tyro"):
        return checking.NOT_INSTALLED
    folder = checking.folder("torchtitan")
    # Later ones have no TOML.
    if not os.path.exists(os.path.join(folder, "config", "job_config.py")):
        return checking.NOT_INSTALLED
    if "torch" not in sys.modules and importlib.util.find_spec("torch") is None:
        stand_in()
    checking.bare("torchtitan", folder)
    from torchtitan.config.manager import ConfigManager

    place = checking.written(files)
    script, *options = [
        os.path.join(place.name, os.path.basename(word)) if os.path.basename(word) in files else word for word in words
    ]
    config = ConfigManager().parse_args(options)
    if config.model.flavor != "windtunnel":
        return f"the model is {config.model.flavor}"
    faults = unknown(folder, files[os.path.basename(script)])
    for name, text in files.items():
        if name.endswith(".toml"):
            faults += checking.differences(tomllib.loads(text), config)
    return faults


if __name__ == "__main__":
    checking.finish_calls(main)
