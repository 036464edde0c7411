"""The tables of a sweep: a row is added when its run is finished, and survives later crashes."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Iterable

RUN_COLUMNS = (
    "run", "params", "params_non_embedding", "tokens", "flops", "loss", "layers", "width", "heads",
    "learning_rate", "batch_tokens", "steps", "budget", "seed", "seconds", "status", "loss_curve_set",
)
CURVE_COLUMNS = ("run", "params", "tokens", "flops", "loss", "eval_tokens")


class Table:
    """An append-only CSV file with a header. A last line truncated by a crash is ignored."""

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self._path, self._columns = path, columns

    def rows(self) -> list[dict[str, str]]:
        """The complete rows; none if there is no file yet."""
        return list(csv.DictReader(io.StringIO(self._whole())))

    def repair(self) -> None:
        """Prepares the file for appending: it exists, has its header and ends with a complete line."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        whole = self._whole()
        if not self._path.exists() or self._path.read_text(encoding="utf-8") != whole:
            self._replace(whole)

    def _whole(self) -> str:
        header = ",".join(self._columns) + "\n"
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        whole = text[: text.rfind("\n") + 1] or header
        if not whole.startswith(header):
            raise ValueError(f"{self._path} has other columns than expected: move it away to start anew")
        return whole

    def append(self, rows: Iterable[dict]) -> None:
        """Adds the rows in one write and waits until they are on disk."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self._columns, lineterminator="\n")
        writer.writerows(rows)
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(text.getvalue())
            file.flush()
            os.fsync(file.fileno())

    def keep_only(self, runs: set[str]) -> None:
        """Drops the rows of runs that are not among `runs`: leftovers of a run that was never recorded."""
        rows = self.rows()
        kept = [row for row in rows if row["run"] in runs]
        if len(kept) < len(rows):
            text = io.StringIO()
            writer = csv.DictWriter(text, self._columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)
            self._replace(text.getvalue())

    def _replace(self, text: str) -> None:
        partial = self._path.with_name(self._path.name + ".partial")
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self._path)
