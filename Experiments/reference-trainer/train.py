#!/usr/bin/env python3
"""Trains one byte-level transformer for a given number of tokens and reports its held-out loss.

The cosine schedule ends where the run ends, no token is seen twice, and one seed on one kind of processor gives the
same loss to the last bit.
"""

from __future__ import annotations

import cpu  # first: it sets what torch reads while it is loaded

import argparse
import json
import math
import os
import signal
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from typing import Callable

import torch
import torch.nn.functional as F

from checkpoint import Checkpoint, CheckpointError, Interrupted
from corpus import Corpus, CorpusError, load
from metrics import Metrics
from model import Shape, Transformer
from windows import HeldOut, TrainingStream

EXAMPLE = """example:
  WINDTUNNEL_METRICS=metrics.jsonl python3 train.py \\
      --layers 2 --width 32 --heads 1 --tokens 500000 --lr 0.0065 --seed 0 --out result.json
"""


@dataclass(frozen=True)
class Settings:
    """All settings that determine a run's result. Token counts are bytes; `batch` counts sequences."""

    shape: Shape
    tokens: int
    lr: float
    batch: int = 4
    seed: int = 0
    length: int = 128
    warmup: float = 0.05  #: share of the steps
    final_lr: float = 0.1  #: share of the peak rate at the last step
    weight_decay: float = 0.1
    clip: float = 1.0  #: largest norm of the gradient
    eval_windows: int = 2048
    curve_windows: int = 96
    curve_points: int = 20

    def __post_init__(self) -> None:
        positive = ("tokens", "lr", "batch", "length", "clip", "eval_windows", "curve_windows", "curve_points")
        for name in positive:
            if not (getattr(self, name) > 0 and math.isfinite(getattr(self, name))):
                raise ValueError(f"{name} must be positive and finite, not {getattr(self, name)}")
        for name, top in (("warmup", 1), ("final_lr", 1), ("weight_decay", math.inf)):
            if not 0 <= getattr(self, name) <= top:
                raise ValueError(f"{name} must lie between 0 and {top}, not {getattr(self, name)}")
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, not {self.seed}")
        if self.tokens < self.batch_tokens:
            raise ValueError(f"{self.tokens} tokens are less than one step of {self.batch_tokens}")

    @property
    def batch_tokens(self) -> int:
        return self.batch * self.length

    @property
    def steps(self) -> int:
        return max(1, round(self.tokens / self.batch_tokens))

    def lr_at(self, step: int) -> float:
        """Learning rate of the zero-based step: linear warm-up, then a cosine that ends with the run."""
        warm = max(1, round(self.warmup * self.steps))
        if step < warm:
            return self.lr * (step + 1) / warm
        progress = (step - warm + 1) / max(1, self.steps - warm)
        return self.lr * (self.final_lr + (1 - self.final_lr) * 0.5 * (1 + math.cos(math.pi * progress)))

    def curve_steps(self) -> set[int]:
        """About `curve_points` log-spaced numbers of finished steps, from 1 % of the run up to before its end."""
        first = max(min(5, self.steps), self.steps / 100)
        ratio = (self.steps / first) ** (1 / self.curve_points)
        return {round(first * ratio**i) for i in range(self.curve_points)} - {self.steps}


@dataclass
class Result:
    """The measurements of a run. Losses are held-out means in nats per token; `loss` is None if the run diverged."""

    status: str
    params: int
    params_non_embedding: int
    tokens: int
    flops: int
    steps: int
    loss: float | None
    loss_curve_set: float | None
    seconds: float  #: wall time of the training steps alone, without evaluation
    curve: list[tuple[int, float]] = field(default_factory=list)  #: (tokens, loss on the small held-out set)


