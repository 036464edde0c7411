"""Whether torchtitan's parser takes the file and the options of a call: 0 if it does, 77 without torchtitan 0.2, else 1.

The parser needs `tyro` besides torchtitan itself. PyTorch is only imported for names of types: where it is not installed,
an empty module stands in. What the job's script builds is compared with the classes in torchtitan's files.
"""

import ast
import importlib.util
import json
import os
import sys
import tempfile
import types


def bare(name, folder):
    """A package without what its own first file imports."""
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package


def stand_in():
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


def main():
    # This file has the package's name.
    sys.path.pop(0)
    found = importlib.util.find_spec("torchtitan")
    if found is None or importlib.util.find_spec("tyro") is None:
        return 77
    folder = found.submodule_search_locations[0]
    # Later ones have no TOML.
    if not os.path.exists(os.path.join(folder, "config", "job_config.py")):
        return 77
    if importlib.util.find_spec("torch") is None:
        stand_in()
    bare("torchtitan", folder)
    from torchtitan.config.manager import ConfigManager

    call = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as place:
        for name, text in call["files"].items():
            with open(os.path.join(place, name), "w", encoding="utf-8") as file:
                file.write(text)
        words = [
            os.path.join(place, os.path.basename(word)) if os.path.basename(word) in call["files"] else word
            for word in call["arguments"]
        ]
        script, *options = words
        config = ConfigManager().parse_args(options)
    if config.model.flavor != "windtunnel":
        return f"the model is {config.model.flavor}"
    mistakes = unknown(folder, call["files"][os.path.basename(script)])
    return ", ".join(mistakes) if mistakes else 0


if __name__ == "__main__":
    try:
        outcome = main()
    except (Exception, SystemExit) as error:
        outcome = f"{type(error).__name__}: {error}"
    if isinstance(outcome, str):
        print(outcome, file=sys.stderr)
    sys.exit(outcome if isinstance(outcome, int) else 1)
