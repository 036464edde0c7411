"""One core, with fast kernels and reproducible arithmetic.

Import this before `torch`: OpenBLAS picks its kernels when it is loaded.
"""

from __future__ import annotations

import os
from pathlib import Path


def _flags() -> set[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return next((set(line.split(":", 1)[1].split()) for line in lines if line.startswith("flags")), set())


def _kernels() -> str | None:
    """OpenBLAS falls back to its oldest kernels on an unknown processor (four times slower)."""
    flags = _flags()
    if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags:
        return "SKYLAKEX"
    return "HASWELL" if {"avx2", "fma"} <= flags else None


def name() -> str:
    """The processor's own name, for provenance."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
if (_choice := _kernels()) is not None:
    os.environ.setdefault("OPENBLAS_CORETYPE", _choice)
