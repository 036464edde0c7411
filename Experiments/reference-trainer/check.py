#!/usr/bin/env python3
"""Checks the tables of a sweep and shows each budget's profile.

    python3 check.py                               the tables agree with the definition and with themselves
    python3 check.py --rerun c5.00e10-n10k-s0      makes a run again and compares its loss, to the last bit
"""

from __future__ import annotations

import cpu  # first: it sets what torch reads while it is loaded

import argparse
import math
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from corpus import REPOSITORY, load
from definition import Run, read
from metrics import Metrics
from records import CURVE_COLUMNS, RUN_COLUMNS, Table
from train import train


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="check.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--definition", type=Path, default=REPOSITORY / "Experiments" / "pilot.yaml")
    parser.add_argument("--tables", type=Path, default=REPOSITORY / "Fits" / "pilot")
    parser.add_argument("--rerun", metavar="RUN", help="make this run again and compare")
    given = parser.parse_args()
    runs = {run.name: run for run in read(given.definition)}
    rows = {}
    faults = []
    for output in sorted({run.output for run in runs.values()}):
        for row in Table(given.tables / output, RUN_COLUMNS).rows():
            rows[row["run"]] = row
            faults += [f"{output}: {fault}" for fault in _faults(row, runs.get(row["run"]))]
    faults += [f"{name} is not made yet" for name in runs if name not in rows]
    faults += _curve_faults(given.tables, runs, rows)
    _profiles([rows[name] for name, run in runs.items() if run.curves and name in rows])
    if given.rerun:
        faults += _rerun(runs, rows, given.rerun)
    for fault in faults:
        print(f"check.py: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _faults(row: dict[str, str], run: Run | None) -> list[str]:
    name = row["run"]
    if run is None:
        return [f"{name} is not in the definition"]
    settings, faults = run.settings, []
    expected = {
        "params": settings.shape.params,
        "params_non_embedding": settings.shape.params_non_embedding,
        "flops": 6 * int(row["params"]) * int(row["tokens"]),
        "learning_rate": settings.lr,
        "budget": run.budget,
        "seed": settings.seed,
    }
    if row["status"] == "completed":
        expected |= {"steps": settings.steps, "tokens": settings.steps * settings.batch_tokens}
        if not 0 < float(row["loss"] or "nan") < math.log(256):
            faults.append(f"{name}: loss {row['loss']!r} is no loss")
    faults += [f"{name}: {key} is {row[key]}, not {want}" for key, want in expected.items() if float(row[key]) != want]
    return faults


def _curve_faults(folder: Path, runs: dict[str, Run], rows: dict) -> list[str]:
    """Every completed run's curve ends with the run's own loss."""
    faults = []
    for curves in sorted({run.curves for run in runs.values() if run.curves}):
        last = {point["run"]: point for point in Table(folder / curves, CURVE_COLUMNS).rows()}
        for name, row in rows.items():
            if runs[name].curves == curves and row["status"] == "completed":
                if (last.get(name, {}).get("tokens"), last.get(name, {}).get("loss")) != (row["tokens"], row["loss"]):
                    faults.append(f"{curves}: the curve of {name} does not end with its loss")
        faults += [f"{curves}: {name} has no row of its own" for name in last if name not in rows]
    return faults


def _profiles(rows: list[dict[str, str]]) -> None:
    """Prints loss by size for each budget, and the spread between seeds."""
    budgets: dict[float, list[dict]] = defaultdict(list)
    seeds: dict[tuple[float, int], list[float]] = defaultdict(list)
    for row in rows:
        if row["status"] != "completed":
            continue
        seeds[float(row["budget"]), int(row["params"])].append(float(row["loss"]))
        if row["seed"] == "0":
            budgets[float(row["budget"])].append(row)
    print(f"{len(rows)} runs, {sum(float(row['seconds']) for row in rows) / 60:.1f} minutes of training")
    for budget, profile in sorted(budgets.items()):
        best = min(profile, key=lambda row: float(row["loss"]))
        print(f"budget {budget:.2e} FLOP: lowest loss {float(best['loss']):.4f} at {int(best['params']):,} params")
        for row in sorted(profile, key=lambda row: int(row["params"])):
            print(f"    {int(row['params']):>9,} params {int(row['tokens']):>11,} tokens  {float(row['loss']):.4f}")
    for (budget, params), losses in sorted(seeds.items()):
        if len(losses) > 1:
            print(f"{len(losses)} seeds at {budget:.2e} FLOP, {params:,} params: "
                  f"mean {statistics.mean(losses):.4f}, standard deviation {statistics.stdev(losses):.4f}")


def _rerun(runs: dict[str, Run], rows: dict, name: str) -> list[str]:
    if name not in runs or name not in rows:
        return [f"{name} is not a recorded run of the definition"]
    loss = train(runs[name].settings, load(), Metrics()).loss
    print(f"{name}: recorded {rows[name]['loss']}, again {loss}")
    return [] if loss is not None and repr(loss) == rows[name]["loss"] else [f"{name} did not come out the same"]


if __name__ == "__main__":
    sys.exit(main())
