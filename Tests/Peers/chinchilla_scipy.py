#!/usr/bin/env python3
"""Fit L(N, D) = E + A / N^alpha + B / D^beta with scipy and time it: the peer that `make bench` runs beside Windtunnel.

The objective is the sum over runs of Huber(delta) of log(predicted loss) - log(loss), the prediction being the
log-sum-exp of (a - alpha ln N, b - beta ln D, e) with A = exp(a), B = exp(b), E = exp(e).

Two ways of work:
  published  BFGS with finite-difference gradients, as published fits do it
  analytic   L-BFGS-B with the gradient written out
and two kinds of it:
  grid       every start of Hoffmann et al. (2022): 4,500 of them
  bootstrap  resample the runs with replacement and refit each resample from the optimum of all runs

A full published grid takes a minute or more. `--sample K` runs K starts (or resamples) only, one drawn at random from
each of K equal strips of the full list, and the JSON then says from what the full time was extrapolated. Only the
refits are timed: neither reading the table nor finding the start of the bootstrap counts.

L-BFGS-B stops at scipy's own tolerance on the grid, where the best of many starts is near enough, and at a tight one
in the bootstrap, where scipy's own leaves most resamples where they began and the deviations many times too small.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import csv
import itertools
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Runs:
    """Columns of a run table, in logarithms."""

    log_params: Vector
    log_tokens: Vector
    log_loss: Vector

    @staticmethod
    def read(path: Path, drop_highest_loss: int) -> Runs:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        rows.sort(key=lambda row: float(row["loss"]))
        kept = rows[: len(rows) - drop_highest_loss]

        def column(name: str) -> Vector:
            return np.log(np.array([float(row[name]) for row in kept]))

        return Runs(column("params"), column("tokens"), column("loss"))

    def rows(self, indices: NDArray[np.intp]) -> Runs:
        return Runs(self.log_params[indices], self.log_tokens[indices], self.log_loss[indices])

    @property
    def count(self) -> int:
        return len(self.log_loss)


def log_terms(point: Vector, runs: Runs) -> tuple[Vector, Vector, Vector]:
    """The logarithms of A / N^alpha, of B / D^beta and of the whole prediction."""
    a, b, e, alpha, beta = point
    params_term = a - alpha * runs.log_params
    tokens_term = b - beta * runs.log_tokens
    return params_term, tokens_term, np.logaddexp(np.logaddexp(params_term, tokens_term), e)


def huber_sum(residuals: Vector, delta: float) -> float:
    size = np.abs(residuals)
    inner = np.minimum(size, delta)
    return float(inner @ (size - 0.5 * inner))


def objective(point: Vector, runs: Runs, delta: float) -> float:
    return huber_sum(log_terms(point, runs)[2] - runs.log_loss, delta)


def objective_and_gradient(point: Vector, runs: Runs, delta: float) -> tuple[float, Vector]:
    params_term, tokens_term, prediction = log_terms(point, runs)
    residuals = prediction - runs.log_loss
    pull = np.minimum(np.maximum(residuals, -delta), delta)
    by_a = pull * np.exp(params_term - prediction)
    by_b = pull * np.exp(tokens_term - prediction)
    sum_a, sum_b = by_a.sum(), by_b.sum()
    gradient = [sum_a, sum_b, pull.sum() - sum_a - sum_b, -(by_a @ runs.log_params), -(by_b @ runs.log_tokens)]
    return huber_sum(residuals, delta), np.array(gradient)


def fit(start: Vector, runs: Runs, options: argparse.Namespace) -> OptimizeResult:
    if options.way == "published":
        return minimize(objective, start, args=(runs, options.delta), method="BFGS")
    ftol = options.ftol or {"grid": 2.2e-9, "bootstrap": 1e-15}[options.work]
    gtol = 1e-5 if ftol > 1e-12 else 1e-8
    limits = {"ftol": ftol, "gtol": gtol, "maxiter": 10_000, "maxfun": 20_000}
    job = {"args": (runs, options.delta), "method": "L-BFGS-B", "jac": True, "options": limits}
    return minimize(objective_and_gradient, start, **job)


def hoffmann_starts() -> Vector:
    """The 4,500 starts (a, b, e, alpha, beta) of Hoffmann et al. (2022), appendix D.3."""
    exponents = np.arange(0.0, 2.01, 0.5)
    logs = np.arange(0.0, 25.1, 5.0)
    floors = np.arange(-1.0, 1.01, 0.5)
    return np.array(list(itertools.product(logs, logs, floors, exponents, exponents)))


def converged_fit(runs: Runs, delta: float) -> Vector:
    """The best of a few starts, each restarted until it no longer gains: where the bootstrap begins."""

    def descend(point: Vector) -> OptimizeResult:
        job = {"args": (runs, delta), "method": "BFGS", "jac": True, "options": {"gtol": 1e-10}}
        return minimize(objective_and_gradient, point, **job)

    best = min((descend(start) for start in hoffmann_starts()[::150]), key=lambda result: result.fun)
    for _ in range(20):
        again = descend(best.x)
        if again.fun >= best.fun:
            break
        best = again
    return best.x


def sampled(count: int, sample: int | None, generator: np.random.Generator) -> NDArray[np.intp]:
    """One index drawn from each of `sample` equal strips of 0 ..< count, or every index."""
    if sample is None or sample >= count:
        return np.arange(count)
    edges = np.linspace(0, count, sample + 1)
    low = np.ceil(edges[:-1]).astype(np.intp)
    high = np.ceil(edges[1:]).astype(np.intp)
    return generator.integers(low, high)


def named(point: Vector) -> dict[str, float]:
    a, b, e, alpha, beta = (float(value) for value in point)
    return {"E": float(np.exp(e)), "A": float(np.exp(a)), "B": float(np.exp(b)), "alpha": alpha, "beta": beta}


def timed_grid(runs: Runs, options: argparse.Namespace, generator: np.random.Generator) -> dict[str, object]:
    starts = hoffmann_starts()
    full = len(starts)
    count = min(options.starts or full, full)
    starts = starts[sampled(full, count, generator)]
    chosen = sampled(count, options.sample, generator)
    began, began_cpu = time.perf_counter(), time.process_time()
    results = [fit(starts[index], runs, options) for index in chosen]
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    best = min(results, key=lambda result: result.fun)
    at_best = sum(bool(result.fun <= best.fun + 1e-6) for result in results)
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "best_objective": float(best.fun),
        "parameters": named(best.x),
        "starts_done": len(chosen),
        "starts_within_1e-6_of_best": at_best,
        **extrapolation(seconds, len(chosen), count, "starts"),
    }


def timed_bootstrap(runs: Runs, options: argparse.Namespace, generator: np.random.Generator) -> dict[str, object]:
    start = converged_fit(runs, options.delta)
    count = options.resamples
    done = count if options.sample is None else min(options.sample, count)
    draws = [generator.integers(0, runs.count, runs.count) for _ in range(done)]
    began, began_cpu = time.perf_counter(), time.process_time()
    results = [fit(start, runs.rows(draw), options) for draw in draws]
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    table = np.array([list(named(result.x).values()) for result in results])
    names = list(named(start))
    deviations = table.std(axis=0, ddof=1) if done > 1 else np.full(len(names), np.nan)
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "best_objective": objective(start, runs, options.delta),
        "parameters": named(start),
        "standard_deviations": {n: float(d) if np.isfinite(d) else None for n, d in zip(names, deviations)},
        "starts_done": done,
        "resamples_done": done,
        **extrapolation(seconds, done, count, "resamples"),
    }


def extrapolation(seconds: float, done: int, full: int, unit: str) -> dict[str, object]:
    stated = "none: all were run" if done == full else f"measured seconds x {full} / {done} {unit}"
    return {"extrapolated_full_seconds": seconds * full / done, "full_count": full, "extrapolation": stated}


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("expected a whole number of at least 1")
    return value


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, help="CSV with the columns params, tokens and loss")
    parser.add_argument("--drop-highest-loss", type=int, default=0, metavar="N", help="leave out the N highest losses")
    parser.add_argument("--way", choices=["published", "analytic"], default="analytic")
    parser.add_argument("--work", choices=["grid", "bootstrap"], default="grid")
    parser.add_argument("--delta", type=float, default=1e-3, help="threshold of the Huber loss (default 1e-3)")
    parser.add_argument("--ftol", type=float, help="gain at which L-BFGS-B stops (grid 2.2e-9, bootstrap 1e-15)")
    parser.add_argument("--starts", type=positive, metavar="N", help="thin the start grid to N (default: all 4,500)")
    parser.add_argument("--resamples", type=positive, default=4000, metavar="N", help="how many (default 4,000)")
    parser.add_argument("--sample", type=positive, metavar="K", help="run only K of them and extrapolate the time")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    try:
        runs = Runs.read(options.runs, options.drop_highest_loss)
    except (OSError, KeyError, ValueError) as error:
        sys.exit(f"{options.runs}: cannot read the columns params, tokens and loss: {error!r}")
    generator = np.random.default_rng(options.seed)
    work = timed_grid if options.work == "grid" else timed_bootstrap
    report = {
        "way": options.way,
        "work": options.work,
        "runs": runs.count,
        "delta": options.delta,
        "seed": options.seed,
        **work(runs, options, generator),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
    json.dump(report, sys.stdout, indent=2, allow_nan=False)
    print()


if __name__ == "__main__":
    main()
