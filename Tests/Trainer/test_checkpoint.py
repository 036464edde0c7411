#!/usr/bin/env python3
"""The reference trainer, stopped and started again. Run: /usr/bin/python3 Tests/Trainer/test_checkpoint.py"""

from __future__ import annotations

import hashlib
import json
import math
import os
import signal
import sys
import tempfile
import traceback
import unittest
from pathlib import Path
from typing import Callable
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Experiments" / "reference-trainer"))

import train  # first: it sets what torch reads while it is loaded

import numpy as np
import torch

import checkpoint
from corpus import Corpus
from model import Shape

#: 60 steps of a model that takes a millisecond for one.
FLAGS = {"layers": 2, "width": 16, "heads": 2, "length": 32, "batch": 2, "tokens": 3840, "lr": 0.01}
FLAGS["eval-windows"] = 128
SETTINGS = train.Settings(Shape(2, 16, 2), tokens=3840, lr=0.01, batch=2, length=32, eval_windows=128)
CURVE = sorted(SETTINGS.curve_steps())
#: The evaluation at the end, after those of the curve and that of the subset.
FULL_EVALUATION = len(CURVE) + 2

#: What is done in the trainer's process before it begins.
Change = Callable[[], None]


def small_corpus(seed: int = 0) -> Corpus:
    """Letters of which each depends on the one before, so that there is something to learn."""
    chosen = np.random.Generator(np.random.PCG64(seed)).integers(1, 4, 20_000).cumsum() % 26 + ord("a")
    parts = {"train": chosen[:12_000].astype(np.uint8), "held_out": chosen[12_000:].astype(np.uint8)}
    about = {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in parts.items()}
    return Corpus(parts["train"], parts["held_out"], about)


