"""The metrics protocol: one JSON object per line, to the file named by WINDTUNNEL_METRICS."""

from __future__ import annotations

import json
import math
import os
import time
from typing import Optional


class Metrics:
    """Appends measurements to a file as they happen; does nothing when there is no file.

    A name says what was measured, so that readers may merge the lines of a step: `train_loss` (mean over the steps
    since the last such line), `subset_loss` (on a fixed small part of the held-out text) and `loss` (the full
    evaluation), all in nats per token. `time` is in seconds since this start of the program.
    A value that is not finite is written as null, because JSON has no other word for it.
    """

    def __init__(self, path: Optional[str] = None) -> None:
        path = path or os.environ.get("WINDTUNNEL_METRICS")
        self._file = open(path, "w", encoding="utf-8") if path else None
        self._start = time.monotonic()

    def write(self, step: int, tokens: int, **values: float) -> None:
        if self._file is None:
            return
        line = {"step": step, "tokens": tokens}
        line |= {name: value if math.isfinite(value) else None for name, value in values.items()}
        line["time"] = round(time.monotonic() - self._start, 3)
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()  # whoever follows the file sees a measurement when it is made

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
