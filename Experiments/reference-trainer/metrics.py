"""The metrics protocol: one JSON object a line, to the file named by WINDTUNNEL_METRICS."""

from __future__ import annotations

import json
import math
import os
import time
from typing import Optional


class Metrics:
    """Appends measurements to a file as they happen; does nothing when there is no file.

    `loss` is in nats per token, `time` in seconds since the run began. `split` says on what the loss was measured:
    `train` (mean over the steps since the last such line), `held-out-subset` or `held-out` (the full evaluation).
    A loss that is not finite is written as null, because JSON has no other word for it.
    """

    def __init__(self, path: Optional[str] = None) -> None:
        path = path or os.environ.get("WINDTUNNEL_METRICS")
        self._file = open(path, "w", encoding="utf-8") if path else None
        self._start = time.monotonic()

    def write(self, step: int, tokens: int, loss: float, split: str) -> None:
        if self._file is None:
            return
        line = {
            "step": step,
            "tokens": tokens,
            "loss": loss if math.isfinite(loss) else None,
            "time": round(time.monotonic() - self._start, 3),
            "split": split,
        }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()  # whoever follows the file sees a measurement when it is made

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
