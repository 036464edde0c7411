"""Whether LitGPT understands a configuration of its pretraining: 0 if it does, 77 without LitGPT, else 1.

The package needs PyTorch to be imported; the classes of its configuration and its signature do not, and are taken from
its files.
"""

import ast
import importlib.util
import os
import sys

import checking


def load(folder, name):
    spec = importlib.util.spec_from_file_location(f"litgpt_{name}", os.path.join(folder, f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def tree(path):
    with open(path, encoding="utf-8") as file:
        return ast.parse(file.read())


def fields(folder, name):
    """What a class of data takes; None where there is no such class."""
    for file in sorted(os.listdir(folder)):
        if file.endswith(".py"):
            for node in tree(os.path.join(folder, file)).body:
                if isinstance(node, ast.ClassDef) and node.name == name:
                    return {line.target.id for line in node.body if isinstance(line, ast.AnnAssign)}
    return None


def main(words, files):
    if not checking.has("litgpt", "jsonargparse", "yaml"):
        return checking.NOT_INSTALLED
    import jsonargparse
    import yaml

    if words[-2] != "--config":
        return f"the file comes after --config, not {words[-2]}"
    folder = checking.folder("litgpt")
    config, arguments = load(folder, "config"), load(folder, "args")
    classes = {
        "model_config": config.Config, "train": arguments.TrainArgs, "eval": arguments.EvalArgs,
        "log": arguments.LogArgs,
    }
    setup = next(
        node for node in tree(os.path.join(folder, "pretrain.py")).body
        if isinstance(node, ast.FunctionDef) and node.name == "setup"
    )
    parameters = {argument.arg for argument in setup.args.args}

    # As jsonargparse reads a file.
    loader = jsonargparse.ArgumentParser(exit_on_error=False)
    for name, kind in classes.items():
        loader.add_class_arguments(kind, name)
    for name in ("learning_rate", "weight_decay"):
        loader.add_argument(f"--{name}", type=float)
    given = yaml.safe_load(files["litgpt.yaml"])
    faults = [f"pretrain has no {name}" for name in set(given) - parameters]
    sections = {name: value for name, value in given.items() if name in classes}
    optimizer = given["optimizer"]["init_args"]
    values = sections | {"learning_rate": optimizer["lr"], "weight_decay": optimizer["weight_decay"]}
    instantiate = getattr(loader, "instantiate", loader.instantiate_classes)
    faults += checking.differences(sections, instantiate(loader.parse_object(values)))
    if "data" in given:
        name = given["data"]["class_path"].rsplit(".", 1)[1]
        known = fields(os.path.join(folder, "data"), name) or set()
        faults += [f"{name} has no {option}" for option in set(given["data"]["init_args"]) - known]
    return faults


if __name__ == "__main__":
    checking.finish_calls(main)