def at(module: object, name: str, call: int, number: signal.Signals) -> Change:
    """Sends the process a signal as it makes this call of a function, counted from 1."""

    def change() -> None:
        original, calls = getattr(module, name), 0

        def counted(*given: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == call:
                os.kill(os.getpid(), number)
            return original(*given, **named)

        setattr(module, name, counted)

    return change


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.file = self.folder / "state" / "run.ckpt"
        self.metrics: dict[tuple[int, str], float] = {}

    def start(self, *more: str, change: Change | None = None, text: int = 0, keep: bool = True, **flags: object) -> int:
        """Starts the trainer and waits for its end: its exit code, or the number of what killed it below zero."""
        words = [word for name, value in {**FLAGS, **flags}.items() for word in (f"--{name}", str(value))]
        words += ["--out", str(self.folder / "result.json"), *(["--checkpoint", str(self.file)] if keep else []), *more]
        # A fork has torch loaded, which otherwise takes longer than all of this.
        if (child := os.fork()) == 0:
            code = 70
            try:
                sys.stderr = open(self.folder / "err", "w", encoding="utf-8")
                os.environ["WINDTUNNEL_METRICS"] = str(self.folder / "metrics.jsonl")
                train.load = lambda: small_corpus(text)
                if change is not None:
                    change()
                code = train.main(words)
            except SystemExit as end:
                code = end.code
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.merge_metrics()
        return code

    def merge_metrics(self) -> None:
        """Adds what this start wrote, as a reader does that follows all attempts at a job."""
        path = self.folder / "metrics.jsonl"
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
            values = json.loads(line)
            self.metrics |= {(values["step"], name): value for name, value in values.items() if name != "time"}
        path.unlink(missing_ok=True)

    @property
    def error(self) -> str:
        return (self.folder / "err").read_text(encoding="utf-8")

    def result(self) -> dict:
        """All but the time, which no two runs have in common."""
        result = json.loads((self.folder / "result.json").read_text(encoding="utf-8"))
        self.assertGreater(result.pop("seconds"), 0)
        return result

    def whole(self, **named: object) -> tuple[dict, dict]:
        """Result and metrics of a run that nothing stops and that keeps nothing."""
        self.assertIn(self.start(keep=False, **named), (0, 1), self.error)
        answer = self.result(), self.metrics
        (self.folder / "result.json").unlink()
        self.metrics = {}
        return answer

    def expect(self, whole: tuple[dict, dict]) -> None:
        self.assertEqual((self.result(), self.metrics), whole)
        self.assertEqual(list(self.file.parent.iterdir()), [], "the result is there, so the checkpoint is not needed")


class ResumeTests(Case):
    def test_a_run_told_to_stop_goes_on_as_if_it_had_not_been(self) -> None:
        whole = self.whole()
        places = {f"step {step}": ("_step", step) for step in (1, 2, CURVE[0], CURVE[0] + 1, 37, 60)}
        places |= {"subset": ("evaluate", 3), "last subset": ("evaluate", FULL_EVALUATION - 1)}
        places |= {"full evaluation": ("evaluate", FULL_EVALUATION)}
        for place, (name, call) in places.items():
            with self.subTest(place):
                self.metrics = {}
                self.assertEqual(self.start(change=at(train, name, call, signal.SIGTERM)), 75, self.error)
                self.assertFalse((self.folder / "result.json").exists())
                self.assertEqual([path.name for path in self.file.parent.iterdir()], ["run.ckpt"])
                self.assertEqual(self.start(), 0, self.error)
                self.assertIn("goes on after step", self.error)
                self.expect(whole)
                (self.folder / "result.json").unlink()

    def test_stops_without_end(self) -> None:
        whole = self.whole()
        codes = []
        while codes[-1:] in ([], [75]) and len(codes) < 20:
            codes.append(self.start(change=at(train, "_step", 7, signal.SIGTERM)))
        self.assertEqual(codes, [75] * 8 + [0], self.error)
        self.expect(whole)

    def test_a_killed_run_goes_on_from_the_last_checkpoint(self) -> None:
        whole = self.whole()
        every = ("--checkpoint-every", "10")
        # What was kept when it was killed: nothing yet, a checkpoint with the next one half-way, one of the very end.
        places = {
            "before the first": (train, "_step", 9, None), "between two": (train, "_step", 36, 30),
            "while it is written": (os, "fsync", 3, 20), "while it is put in place": (os, "replace", 3, 20),
            "full evaluation": (train, "evaluate", FULL_EVALUATION, 60), "result": (train, "_write", 1, 60),
        }
        for place, (module, name, call, step) in places.items():
            with self.subTest(place):
                self.metrics = {}
                self.assertEqual(self.start(*every, change=at(module, name, call, signal.SIGKILL)), -signal.SIGKILL)
                self.assertEqual(self.start(*every), 0, self.error)
                self.assertEqual(self.error, f"train.py: goes on after step {step} of 60\n" if step else "")
                self.expect(whole)

    def test_a_run_that_diverged_does_not_go_on(self) -> None:
        def diverge() -> None:
            original = train._step

            def step(model: torch.nn.Module, *given: object) -> float:
                if given[-1] == SETTINGS.lr_at(8):
                    model.norm.gain.data.fill_(math.nan)
                return original(model, *given)

            train._step = step

        def stop() -> None:
            diverge()
            at(train, "evaluate", len([step for step in CURVE if step < 9]) + 2, signal.SIGTERM)()

        whole = self.whole(change=diverge)
        self.assertEqual((whole[0]["status"], whole[0]["steps"]), ("diverged", 9))
        self.assertEqual(self.start(change=stop), 75, self.error)
        self.assertEqual(self.start(change=diverge), 1, self.error)
        self.expect(whole)

    def test_the_time_of_training_adds_up(self) -> None:
        self.start(change=at(train, "_step", 50, signal.SIGTERM))
        self.alter(lambda numbers, tensors: numbers.update(seconds=numbers["seconds"] + 1000))
        self.assertEqual(self.start(), 0, self.error)
        self.assertGreater(json.loads((self.folder / "result.json").read_text())["seconds"], 1000)

    def test_all_of_the_state_counts(self) -> None:
        """What the other tests would see if something were left out."""
        whole = self.whole()
        changes: dict[str, Callable[[dict, dict], object]] = {
            "nothing": lambda numbers, tensors: None,
            "optimizer": lambda numbers, tensors: tensors["optimizer"].clear(),
            "its steps": lambda numbers, tensors: [one["step"].zero_() for one in tensors["optimizer"].values()],
            "a bit": lambda numbers, tensors: tensors["model"]["norm.gain"].view(torch.int32)[:1].bitwise_xor_(1),
            "curve": lambda numbers, tensors: numbers["curve"].pop(),
            "recent losses": lambda numbers, tensors: numbers["recent"].pop(),
        }
        for name, change in changes.items():
            with self.subTest(name):
                self.metrics = {}
                self.start(change=at(train, "_step", 30, signal.SIGTERM))
                self.alter(change)
                self.assertEqual(self.start(), 0, self.error)
                self.assertEqual((self.result(), self.metrics) == whole, name == "nothing")

    def alter(self, change: Callable[[dict, dict], object]) -> None:
        """Changes what was kept, under a checksum that is right."""
        kept, run = checkpoint.Checkpoint(str(self.file)), train._identity(SETTINGS, small_corpus())
        numbers, tensors = kept.load(run)
        change(numbers, tensors)
        kept.save(run, numbers, tensors)


class RefusalTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.assertEqual(self.start(change=at(train, "_step", 20, signal.SIGTERM)), 75, self.error)
        self.kept = self.file.read_bytes()

    def expect_refusal(self, code: int, *words: str, **named: object) -> None:
        self.assertEqual(self.start(**named), code, self.error)
        for word in ("run.ckpt", *words):
            self.assertIn(word, self.error)
        self.assertEqual(self.error.count("\n"), 1, "one line says it")
        self.assertFalse((self.folder / "result.json").exists())

    def test_a_checkpoint_of_another_run(self) -> None:
        for name, value in {"lr": 0.02, "seed": 1, "width": 24, "tokens": 7680, "eval-windows": 129}.items():
            with self.subTest(name):
                was = FLAGS.get(name, 0)
                self.expect_refusal(64, f"{name.replace('-', '_')} {was}, not {value}", **{name: value})
        with self.subTest("text"):
            self.expect_refusal(64, "train text", text=1)
        self.assertEqual(self.file.read_bytes(), self.kept)
        self.assertEqual(self.start(), 0, "its own run still goes on from it")

    def test_a_damaged_checkpoint(self) -> None:
        middle = len(self.kept) // 2
        flipped = self.kept[:middle] + bytes([self.kept[middle] ^ 1]) + self.kept[middle + 1 :]
        shortened = [self.kept[:length] for length in (0, 40, middle, -1)]
        for data in [*shortened, flipped, self.kept + b"\0", b"no checkpoint\n"]:
            with self.subTest(length=len(data)):
                self.file.write_bytes(data)
                self.expect_refusal(65, "damaged", "delete it")
                self.assertEqual(self.file.read_bytes(), data)

    def test_a_folder_in_its_place(self) -> None:
        self.file.unlink()
        self.file.mkdir()
        self.expect_refusal(65, "cannot be read")


class CommandLineTests(Case):
    def test_without_a_checkpoint_the_signal_ends_the_program(self) -> None:
        self.assertEqual(self.start(keep=False, change=at(train, "_step", 20, signal.SIGTERM)), -signal.SIGTERM)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["err"])

    def test_nothing_is_kept_of_a_run_that_is_not_stopped(self) -> None:
        with mock.patch.object(checkpoint.Checkpoint, "save", side_effect=AssertionError):
            self.assertEqual(self.start(), 0, self.error)

    def test_bad_arguments(self) -> None:
        self.assertEqual(self.start("--checkpoint-every", "0"), 64)
        self.assertIn("at least 1", self.error)
        self.assertEqual(self.start("--checkpoint-every", "5", keep=False), 64)
        self.assertIn("needs --checkpoint", self.error)

    def test_a_place_that_cannot_be_written_is_told_before_training(self) -> None:
        self.file.parent.write_text("no folder")
        self.assertEqual(self.start(change=at(train, "_step", 1, signal.SIGKILL)), 73, self.error)

    def test_names_of_metrics(self) -> None:
        self.assertEqual(self.start(keep=False), 0, self.error)
        names = {step: {name for one, name in self.metrics if one == step} for step, _ in self.metrics}
        along = {"step", "tokens", "train_loss", "learning_rate", "subset_loss"}
        self.assertEqual(names, {**{step: along for step in CURVE}, 60: along | {"loss"}})
        result = self.result()
        self.assertEqual(self.metrics[60, "loss"], result["loss"])
        self.assertEqual(self.metrics[60, "subset_loss"], result["loss_curve_set"])
        curve = [[step * SETTINGS.batch_tokens, self.metrics[step, "subset_loss"]] for step in CURVE]
        self.assertEqual(curve, result["curve"])
        self.assertAlmostEqual(self.metrics[60, "learning_rate"], 0.1 * SETTINGS.lr)


if __name__ == "__main__":
    unittest.main()
