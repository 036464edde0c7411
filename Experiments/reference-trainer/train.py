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
import sys
import time
from dataclasses import asdict, dataclass, field

import torch
import torch.nn.functional as F

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
    """Everything that decides a run's result. Token counts are bytes; `batch` counts sequences."""

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
    """What a run measured. Losses are held-out means in nats per token; `loss` is None when the run diverged."""

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


def train(settings: Settings, corpus: Corpus, metrics: Metrics) -> Result:
    """Runs the whole training. `flops` is 6 · params · tokens: with tied embeddings that counts the output head."""
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
    for step in range(settings.steps):
        began = time.perf_counter()
        loss = _step(model, optimizer, stream.batch(step), settings, settings.lr_at(step))
        result.seconds += time.perf_counter() - began
        result.steps, result.tokens = step + 1, (step + 1) * settings.batch_tokens
        recent.append(loss)
        if not math.isfinite(loss):
            break
        if result.steps in curve_steps:
            metrics.write(result.steps, result.tokens, sum(recent) / len(recent), "train")
            recent.clear()
            held_out = evaluate(model, small)
            metrics.write(result.steps, result.tokens, held_out, "held-out-subset")
            if math.isfinite(held_out):
                result.curve.append((result.tokens, held_out))
    result.flops = 6 * result.params * result.tokens
    metrics.write(result.steps, result.tokens, sum(recent) / len(recent), "train")
    final_small, final = evaluate(model, small), evaluate(model, full)
    metrics.write(result.steps, result.tokens, final_small, "held-out-subset")
    metrics.write(result.steps, result.tokens, final, "held-out")
    # Worse than guessing every byte with equal chance is no measurement of the model's capacity.
    if math.isfinite(final) and final < math.log(256):
        result.loss, result.loss_curve_set = final, final_small
    else:
        result.status = "diverged"
    return result


@torch.no_grad()
def evaluate(model: Transformer, held_out: HeldOut) -> float:
    """Mean loss over the windows, nats per token."""
    model.eval()
    total = 0.0
    for inputs, targets in zip(held_out.inputs.split(16), held_out.targets.split(16)):
        logits = model(inputs)
        total += F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum").item()
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
    """Leaves with 64 (usage) on bad arguments, as every command of this project does."""

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
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    given = _arguments(argv)
    try:
        settings = Settings(
            shape=Shape(given.layers, given.width, given.heads), tokens=given.tokens, lr=given.lr, batch=given.batch,
            seed=given.seed, length=given.length, warmup=given.warmup, weight_decay=given.weight_decay,
            eval_windows=given.eval_windows,
        )
        metrics = Metrics()
        result = train(settings, load(), metrics)
        metrics.close()
        text = json.dumps({"settings": asdict(settings), **asdict(result)}, indent=2) + "\n"
        if given.out:
            with open(given.out + ".partial", "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(given.out + ".partial", given.out)
        else:
            print(text, end="")
    except ValueError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 64
    except CorpusError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 66
    except OSError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 73
    return 0 if result.status == "completed" else 1


if __name__ == "__main__":
    sys.exit(main())
