#!/usr/bin/env python3
"""What run_markdown.py lets pass and what it stops. Run: python3 Tests/Docs/test_run_markdown.py"""

from __future__ import annotations

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from run_markdown import EXAMPLES, go_through, same


class SameTests(unittest.TestCase):
    def test_last_digits_of_numbers_may_differ(self) -> None:
        for kept, got in [
            ("E  0.67(27)  0.250 … 1.15", "E 0.68(27) 0.248 … 1.16"), ("gradient norm 2.6e-15", "gradient norm 9.1e-16"),
            ("size 1.00M params", "size 999k params"), ("size ∝ C^0.705", "size ∝ C^0.706"), ("-0.50 %", "−0.49 %"),
            ("a b\nc", "a\nb  c"), ("3.0 ┤  •⢬⣁⣐\n", "3.0 ┤ •  ⢬⣁\n"), ("compute 5e+13 FLOP", "compute 5.02e+13 FLOP"),
        ]:
            self.assertTrue(same(kept.split("\n"), got.split("\n")), (kept, got))

    def test_all_else_may_not(self) -> None:
        for kept, got in [
            ("E 0.67", "E 0.77"), ("0.5 nats", "-0.5 nats"), ("1.2M", "1.2B"), ("note: x", "warning: x"), ("a 1", "a 1 2"),
            ("H100", "H200"), ("1.0 ┤ loss", "1.0 ┤ size"), ("run n5k", "run n6k"), ("1e13", "1e14"), ("", "a"),
        ]:
            self.assertFalse(same(kept.split("\n"), got.split("\n")), (kept, got))


class PageTests(unittest.TestCase):
    def counts(self, text: str, write: bool = False) -> tuple[tuple[int, int], str]:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            path = Path(folder, "page.md")
            path.write_text(text, encoding="utf-8")
            return go_through(path, Path("/bin/true"), write), path.read_text(encoding="utf-8")

    def test_output_is_compared(self) -> None:
        self.assertEqual(self.counts("```console\n$ echo one\none\n$ echo two\nthree\n```\n")[0], (1, 1))

    def test_status_is_compared_also_inside_a_pipeline(self) -> None:
        self.assertEqual(self.counts("```console\n$ (exit 3) | cat\n```\n")[0], (0, 1))
        self.assertEqual(self.counts("```console exit=3\n$ exit 3\n$ true\n```\n")[0], (1, 1))
        self.assertEqual(self.counts("```console\n$ yes | head -1\ny\n```\n")[0], (1, 0))

    def test_a_command_that_prints_nothing_sends_it_elsewhere(self) -> None:
        self.assertEqual(self.counts("```console\n$ true\n$ echo 1 > $OUT/x\n```\n")[0], (1, 1))

    def test_unchecked_blocks_still_have_to_succeed(self) -> None:
        self.assertEqual(self.counts("```console no-check\n$ date\nnever\n$ false\n```\n")[0], (1, 1))

    def test_writing_replaces_only_output(self) -> None:
        page = "# A page\n\n```console\n$ echo \\\n    a\n{}```\n\n````text\n```console\n$ false\n```\n````\n"
        counts, written = self.counts(page.format(""), write=True)
        self.assertEqual((counts, written), ((1, 0), page.format("a\n")))

    def test_a_page_with_a_failing_command_stays_as_it_is(self) -> None:
        page = "```console\n$ echo new\nold\n$ false\n```\n"
        self.assertEqual(self.counts(page, write=True), ((1, 1), page))

    def test_one_folder_for_a_page(self) -> None:
        self.assertEqual(self.counts("```console\n$ echo 7 > $OUT/x\n$ cat $OUT/x; echo $OUT\n7\n$OUT\n```\n")[0], (2, 0))

    def test_swift_has_to_be_a_part_of_an_example(self) -> None:
        example = sorted(EXAMPLES.rglob("*.swift"))[0].read_text(encoding="utf-8").splitlines()[1:4]
        page = "```swift\n  {}\n```\n````text\n```swift\nnone\n```\n````\n"
        self.assertEqual(self.counts(page.format("\n  ".join(example)))[0], (1, 0))
        self.assertEqual(self.counts(page.format("\n".join(example[::2])))[0], (0, 1))

    def test_bad_pages_are_named(self) -> None:
        for text in ["```console\nwords\n```\n", "```console\n$ true\n", "```console maybe\n$ true\n```\n", "```console\n$ a \\\n```\n"]:
            with self.assertRaises(SystemExit):
                self.counts(text)


if __name__ == "__main__":
    unittest.main()