def train(settings: Settings, corpus: Corpus, metrics: Metrics, checkpoint: Checkpoint | None = None) -> Result:
    """Runs the whole training, or the rest of it after a checkpoint.

    `flops` is 6 · params · tokens: with tied embeddings that counts the output head. Where the checkpoint is told to
    stop, the state is kept and Interrupted is raised.
    """
    _check_data(settings, corpus)
    _fix_arithmetic(settings.seed)
    model = Transformer(settings.shape, settings.length)
    optimizer = _optimizer(model, settings)
    stream = TrainingStream(corpus, settings.length, settings.batch, settings.seed)
    full = HeldOut(corpus, settings.length, settings.eval_windows)
    small = HeldOut(corpus, settings.length, settings.curve_windows)
    curve_steps = settings.curve_steps()
    result = Result(
        status="completed",
        params=settings.shape.params,
        params_non_embedding=settings.shape.params_non_embedding,
        tokens=0, flops=0, steps=0, loss=None, loss_curve_set=None, seconds=0.0,
    )
    recent: list[float] = []
    run = _identity(settings, corpus)

    def save() -> None:
        # No random state: only the initial weights come from it, and the text's order is drawn from the seed again.
        numbers = {"steps": result.steps, "seconds": result.seconds, "curve": result.curve, "recent": recent}
        checkpoint.save(run, numbers, {"model": model.state_dict(), "optimizer": optimizer.state_dict()["state"]})

    def leave_if_told() -> None:
        if checkpoint is not None and checkpoint.is_told_to_stop:
            save()
            raise Interrupted(f"stopped after step {result.steps} of {settings.steps}; start it again to go on")

    if checkpoint is not None and (kept := checkpoint.load(run)) is not None:
        numbers, tensors = kept
        model.load_state_dict(tensors["model"])
        optimizer.load_state_dict({**optimizer.state_dict(), "state": tensors["optimizer"]})
        result.steps, result.tokens = numbers["steps"], numbers["steps"] * settings.batch_tokens
        result.seconds, result.curve = numbers["seconds"], [tuple(point) for point in numbers["curve"]]
        recent = numbers["recent"]
        print(f"train.py: goes on after step {result.steps} of {settings.steps}", file=sys.stderr)
    # A loss that is not finite ends the training, even if it is the last one of a checkpoint.
    while result.steps < settings.steps and (not recent or math.isfinite(recent[-1])):
        step = result.steps
        began = time.perf_counter()
        loss = _step(model, optimizer, stream.batch(step), settings, settings.lr_at(step))
        result.seconds += time.perf_counter() - began
        result.steps, result.tokens = step + 1, (step + 1) * settings.batch_tokens
        recent.append(loss)
        if math.isfinite(loss) and result.steps in curve_steps:
            _report_training(metrics, settings, result, recent)
            recent.clear()
            held_out = evaluate(model, small)
            metrics.write(result.steps, result.tokens, subset_loss=held_out)
            if math.isfinite(held_out):
                result.curve.append((result.tokens, held_out))
        if checkpoint is not None and checkpoint.is_due(result.steps):
            save()
        leave_if_told()
    result.flops = 6 * result.params * result.tokens
    _report_training(metrics, settings, result, recent)
    # The full evaluation takes as long as many steps, too long after a request to stop.
    final_small, final = evaluate(model, small), evaluate(model, full, leave_if_told)
    metrics.write(result.steps, result.tokens, subset_loss=final_small)
    metrics.write(result.steps, result.tokens, loss=final)
    # A loss worse than uniform guessing is not a measurement of the model's capacity.
    if math.isfinite(final) and final < math.log(256):
        result.loss, result.loss_curve_set = final, final_small
    else:
        result.status = "diverged"
    return result


@torch.no_grad()
def evaluate(model: Transformer, held_out: HeldOut, between: Callable[[], None] = lambda: None) -> float:
    """Mean loss over the windows, nats per token. `between` is called after each batch of them."""
    model.eval()
    total = 0.0
    for inputs, targets in zip(held_out.inputs.split(16), held_out.targets.split(16)):
        logits = model(inputs)
        total += F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum").item()
        between()
    model.train()
    return total / held_out.targets.numel()


def _step(model, optimizer, batch, settings: Settings, lr: float) -> float:
    inputs, targets = batch
    for group in optimizer.param_groups:
        group["lr"] = lr
    loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
    optimizer.step()
    return loss.item()


def _report_training(metrics: Metrics, settings: Settings, result: Result, recent: list[float]) -> None:
    metrics.write(
        result.steps, result.tokens, train_loss=sum(recent) / len(recent),
        learning_rate=settings.lr_at(result.steps - 1),
    )


def _identity(settings: Settings, corpus: Corpus) -> dict:
    """The settings that determine the run's result, flat, which a checkpoint must match."""
    values = asdict(settings)
    values |= values.pop("shape")
    return values | {f"{part} text": corpus.provenance[part]["sha256"] for part in ("train", "held_out")}


