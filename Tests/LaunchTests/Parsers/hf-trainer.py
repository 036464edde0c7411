"""Whether Transformers understands a call of its Trainer: 0 if it does, 77 without Transformers, else 1."""

import argparse
import importlib.util
import json
import os
import sys
import tempfile

# Arguments of run_clm.py itself, which no package has.
SCRIPT = {
    "config_name", "tokenizer_name", "dataset_name", "train_file", "validation_file", "max_eval_samples", "block_size",
}


def main():
    if importlib.util.find_spec("transformers") is None:
        return 77
    from transformers import CONFIG_MAPPING, AutoConfig, HfArgumentParser, TrainingArguments

    call = json.load(sys.stdin)
    words, files = call["arguments"], call["files"]
    names = [word[2:] for word in words if word.startswith("--")]
    parser = HfArgumentParser(TrainingArguments, exit_on_error=False)
    values, unknown = parser.parse_known_args(words[words.index("--do_train"):])
    left = {word[2:] for word in unknown if word.startswith("--")} - SCRIPT
    if left:
        return f"TrainingArguments has no {', '.join(sorted(left))}"
    for name in set(names) - SCRIPT:
        if not hasattr(values, name):
            return f"TrainingArguments has no {name}"

    with tempfile.TemporaryDirectory() as directory:
        paths = {}
        for name, text in files.items():
            paths[name] = os.path.join(directory, name)
            with open(paths[name], "w") as file:
                file.write(text)
        given = json.loads(files["model.json"])
        config = AutoConfig.from_pretrained(paths["model.json"])
        usual = CONFIG_MAPPING[given["model_type"]]()
        for name, value in given.items():
            # A configuration keeps whatever it is given, so that its own defaults say what it knows; heads of another width
            # are asked for by models of which the configuration does not list them.
            if not hasattr(usual, name) and name != "head_dim":
                return f"{given['model_type']} has no {name}"
            if getattr(config, name) != value:
                return f"{name} is {getattr(config, name)}, not {value}"
        for name, text in files.items():
            if name.endswith(".py"):
                compile(text, name, "exec")
            elif name.endswith(".json"):
                json.loads(text)
    json.loads(getattr(values, "lr_scheduler_kwargs", None) or "{}")
    return 0


if __name__ == "__main__":
    try:
        outcome = main()
    except (Exception, SystemExit, argparse.ArgumentError) as error:
        outcome = f"{type(error).__name__}: {error}"
    if isinstance(outcome, str):
        print(outcome, file=sys.stderr)
    sys.exit(outcome if isinstance(outcome, int) else 1)
