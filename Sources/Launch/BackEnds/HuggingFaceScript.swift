/// A script that goes before one on Transformers' Trainer.
///
/// The Trainer resumes only from a checkpoint that is named, and prints its losses without the step.
enum HuggingFaceScript {
  static let text = #"""
    """Runs a script on Transformers' Trainer: from its last checkpoint, and with metrics as lines of JSON."""

    import json
    import os
    import runpy
    import sys
    import time

    import transformers.trainer as trainer
    from transformers import TrainerCallback
    from transformers.trainer_utils import get_last_checkpoint

    NAMES = {"loss": "train_loss", "eval_loss": "loss", "learning_rate": "learning_rate", "grad_norm": "grad_norm"}


    class Metrics(TrainerCallback):
        def __init__(self):
            self.last = None

        def on_log(self, args, state, control, logs=None, **kwargs):
            path = os.environ.get("WINDTUNNEL_METRICS")
            values = {NAMES[name]: float(value) for name, value in (logs or {}).items() if name in NAMES}
            if not path or not values or not state.is_world_process_zero:
                return
            now = time.time()
            # Between two lines of training: an evaluation would count as a step.
            if "train_loss" in values:
                if self.last and state.global_step > self.last[0]:
                    values["seconds_per_step"] = (now - self.last[1]) / (state.global_step - self.last[0])
                self.last = (state.global_step, now)
            else:
                self.last = None
            with open(path, "a") as file:
                file.write(json.dumps({"step": state.global_step, "time": now, **values}) + "\n")


    trainer.DEFAULT_CALLBACKS.append(Metrics)
    sys.argv = sys.argv[1:]
    directory = sys.argv[sys.argv.index("--output_dir") + 1] if "--output_dir" in sys.argv else None
    if directory and "--resume_from_checkpoint" not in sys.argv and os.path.isdir(directory):
        checkpoint = get_last_checkpoint(directory)
        if checkpoint:
            sys.argv += ["--resume_from_checkpoint", checkpoint]
    sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
    runpy.run_path(sys.argv[0], run_name="__main__")
    """#
}
