#!/usr/bin/env python3
"""The text corpus: documentation sources from two Debian packages, as bytes.

Every byte is a token (vocabulary 256). Documents are split into training and
held-out text by a hash of their name, so the split never depends on the order
in which a file system lists them.

    python3 corpus.py            prepare the corpus (or check it) and describe it
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / ".cache" / "reference-trainer"

#: Share of documents (not of bytes) that is held out, in thousandths.
HELD_OUT_PER_MILLE = 30


@dataclass(frozen=True)
class Source:
    """One Debian package, the folder of its text, and the files that count as English text."""

    package: str
    folder: Path
    suffixes: tuple[str, ...]
    skip: tuple[str, ...] = ()


SOURCES = (
    # Translations are not English; device-tree bindings are mostly YAML schemas, but their .txt files are prose.
    # ABI descriptions have no suffix at all.
    Source("linux-doc-6.1", Path("/usr/share/doc/linux-doc-6.1/Documentation"), (".rst", ".txt", ""), ("translations",)),
    Source("python3.11-doc", Path("/usr/share/doc/python3.11/html/_sources"), (".txt",)),
)


class CorpusError(Exception):
    """The corpus cannot be prepared; the message says what to do."""


@dataclass(frozen=True)
class Corpus:
    """Training and held-out bytes, and their source."""

    train: np.ndarray
    held_out: np.ndarray
    provenance: dict

    def train_windows(self, length: int) -> int:
        """The number of non-overlapping windows of `length` tokens (plus the one to be predicted) in the training text."""
        return (len(self.train) - 1) // length


def load() -> Corpus:
    """The corpus from the cache, prepared from the installed packages if it does not exist yet."""
    about = CACHE / "corpus.json"
    if not about.exists():
        _prepare()
    provenance = json.loads(about.read_text())
    parts = {}
    for part in ("train", "held_out"):
        data = np.fromfile(CACHE / f"{part}.bin", dtype=np.uint8)
        if hashlib.sha256(data).hexdigest() != provenance[part]["sha256"]:
            raise CorpusError(f"{part}.bin in {CACHE} is damaged; delete that folder and start again")
        parts[part] = data
    return Corpus(parts["train"], parts["held_out"], provenance)


def _prepare() -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    # The cache ignores itself, whatever the repository's own ignore file says.
    (CACHE / ".gitignore").write_text("*\n")
    parts: dict[str, list[tuple[str, bytes]]] = {"train": [], "held_out": []}
    seen: set[bytes] = set()
    provenance: dict = {"packages": {}}
    for source in SOURCES:
        provenance["packages"][source.package] = _package_version(source)
        for name, text in _documents(source):
            digest = hashlib.sha256(text).digest()
            if digest in seen:  # the same text under two names could fall on both sides of the split
                continue
            seen.add(digest)
            bucket = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % 1000
            parts["held_out" if bucket < HELD_OUT_PER_MILLE else "train"].append((name, text))
    for part, documents in parts.items():
        documents.sort()
        data = b"\n".join(text for _, text in documents)
        (CACHE / f"{part}.bin").write_bytes(data)
        provenance[part] = {
            "documents": len(documents),
            "tokens": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    # Written last: its presence means that the rest is complete.
    partial = CACHE / "corpus.json.partial"
    partial.write_text(json.dumps(provenance, indent=2) + "\n")
    os.replace(partial, CACHE / "corpus.json")


def _documents(source: Source):
    """Pairs of (package-relative name, bytes) of a package's text files, compressed or not."""
    for path in sorted(source.folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        relative = path.relative_to(source.folder)
        plain = relative.with_suffix("") if relative.suffix == ".gz" else relative
        if plain.suffix not in source.suffixes or relative.parts[0] in source.skip:
            continue
        # Debian compresses files by size, so the name is taken without .gz: the split then survives repackaging.
        raw = gzip.decompress(path.read_bytes()) if relative.suffix == ".gz" else path.read_bytes()
        if b"\0" not in raw:
            yield f"{source.package}/{plain}", raw


def _package_version(source: Source) -> str:
    found = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", source.package], capture_output=True, text=True, check=False
    )
    if found.returncode != 0 or not found.stdout or not source.folder.is_dir():
        raise CorpusError(
            f"the corpus needs the Debian package {source.package}: "
            f"apt-get install --no-install-recommends {source.package}"
        )
    return found.stdout


if __name__ == "__main__":
    try:
        print(json.dumps(load().provenance, indent=2))
    except CorpusError as error:
        sys.exit(f"corpus.py: {error}")