def _optimizer(model: Transformer, settings: Settings) -> torch.optim.AdamW:
    # Gains are not decayed: they set the scale that the matrices' decay is measured against.
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    gains = [p for p in model.parameters() if p.dim() < 2]
    groups = [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": gains, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.lr, betas=(0.9, 0.99), eps=1e-8, foreach=True)


def _fix_arithmetic(seed: int) -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_flush_denormal(True)  # softmax tails are denormal, and those are slow
    torch.manual_seed(seed)


def _check_data(settings: Settings, corpus: Corpus) -> None:
    needed, there = settings.steps * settings.batch, corpus.train_windows(settings.length)
    if needed > there:
        raise ValueError(
            f"{settings.tokens} tokens would repeat training text: at most {there * settings.length} tokens are there"
        )


class _Parser(argparse.ArgumentParser):
    """Exits with 64 (usage) on bad arguments, as every command of this project does."""

    def error(self, message: str) -> None:
        self.exit(64, f"{self.prog}: {message} (--help shows an example)\n")


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = _Parser(
        prog="train.py", description=__doc__.split("\n\n")[0], epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    need = parser.add_argument_group("the run")
    need.add_argument("--layers", type=int, required=True)
    need.add_argument("--width", type=int, required=True, help="residual width; the MLP is four times as wide")
    need.add_argument("--heads", type=int, required=True)
    need.add_argument("--tokens", type=int, required=True, help="training tokens (bytes), rounded to whole steps")
    need.add_argument("--lr", type=float, required=True, help="peak learning rate of AdamW")
    more = parser.add_argument_group("with defaults")
    more.add_argument("--batch", type=int, default=Settings.batch, help="sequences a step (default %(default)s)")
    more.add_argument("--seed", type=int, default=Settings.seed, help="initial weights and data order")
    more.add_argument("--length", type=int, default=Settings.length, help="tokens a sequence (default %(default)s)")
    more.add_argument("--warmup", type=float, default=Settings.warmup, help="share of the steps (default %(default)s)")
    more.add_argument("--weight-decay", type=float, default=Settings.weight_decay, help="(default %(default)s)")
    more.add_argument("--eval-windows", type=int, default=Settings.eval_windows,
                      help="held-out sequences of the final evaluation (default %(default)s)")
    more.add_argument("--out", help="write the result as JSON to this file (default: standard output)")
    more.add_argument("--checkpoint", metavar="FILE",
                      help="go on from this file if it is there; keep the state in it when told to stop (SIGTERM)")
    more.add_argument("--checkpoint-every", type=int, metavar="STEPS",
                      help="keep the state every so many steps too (default: only when told to stop)")
    return parser.parse_args(argv)


def _checkpoint(given: argparse.Namespace) -> Checkpoint | None:
    if given.checkpoint is None:
        if given.checkpoint_every is not None:
            raise ValueError("checkpoint-every needs --checkpoint, the file to keep the state in")
        return None
    checkpoint = Checkpoint(given.checkpoint, given.checkpoint_every)
    checkpoint.stop_on(signal.SIGTERM)
    return checkpoint


def _write(text: str, path: str | None) -> None:
    if not path:
        print(text, end="", flush=True)
        return
    with open(path + ".partial", "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".partial", path)


def main(argv: list[str] | None = None) -> int:
    given = _arguments(argv)
    try:
        settings = Settings(
            shape=Shape(given.layers, given.width, given.heads), tokens=given.tokens, lr=given.lr, batch=given.batch,
            seed=given.seed, length=given.length, warmup=given.warmup, weight_decay=given.weight_decay,
            eval_windows=given.eval_windows,
        )
        checkpoint = _checkpoint(given)
        with closing(Metrics()) as metrics:
            result = train(settings, load(), metrics, checkpoint)
        _write(json.dumps({"settings": asdict(settings), **asdict(result)}, indent=2) + "\n", given.out)
        if checkpoint is not None:
            checkpoint.remove()  # only now: until the result is there it is all that is left of the run
    except ValueError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 64
    except CheckpointError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 65
    except CorpusError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 66
    except OSError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 73
    except Interrupted as stop:
        print(f"train.py: {stop}", file=sys.stderr)
        return 75
    return 0 if result.status == "completed" else 1


if __name__ == "__main__":
    sys.exit(main())
