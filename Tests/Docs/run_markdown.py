#!/usr/bin/env python3
"""Run the commands in Markdown files and keep their output there, or check that it still holds.

A block fenced as ```console holds commands and what they print:

    $ windtunnel laws | head -3        a command; a trailing \\ continues it on the next line
    law  formula  ...                  all lines up to the next command: standard output and error

Commands run with bash in the root of the checkout, in order; `windtunnel` is .build/release/windtunnel; $OUT is a temporary
folder, a fresh one for each file. The first word of the fence may be followed by
    no-check   run, but do not compare what is printed (times, versions)
    exit=65    every command of the block has to end with this status instead of 0

A block fenced as ```swift has to be a part of a file under Experiments/library/Sources, but for its indentation, so that it
builds.

Numbers may differ by 2 %, or by 2 in the last place printed, or both be below 1e-9; blanks and line breaks may differ, and a
plot's lines may run otherwise. All other text has to be the same. A command that prints nothing has to send its output
elsewhere (`>`, `--output`). Blocks of any other language are left alone.

Example:
    python3 Tests/Docs/run_markdown.py --write README.md Notebooks-text/*.md
    python3 Tests/Docs/run_markdown.py --check README.md Notebooks-text/*.md
    python3 Tests/Docs/run_markdown.py --check Sources/*/*.docc/*.md
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "Experiments/library/Sources"
SECONDS_FOR_A_COMMAND = 600

NUMBER = re.compile(r"[-+−]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
TOKEN = re.compile(rf"(?<![\w.]){NUMBER.pattern}(?:[kKMBT](?!\w))?|\w+|\S")
ELSEWHERE = re.compile(r">|--output|--plot|-o ")  # what a command that prints nothing has
SUFFIXES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
DRAWING = re.compile(r"[\u2500-\u257F\u2800-\u28FF•★]")  # boxes, braille and the marks of plots


@dataclass
class Command:
    text: str
    output: list[str] = field(default_factory=list)
    checked: bool = True
    status: int = 0
    place: str = ""


@dataclass
class Excerpt:
    lines: list[str]
    place: str


Page = list["str | Command | Excerpt"]  # a line, a command with its output, or the lines of a block of Swift


def parse(path: Path) -> Page:
    """The page as lines, commands and excerpts; ends the program with the place of a block that cannot be read."""
    page: Page = []
    fence, command, checked, status, going_on = "", None, True, 0, False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        place = f"{path}:{number}"
        opening = re.fullmatch(r"(`{3,})\s*(\S*)\s*(.*)", line)
        if fence and line.strip() == fence.strip("="):  # the block's end
            if going_on:
                sys.exit(f"{place}: the last command of the block goes on (\\) where the block ends")
            fence, command = "", None
            page.append(line)
        elif not fence and opening:
            ticks, language, words = opening.groups()
            fence = ticks + ("=" if language == "console" else "")  # the mark says that its lines are commands
            if language == "console" and not re.fullmatch(r"(no-check|exit=[0-9]+|\s+)*", words):
                sys.exit(f"{place}: a console block may say no-check or exit=N, not '{words}'")
            checked = "no-check" not in words
            status = int(words.partition("exit=")[2].split()[0]) if "exit=" in words else 0
            page.append(line)
            if language == "swift":
                page.append(Excerpt([], place))
        elif page and isinstance(page[-1], Excerpt):
            page[-1].lines.append(line)
        elif not fence.endswith("="):
            page.append(line)
        elif going_on and command:
            command.text += "\n" + line
            going_on = line.endswith("\\")
        elif line.startswith("$ "):
            command = Command(line[2:], checked=checked, status=status, place=place)
            page.append(command)
            going_on = line.endswith("\\")
        elif command:
            command.output.append(line)
        else:
            sys.exit(f"{place}: a console block has to begin with a command, as in '$ windtunnel laws'")
    if fence:
        sys.exit(f"{path}: a block is not closed at the end of the file")
    return page


def render(page: Page) -> str:
    def lines(part: str | Command | Excerpt) -> list[str]:
        if isinstance(part, Command):
            return [f"$ {part.text}", *part.output]
        return part.lines if isinstance(part, Excerpt) else [part]

    return "\n".join(line for part in page for line in lines(part)) + "\n"


def is_part_of_an_example(excerpt: Excerpt) -> bool:
    """Whether the lines follow each other in a file of the example package, but for their indentation."""
    wanted = [line.strip() for line in excerpt.lines]
    for path in sorted(EXAMPLES.rglob("*.swift")):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        if wanted and any(lines[start:start + len(wanted)] == wanted for start in range(len(lines) - len(wanted) + 1)):
            return True
    return False


def run(command: Command, environment: dict[str, str]) -> tuple[int, list[str]]:
    """The status and the printed lines. A pipeline fails where any part of it does, `head` hanging up aside (141)."""
    script = command.text + '\nfor e in "${PIPESTATUS[@]}"; do [ $e = 0 ] || [ $e = 141 ] || exit $e; done'
    try:
        done = subprocess.run(
            ["bash", "-c", script], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=SECONDS_FOR_A_COMMAND)
    except subprocess.TimeoutExpired:
        return 124, [f"(still running after {SECONDS_FOR_A_COMMAND} s)"]
    text = done.stdout.decode("utf-8", "replace").replace(environment["OUT"], "$OUT").replace(f"{ROOT}/", "")
    return done.returncode, [line.rstrip() for line in text.rstrip("\n").split("\n")] if text.strip() else []


def tokens(lines: list[str]) -> list[str]:
    """The words and numbers of the text in order, then those of drawings, whose rows may move, sorted."""
    def found(drawn: bool) -> list[str]:
        return [token for line in lines if bool(DRAWING.search(line)) == drawn for token in TOKEN.findall(DRAWING.sub(" ", line))]

    return found(False) + sorted(found(True))


def value(token: str) -> tuple[float, float] | None:
    """A number and the worth of one unit in its last place; None for a word."""
    scale = SUFFIXES.get(token[-1], 1.0)
    digits = token[:-1] if token[-1] in SUFFIXES else token
    if not NUMBER.fullmatch(digits):
        return None
    mantissa, _, exponent = digits.replace("−", "-").lower().partition("e")
    scale *= 10.0 ** int(exponent or 0)
    return float(mantissa) * scale, scale * 10.0 ** -len(mantissa.partition(".")[2])


def alike(kept: str, got: str) -> bool:
    """Whether two tokens say the same."""
    if kept == got:
        return True
    a, b = value(kept), value(got)
    if a is None or b is None:
        return False
    near = max(0.02 * max(abs(a[0]), abs(b[0])), 2.0001 * min(a[1], b[1]), 1e-9)
    return abs(a[0] - b[0]) <= near


def same(kept: list[str], got: list[str]) -> bool:
    """Whether two outputs say the same, but for the last digits of numbers."""
    a, b = tokens(kept), tokens(got)
    return len(a) == len(b) and all(map(alike, a, b))


def go_through(path: Path, binary: Path, write: bool) -> tuple[int, int]:
    """Runs a page's commands; how many passed and failed, excerpts counted. With `write`, what they print replaces what the
    page keeps."""
    page = parse(path)
    passed = failed = 0
    for excerpt in (part for part in page if isinstance(part, Excerpt)):
        if is_part_of_an_example(excerpt):
            passed += 1
        else:
            failed += 1
            print(f"{excerpt.place}: no file under {EXAMPLES.relative_to(ROOT)} has these lines; change both together\n")
    if not any(isinstance(part, Command) for part in page):
        return passed, failed
    if not os.access(binary, os.X_OK):
        sys.exit(f"there is no {binary}; build it with 'swift build -c release --product windtunnel'")
    with tempfile.TemporaryDirectory(prefix="run_markdown-") as folder:
        for name in ("bin", "out"):
            Path(folder, name).mkdir()
        Path(folder, "bin", "windtunnel").symlink_to(binary)
        environment = {
            **os.environ, "PATH": f"{folder}/bin:{os.environ.get('PATH', '')}", "OUT": f"{folder}/out", "COLUMNS": "100",
            "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}
        for command in (part for part in page if isinstance(part, Command)):
            status, output = run(command, environment)
            fault = ""
            if status != command.status:
                fault = "\n".join([f"exit status {status} instead of {command.status}", *output])
            elif not output and status == 0 and not ELSEWHERE.search(command.text):
                fault = "it prints nothing and sends nothing elsewhere, so the page shows nothing of it"
            elif any(line.startswith(("$ ", "```")) for line in output):
                fault = "a line of the output looks like a command or a fence, so it cannot be kept in the page"
            elif not write and command.checked and not same(command.output, output):
                fault = "\n".join(difflib.unified_diff(command.output, output, "kept", "printed now", lineterm=""))
            if fault:
                failed += 1
                print(f"{command.place}: {command.text}\n{fault}\n")
            else:
                passed += 1
                command.output = output if write else command.output
    if write and not failed:
        path.write_text(render(page), encoding="utf-8")
    return passed, failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="keep what the commands print (not in a file where one fails)")
    what.add_argument("--check", action="store_true", help="fail where a command fails or prints something else")
    parser.add_argument("--windtunnel", type=Path, default=ROOT / ".build/release/windtunnel", help="another binary")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    options = parser.parse_args()
    if missing := [str(path) for path in options.files if not path.is_file()]:
        sys.exit(f"there is no file {', '.join(missing)}")
    counts = [go_through(path, options.windtunnel.resolve(), options.write) for path in options.files]
    passed, failed = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
