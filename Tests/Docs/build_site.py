#!/usr/bin/env python3
"""Build the reference of the libraries with DocC, and stop at any fault of it.

Takes the modules of a debug build (`swift build`), and writes one site for all libraries. A fault is a link that leads nowhere, or
a parameter that there is not. Public symbols without documentation are counted and listed.

Example:
    python3 Tests/Docs/build_site.py .build/docs
    python3 -m http.server --directory .build/docs     # then open /documentation
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build/debug"
LIBRARIES = [
    "ScalingLaws", "Planning", "Search", "Launch", "Workflows", "SearchConformance", "LaunchConformance",
    "Formulas", "Tables", "Fitting", "TrainingCost", "Studies", "RunStore",
]
# A parameter whose name says all has no documentation of its own.
HARMLESS = re.compile(r"warning: Parameter '\w+' is missing documentation")
SYNTHESIZED = {"defaultImplementationOf", "requirementOf", "optionalRequirementOf"}


def symbols(library: str, folder: Path) -> None:
    """Writes the public symbols of a module."""
    maps = [path for place in ("Sources", ".build/checkouts") for path in (ROOT / place).rglob("module.modulemap")]
    maps += (BUILD / "CVectorMath.build").glob("module.modulemap")
    run([
        "swift", "symbolgraph-extract", "-module-name", library, "-target", target(), "-I", str(BUILD / "Modules"),
        *(word for path in maps for word in ("-Xcc", f"-fmodule-map-file={path}")), "-minimum-access-level", "public",
        "-skip-synthesized-members", "-omit-extension-block-symbols", "-output-dir", str(folder),
    ])


def target() -> str:
    return json.loads(run(["swift", "-print-target-info"]))["target"]["unversionedTriple"]


def undocumented(library: str, folder: Path) -> list[str]:
    """The public symbols without documentation, with their places; what conforms to a protocol has that of the protocol."""
    found = []
    for path in folder.glob("*.symbols.json"):
        graph = json.loads(path.read_text(encoding="utf-8"))
        conforming = {
            edge["source"] for edge in graph["relationships"] if "sourceOrigin" in edge or edge["kind"] in SYNTHESIZED}
        for symbol in graph["symbols"]:
            if "docComment" in symbol or "location" not in symbol or symbol["identifier"]["precise"] in conforming:
                continue
            file = symbol["location"]["uri"].removeprefix("file://").removeprefix(f"{ROOT}/")
            line = symbol["location"]["position"]["line"] + 1
            found.append(f"{file}:{line}: {'.'.join(symbol['pathComponents'])} has no documentation")
    return sorted(found)


def convert(library: str, folder: Path, archive: Path) -> list[str]:
    """Writes the archive of a library; its faults."""
    catalog = ROOT / f"Sources/{library}/{library}.docc"
    done = subprocess.run(
        ["docc", "convert", *([str(catalog)] if catalog.is_dir() else []), "--additional-symbol-graph-dir", str(folder),
         "--fallback-display-name", library, "--fallback-bundle-identifier", f"windtunnel.{library}",
         "--fallback-default-module-kind", "Library", "--output-path", str(archive), "--ide-console-output"],
        capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).replace(f"{ROOT}/", "").splitlines()
    faults = [line for line in lines if re.search(r"\b(warning|error): ", line) and not HARMLESS.search(line)]
    return faults or ([] if done.returncode == 0 else [f"{library}: docc ended with {done.returncode}", *lines])


def run(words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words[:4])} failed:\n{done.stderr}")
    return done.stdout


def build(library: str, work: Path) -> tuple[list[str], list[str]]:
    """Writes the archive of a library; its faults, and its public symbols without documentation."""
    folder = work / library
    folder.mkdir(parents=True)
    symbols(library, folder)
    return convert(library, folder, work / f"{library}.doccarchive"), undocumented(library, folder)


def main() -> int:
    if len(sys.argv) != 2:
        sys.exit("usage: build_site.py FOLDER")
    site = Path(sys.argv[1])
    work = site.with_name(f"{site.name}-parts")
    for folder in (site, work):
        shutil.rmtree(folder, ignore_errors=True)
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda library: build(library, work), LIBRARIES))
    faults = [fault for found, _ in parts for fault in found]
    bare = [symbol for _, found in parts for symbol in found]
    (work / "undocumented.txt").write_text("".join(f"{line}\n" for line in bare), encoding="utf-8")
    print("\n".join([*faults, f"{len(LIBRARIES)} libraries, {len(faults)} faults; {len(bare)} public symbols without "
                     f"documentation, in {work}/undocumented.txt"]))
    if faults:
        return 1
    run(["docc", "merge", *(str(work / f"{library}.doccarchive") for library in LIBRARIES),
         "--synthesized-landing-page-name", "Windtunnel", "--output-path", str(site)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
