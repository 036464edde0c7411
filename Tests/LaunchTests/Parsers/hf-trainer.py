"""Whether Transformers understands a call of its Trainer: 0 if it does, 77 without Transformers, else 1.

Its own parser reads the arguments; what the script `run_clm.py` adds to them is in no package. A file for DeepSpeed is
read by DeepSpeed where this is installed.
"""

import ast
import importlib
import json
import os

import checking

# Arguments of run_clm.py itself.
SCRIPT = {
    "config_name", "tokenizer_name", "dataset_name", "train_file", "validation_file", "max_eval_samples", "block_size",
}
HEAVY = (
    "filelock", "httpx", "httpx2", "huggingface_hub", "numpy", "regex", "requests", "safetensors", "tokenizers", "tqdm",
    "typer", "transformers.dependency_versions_check",
)


def main(words, files):
    if not checking.has("transformers", "yaml", "packaging"):
        return checking.NOT_INSTALLED
    checking.stand_in(*HEAVY)
    faults = arguments(words) + model(json.loads(files["model.json"]))
    for name, text in files.items():
        if name.endswith(".py"):
            faults += script(ast.parse(text))
    if "deepspeed.json" in files and checking.has("deepspeed", "pydantic"):
        faults += deepspeed(json.loads(files["deepspeed.json"]))
    return faults


def arguments(words):
    from transformers.hf_argparser import HfArgumentParser
    from transformers.training_args import TrainingArguments

    begin = words.index("--do_train")
    given = dict(zip((word[2:] for word in words[begin::2]), words[begin + 1 :: 2]))
    parser = HfArgumentParser(TrainingArguments, allow_abbrev=False, exit_on_error=False)
    values, unknown = parser.parse_known_args(words[begin:])
    names = [word[2:] for word in unknown if word.startswith("--")]
    faults = [f"TrainingArguments has no {name}" for name in names if name not in SCRIPT]
    faults += checking.differences({name: value for name, value in given.items() if name not in SCRIPT}, values)

    known = schedule(given["lr_scheduler_type"])
    options = json.loads(given.get("lr_scheduler_kwargs", "{}"))
    return faults + [f"{given['lr_scheduler_type']} has no {name}" for name in set(options) - known]


def schedule(name):
    """The names of a schedule's arguments; the schedules are written with PyTorch, and not imported."""
    from transformers.trainer_utils import SchedulerType

    with open(os.path.join(checking.folder("transformers"), "optimization.py"), encoding="utf-8") as file:
        body = ast.parse(file.read()).body
    table = next(
        node.value
        for node in body
        if isinstance(node, ast.Assign) and node.targets[0].id == "TYPE_TO_SCHEDULER_FUNCTION"
    )
    functions = {SchedulerType[key.attr]: value.id for key, value in zip(table.keys, table.values)}
    function = next(
        node for node in body if isinstance(node, ast.FunctionDef) and node.name == functions[SchedulerType(name)]
    )
    return {argument.arg for argument in function.args.args}


def model(given):
    from transformers import CONFIG_MAPPING

    kind = CONFIG_MAPPING[given["model_type"]]
    usual, config = kind(), kind(**{name: value for name, value in given.items() if name != "model_type"})
    # A configuration has its attention under another name.
    if "attn_implementation" in given:
        given["_attn_implementation"] = given.pop("attn_implementation")
    # A configuration keeps whatever it is given, so that its own defaults say what it knows; heads of another width are
    # asked for by models of which the configuration does not list them.
    unknown = [name for name in given if not hasattr(usual, name) and name != "head_dim"]
    return [f"{given['model_type']} has no {name}" for name in unknown] + list(checking.differences(given, config))


def deepspeed(given):
    checking.stand_in("deepspeed.accelerator", "deepspeed.comm", "deepspeed.runtime.utils", "deepspeed.utils", "torch")
    runtime = checking.folder("deepspeed.runtime")
    checking.bare("deepspeed", os.path.dirname(runtime))
    checking.bare("deepspeed.runtime", runtime)
    checking.bare("deepspeed.runtime.zero", os.path.join(runtime, "zero"))
    from deepspeed.runtime.precision_config import DeepSpeedBF16Config, DeepSpeedFP16Config
    from deepspeed.runtime.zero.config import DeepSpeedZeroConfig

    # Its first entries are named one by one, and not in a class.
    text = ""
    for name in ("constants.py", "precision_config.py", "zero/config.py"):
        with open(os.path.join(runtime, name), encoding="utf-8") as file:
            text += file.read()
    faults = [f"DeepSpeed has no {name}" for name in given if f'"{name}"' not in text]
    for name, kind in [("bf16", DeepSpeedBF16Config), ("fp16", DeepSpeedFP16Config)]:
        faults += [f"DeepSpeed's {name} has no {part}" for part in set(given[name]) - set(kind.model_fields)]
    zero = DeepSpeedZeroConfig(**given["zero_optimization"]).model_dump(by_alias=True)
    return faults + list(checking.differences(given["zero_optimization"], zero))


def script(tree):
    """What a script takes from Transformers and this does not have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("transformers"):
            module = importlib.import_module(node.module)
            yield from (f"{node.module} has no {part.name}" for part in node.names if not hasattr(module, part.name))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "trainer":
            with open(os.path.join(checking.folder("transformers"), "trainer.py"), encoding="utf-8") as file:
                if f"\n{node.attr} = " not in file.read():
                    yield f"transformers.trainer has no {node.attr}"


if __name__ == "__main__":
    checking.finish_calls(main)
