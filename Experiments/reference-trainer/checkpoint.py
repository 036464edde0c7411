"""A run's state in a file, from which the run resumes as if it had never been stopped."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
from pathlib import Path
from typing import Optional

import torch

#: A file's first line is this and the SHA-256 of the rest: a line of JSON, and the tensors as saved by PyTorch.
FORMAT = "windtunnel.checkpoint/1"


class CheckpointError(Exception):
    """The file cannot be read or is not a complete checkpoint; the message says what to do."""


class Interrupted(Exception):
    """The run was stopped by a signal, and its state is saved."""


class Checkpoint:
    """Saves the state of one run to a file, at an interval of steps or only when a signal stops the run."""

    def __init__(self, path: str, every: Optional[int] = None) -> None:
        if every is not None and every < 1:
            raise ValueError(f"checkpoint-every must be at least 1, not {every}")
        self._path, self._every = Path(path), every
        self._partial = self._path.with_name(self._path.name + ".partial")
        self.is_told_to_stop = False
        # Fails now if nothing can be written here, and not when work would be lost.
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._partial.touch()
        self._partial.unlink()

    def stop_on(self, number: signal.Signals) -> None:
        """Makes a signal request a stop instead of ending the program. The run checks for it when its state is consistent."""

        def note(*_: object) -> None:
            self.is_told_to_stop = True

        signal.signal(number, note)

    def is_due(self, step: int) -> bool:
        return self._every is not None and step % self._every == 0

    def load(self, run: dict) -> Optional[tuple[dict, dict]]:
        """The saved numbers and tensors; none if there is no file. Another run's are rejected (ValueError)."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(f"{self._path}: cannot be read: {error.strerror}") from error
        first, _, body = data.partition(b"\n")
        # PyTorch does not verify its input: a flipped bit would be a weight like any other.
        if first != _first_line(body):
            raise CheckpointError(f"{self._path}: is damaged or no checkpoint; delete it to train from the start")
        line, _, tensors = body.partition(b"\n")
        kept = json.loads(line)
        names = [name for name in {**run, **kept["run"]} if run.get(name) != kept["run"].get(name)]
        if names:
            other = ", ".join(f"{name} {kept['run'].get(name)}, not {run.get(name)}" for name in names)
            raise ValueError(f"{self._path}: is of another run ({other}); give this one a file of its own")
        # Without weights_only a file could run its own code; with it only tensors are allowed.
        return kept["numbers"], torch.load(io.BytesIO(tensors), map_location="cpu", weights_only=True)

    def save(self, run: dict, numbers: dict, tensors: dict) -> None:
        """Replaces the previous state, which stays intact until this one is on disk.

        `run` says whose it is; it and `numbers` hold what JSON can, which keeps every bit of a float.
        """
        body = io.BytesIO()
        body.write(json.dumps({"run": run, "numbers": numbers}).encode() + b"\n")
        torch.save(tensors, body)
        with open(self._partial, "wb") as file:
            file.write(_first_line(body.getbuffer()) + b"\n")
            file.write(body.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        os.replace(self._partial, self._path)

    def remove(self) -> None:
        """Removes the file, and any partial file of a killed save."""
        self._path.unlink(missing_ok=True)
        self._partial.unlink(missing_ok=True)


def _first_line(body: bytes | memoryview) -> bytes:
    return f"{FORMAT} {hashlib.sha256(body).hexdigest()}".encode()
