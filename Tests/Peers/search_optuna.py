#!/usr/bin/env python3
"""Time Optuna's ask and tell on ten mixed parameters: the peer that `make bench` runs beside Windtunnel's searches.

The space and the loss are those of the benchmark. Prints, as JSON, the microseconds that a trial takes and the least loss.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings

import optuna

SAMPLERS = {
    "random": lambda: optuna.samplers.RandomSampler(seed=0),
    "tpe": lambda: optuna.samplers.TPESampler(seed=0),
}


def loss(trial: optuna.trial.Trial) -> float:
    rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    decay = trial.suggest_float("weight_decay", 1e-6, 1e-1, log=True)
    units = [
        math.log(rate / 1e-5) / math.log(1e4),
        math.log(decay / 1e-6) / math.log(1e5),
        trial.suggest_float("momentum", 0, 0.99) / 0.99,
        trial.suggest_float("dropout", 0, 0.5, step=0.05) / 0.5,
        (trial.suggest_int("width", 16, 1024, log=True) - 16) / 1008,
        (trial.suggest_int("layers", 1, 12) - 1) / 11,
        math.log2(trial.suggest_categorical("batch", [8, 16, 32, 64, 128]) / 8) / 4,
    ]
    wrong = [
        trial.suggest_categorical("activation", ["relu", "gelu", "silu", "tanh"]) != "gelu",
        trial.suggest_categorical("optimizer", ["adam", "sgd", "lion"]) != "sgd",
        trial.suggest_categorical("norm", [False, True]) is not True,
    ]
    return sum(10 * (unit - 0.7) ** 2 for unit in units) + 0.5 * sum(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sampler", choices=SAMPLERS)
    parser.add_argument("--trials", type=int, default=1000)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=SAMPLERS[arguments.sampler]())
    start = time.perf_counter()
    for _ in range(arguments.trials):
        trial = study.ask()
        study.tell(trial, loss(trial))
    seconds = time.perf_counter() - start
    print(json.dumps({"micros": seconds / arguments.trials * 1e6, "best": study.best_value}))


if __name__ == "__main__":
    main()
