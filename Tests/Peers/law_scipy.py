#!/usr/bin/env python3
"""Fit any law of one formula with scipy from many starts and time it: the peer that `make bench` runs beside Windtunnel.

Reads from standard input, as JSON: the formula, its parameters (name, start range, whether it is positive), the
objective and its residuals, the tables to fit (columns and what is observed), and how many starts each is given. Every
start is descended by L-BFGS-B with scipy's own finite differences, positive parameters by their logarithms, as the
programs published with these laws do it. No more than `--seconds` are spent: the full time is then extrapolated from
the starts that were run, and the JSON says so.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import re
import sys
import time

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from scipy.stats import qmc

Vector = NDArray[np.float64]

FUNCTIONS = {
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "expm1": np.expm1,
    "log1p": np.log1p,
    "min": np.minimum,
    "max": np.maximum,
    "logsumexp": lambda *terms: logsumexp(np.stack(np.broadcast_arrays(*terms)), axis=0),
}


def python(formula: str) -> str:
    """The formula as Python reads it: powers, and numbers such as 1M."""
    scales = {"K": "e3", "M": "e6", "B": "e9", "T": "e12"}
    text = re.sub(r"\b(\d+(?:\.\d+)?)([KMBT])\b", lambda match: match[1] + scales[match[2]], formula)
    return text.replace("^", "**")


def charge(residuals: Vector, kind: str, scale: float) -> float:
    size = np.abs(residuals)
    if kind == "l2":
        return float(residuals @ residuals / 2)
    if kind == "huber":
        inner = np.minimum(size, scale)
        return float(inner @ (size - inner / 2))
    raise ValueError(f"the objective '{kind}' is not known here")


def starts(parameters: list[dict], count: int) -> Vector:
    """Points spread over the start ranges, in the coordinates that are searched."""
    sampler = qmc.Sobol(len(parameters), scramble=True, seed=0)
    points = sampler.random(1 << (count - 1).bit_length())[:count]
    low = np.array([edge(p, p["low"]) for p in parameters])
    high = np.array([edge(p, p["high"]) for p in parameters])
    return low + (high - low) * points


def edge(parameter: dict, value: float) -> float:
    return float(np.log(value)) if parameter["positive"] else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="how long to go on at most (default 10)")
    limit = parser.parse_args().seconds
    problem = json.load(sys.stdin)
    parameters = problem["parameters"]
    positive = np.array([p["positive"] for p in parameters])
    names = [p["name"] for p in parameters]
    code = compile(python(problem["formula"]), "formula", "eval")
    logarithmic = problem["residual"] == "log"
    np.seterr(all="ignore")

    def objective(point: Vector, columns: dict[str, Vector], observed: Vector) -> float:
        values = np.where(positive, np.exp(np.minimum(point, 700)), point)
        scope = FUNCTIONS | columns | dict(zip(names, values))
        prediction = eval(code, {"__builtins__": {}}, scope) + np.zeros(len(observed))
        residuals = np.log(prediction) - observed if logarithmic else prediction - observed
        value = charge(residuals, problem["kind"], problem["scale"])
        return value if np.isfinite(value) else 1e30

    tables = []
    for table in problem["tables"]:
        columns = {name: np.array(values) for name, values in table["columns"].items()}
        observed = np.array(table["observed"])
        tables.append((columns, np.log(observed) if logarithmic else observed))
    best = [np.inf] * len(tables)
    points = starts(parameters, problem["starts"])
    full, done = len(points) * len(tables), 0
    began = time.perf_counter()
    # A start of every table in turn, so that a cut-off search has seen them alike.
    for point in points:
        for index, (columns, observed) in enumerate(tables):
            if done and time.perf_counter() - began > limit:
                continue
            # Values of the loss are tiny where delta is: scipy's tolerances are relative to 1.
            scale = objective(point, columns, observed)
            found = minimize(
                lambda x: objective(x, columns, observed) / scale,
                point,
                method="L-BFGS-B",
                options={"maxiter": 10_000, "maxfun": 100_000, "ftol": 1e-12, "gtol": 1e-9},
            )
            best[index] = min(best[index], float(found.fun * scale))
            done += 1
    seconds = time.perf_counter() - began
    stated = "all starts were run" if done == full else f"measured seconds x {full} / {done} starts"
    # A table that no start was left for has no objective to compare.
    total = sum(best) if np.all(np.isfinite(best)) else None
    report = {"extrapolated_full_seconds": seconds * full / done, "extrapolation": stated, "best_objective": total}
    json.dump(report, sys.stdout, allow_nan=False)
    print()


if __name__ == "__main__":
    main()
