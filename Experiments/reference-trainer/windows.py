"""Windows of tokens: a training stream that never repeats, and the fixed held-out sets."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from corpus import Corpus


class TrainingStream:
    """The non-overlapping windows of the training text in an order drawn from the seed, each seen at most once."""

    def __init__(self, corpus: Corpus, length: int, batch: int, seed: int) -> None:
        self._text, self._length, self._batch = corpus.train, length, batch
        self._order = np.random.Generator(np.random.PCG64(seed)).permutation(corpus.train_windows(length))

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets [batch, length] of the zero-based step."""
        chosen = self._order[step * self._batch : (step + 1) * self._batch]
        return _cut(self._text, chosen, self._length)


class HeldOut:
    """`count` windows spread evenly over the held-out text: the same for every run and every seed."""

    def __init__(self, corpus: Corpus, length: int, count: int) -> None:
        available = (len(corpus.held_out) - 1) // length
        if not 1 <= count <= available:
            raise ValueError(f"evaluation windows must lie between 1 and {available}, not {count}")
        chosen = np.linspace(0, available - 1, count).round().astype(np.int64)
        self.inputs, self.targets = _cut(corpus.held_out, chosen, length)


def _cut(text: np.ndarray, windows: np.ndarray, length: int) -> tuple[Tensor, Tensor]:
    # One byte more than the window: the last input's target is the next window's first byte.
    rows = text[windows[:, None] * length + np.arange(length + 1)]
    tokens = torch.from_numpy(rows.astype(np.int64))
    return tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous()
