"""Whether LitGPT understands a configuration of its pretraining: 0 if it does, 77 without LitGPT, else 1.

The package needs PyTorch to be imported; the classes of its configuration and its signature do not, and are taken from
its files.
"""

import ast
import importlib.util
import json
import os
import sys


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


def main():
    # This file has the package's name.
    sys.path.pop(0)
    found = importlib.util.find_spec("litgpt")
    if found is None or importlib.util.find_spec("jsonargparse") is None:
        return 77
    import jsonargparse
    import yaml

    call = json.load(sys.stdin)
    folder = found.submodule_search_locations[0]
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
    given = yaml.safe_load(call["files"]["litgpt.yaml"])
    unknown = set(given) - parameters
    if unknown:
        return f"pretrain has no {', '.join(sorted(unknown))}"
    sections = {name: value for name, value in given.items() if name in classes}
    optimizer = given["optimizer"]["init_args"]
    sections |= {"learning_rate": optimizer["lr"], "weight_decay": optimizer["weight_decay"]}
    parsed = loader.parse_object(sections)
    made = loader.instantiate_classes(parsed)
    if made.model_config.padded_vocab_size != given["model_config"]["padded_vocab_size"]:
        return f"the vocabulary is padded to {made.model_config.padded_vocab_size}"
    for name, value in {**given["train"], **given["eval"]}.items():
        if {**vars(made.train), **vars(made.eval)}[name] != value:
            return f"{name} is not {value}"
    if "data" in given:
        name = given["data"]["class_path"].rsplit(".", 1)[1]
        known = fields(os.path.join(folder, "data"), name)
        unknown = set(given["data"]["init_args"]) - (known or set())
        if unknown:
            return f"{name} has no {', '.join(sorted(unknown))}"
    return 0


if __name__ == "__main__":
    try:
        outcome = main()
    except (Exception, SystemExit) as error:
        outcome = f"{type(error).__name__}: {error}"
    if isinstance(outcome, str):
        print(outcome, file=sys.stderr)
    sys.exit(outcome if isinstance(outcome, int) else 1)
