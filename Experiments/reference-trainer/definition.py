"""Reads a pilot definition (YAML) into its list of runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

import yaml

from model import Shape
from train import Settings

SCHEMA = "windtunnel.pilot/1"


class DefinitionError(Exception):
    """The definition is invalid; the message says where and why."""


@dataclass(frozen=True)
class Run:
    """One run to be made. `budget` is the nominal training FLOPs, 6 · params · tokens before rounding to steps."""

    name: str
    stage: str
    output: str
    curves: str | None
    budget: float
    settings: Settings


def read(path: Path) -> list[Run]:
    """All runs in the order in which they are to be made."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DefinitionError(f"{path}: {error}") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise DefinitionError(f"{path}: expected a document with 'schema: {SCHEMA}'")
    try:
        runs = [run for stage in document["stages"] for run in _stage(document, stage)]
    except KeyError as error:
        raise DefinitionError(f"{path}: {error.args[0]!r} is missing or not defined") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise DefinitionError(f"{path}: {error}") from error
    twice = {r.name for r in runs if sum(r.name == other.name for other in runs) > 1}
    if twice:
        raise DefinitionError(f"{path}: defined twice: {', '.join(sorted(twice))}")
    return runs


def _stage(document: dict, stage: dict) -> Iterator[Run]:
    for entry in stage["runs"]:
        for size in entry["sizes"]:
            shape = Shape(**document["sizes"][size])
            if "budget" in entry:
                budget = float(entry["budget"])
                tokens = budget / (6 * shape.params)
                start = f"c{budget:.2e}".replace("e+", "e")
            else:
                tokens = float(entry["tokens"])
                budget = 6 * shape.params * tokens
                start = f"d{tokens:.2e}".replace("e+", "e")
            for rate in entry.get("rates") or [_rate(document["learning_rate"], shape.params)]:
                for seed in entry.get("seeds", [0]):
                    name = f"{start}-{size}-s{seed}" + (f"-lr{rate:g}" if "rates" in entry else "")
                    settings = Settings(
                        shape=shape, tokens=round(tokens), lr=float(rate), seed=seed,
                        **{**document["training"], **document["evaluation"], **entry.get("with", {})},
                    )
                    yield Run(name, stage["name"], stage["output"], stage.get("curves"), budget, settings)


def _rate(rule: dict, params: int) -> float:
    rate = float(rule["value"]) * (params / float(rule["at_params"])) ** float(rule["exponent"])
    # Three digits: a rate that a person can read and type.
    return round(rate, 2 - math.floor(math.log10(rate)))
