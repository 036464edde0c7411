#!/usr/bin/env python3
"""Makes the runs of a pilot definition, one after another; a second start continues where the first stopped.

    python3 sweep.py                     all stages of Experiments/pilot.yaml into Fits/pilot
    python3 sweep.py --list              what is done and what is to do
    python3 sweep.py --stage isoflop     one stage
"""

from __future__ import annotations

import cpu  # first: it sets what torch reads while it is loaded

import argparse
import sys
import time
from pathlib import Path

from corpus import CACHE, REPOSITORY, Corpus, CorpusError, load
from definition import DefinitionError, Run, read
from metrics import Metrics
from records import CURVE_COLUMNS, RUN_COLUMNS, Table
from train import Result, train


def main(argv: list[str] | None = None) -> int:
    given = _arguments(argv)
    try:
        runs = read(given.definition)
        if given.stage:
            known = {run.stage for run in runs}
            if given.stage not in known:
                raise DefinitionError(f"no stage {given.stage!r}; there are {', '.join(sorted(known))}")
            runs = [run for run in runs if run.stage == given.stage]
        if given.list:
            done = {row["run"] for run in runs for row in Table(given.output / run.output, RUN_COLUMNS).rows()}
            for run in runs:
                print("done " if run.name in done else "to do", run.stage, run.name, f"lr={run.settings.lr:g}")
            return 0
        done = _finished(given.output, runs)
        corpus = load()
        for number, run in enumerate(runs, 1):
            if run.name not in done:
                _make(run, corpus, given.output, f"{number}/{len(runs)}")
    except KeyboardInterrupt:
        print("sweep.py: stopped; finished runs are recorded, start again to go on", file=sys.stderr)
        return 75
    except (DefinitionError, ValueError) as error:
        print(f"sweep.py: {error}", file=sys.stderr)
        return 65
    except CorpusError as error:
        print(f"sweep.py: {error}", file=sys.stderr)
        return 66
    return 0


def _finished(folder: Path, runs: list[Run]) -> set[str]:
    """Names of recorded runs. Curves are written before their run's row, so a curve without a row is a leftover."""
    done: set[str] = set()
    for output in {run.output for run in runs}:
        table = Table(folder / output, RUN_COLUMNS)
        table.repair()
        recorded = {row["run"] for row in table.rows()}
        for curves in {run.curves for run in runs if run.output == output and run.curves}:
            table = Table(folder / curves, CURVE_COLUMNS)
            table.repair()
            table.keep_only(recorded)
        done |= recorded
    return done


def _make(run: Run, corpus: Corpus, folder: Path, place: str) -> None:
    """Trains one run and records it, even if it diverged (then with an empty loss)."""
    settings = run.settings
    print(f"{time.strftime('%H:%M:%S')} {place} {run.name} lr={settings.lr:g} steps={settings.steps}",
          file=sys.stderr, flush=True)
    metrics_path = CACHE / "metrics" / f"{run.name}.jsonl"
    metrics_path.parent.mkdir(parents=True, exist_ok=True)
    metrics = Metrics(str(metrics_path))
    result = train(settings, corpus, metrics)
    metrics.close()
    if run.curves:
        Table(folder / run.curves, CURVE_COLUMNS).append(_curve_rows(run, result))
    Table(folder / run.output, RUN_COLUMNS).append([_row(run, result)])
    print(f"         {result.status} loss={result.loss} seconds={result.seconds:.0f}", file=sys.stderr, flush=True)


def _row(run: Run, result: Result) -> dict:
    settings, shape = run.settings, run.settings.shape
    return {
        "run": run.name,
        "params": result.params,
        "params_non_embedding": result.params_non_embedding,
        "tokens": result.tokens,
        "flops": result.flops,
        "loss": result.loss,
        "layers": shape.layers,
        "width": shape.width,
        "heads": shape.heads,
        "learning_rate": settings.lr,
        "batch_tokens": settings.batch_tokens,
        "steps": result.steps,
        "budget": run.budget,
        "seed": settings.seed,
        "seconds": round(result.seconds, 3),
        "status": result.status,
        "loss_curve_set": result.loss_curve_set,
    }


def _curve_rows(run: Run, result: Result) -> list[dict]:
    small = run.settings.curve_windows * run.settings.length
    full = run.settings.eval_windows * run.settings.length
    points = [(tokens, loss, small) for tokens, loss in result.curve]
    if result.loss is not None:
        points.append((result.tokens, result.loss, full))
    return [
        {
            "run": run.name,
            "params": result.params,
            "tokens": tokens,
            "flops": 6 * result.params * tokens,
            "loss": loss,
            "eval_tokens": count,
        }
        for tokens, loss, count in points
    ]


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="sweep.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--definition", type=Path, default=REPOSITORY / "Experiments" / "pilot.yaml")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "Fits" / "pilot", help="folder of the tables")
    parser.add_argument("--stage", help="only this stage")
    parser.add_argument("--list", action="store_true", help="say what is done and what is to do, and stop")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
