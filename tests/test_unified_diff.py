"""The diff of planned edits is one that the real `patch` takes, and it costs no more than the text is long."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transformer.edits import Edit, apply
from transformer.unified_diff import unified_diff

TEXT = "".join(f"line {number}\n" for number in range(1, 31))


def at(line: int) -> int:
    """Return the offset at which a line of TEXT begins."""
    return TEXT.index(f"line {line}\n")


CASES = {
    "nothing": (TEXT, [], ""),
    "an edit that changes nothing": (TEXT, [Edit(at(3), at(3) + 4, "line")], ""),
    "first line": ("a\nb\n", [Edit(0, 1, "x")], "@@ -1,2 +1,2 @@\n-a\n+x\n b\n"),
    "only line": ("a\n", [Edit(0, 1, "x")], "@@ -1 +1 @@\n-a\n+x\n"),
    "insertion at a line's end": ("a\nb\n", [Edit(1, 1, "\nx")], "@@ -1,2 +1,3 @@\n a\n+x\n b\n"),
    "two edits on one line": ("a b\n", [Edit(0, 1, "x"), Edit(2, 3, "y")], "@@ -1 +1 @@\n-a b\n+x y\n"),
    "no final line feed": (
        "a\nb",
        [Edit(2, 3, "x")],
        "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+x\n\\ No newline at end of file\n",
    ),
    "into an empty text": ("", [Edit(0, 0, "x\n")], "@@ -0,0 +1 @@\n+x\n"),
    "far apart": (
        TEXT,
        [Edit(at(2), at(2) + 4, "LINE"), Edit(at(20), at(20), "new\n")],
        "@@ -1,5 +1,5 @@\n line 1\n-line 2\n+LINE 2\n line 3\n line 4\n line 5\n"  # noqa: ISC004
        "@@ -17,6 +17,7 @@\n line 17\n line 18\n line 19\n+new\n line 20\n line 21\n line 22\n",
    ),
}


@pytest.mark.parametrize(("text", "edits", "hunks"), CASES.values(), ids=CASES.keys())
def test_unified_diff_shows_the_lines_that_change(text: str, edits: list[Edit], hunks: str) -> None:
    head = "--- a/x.yaml\n+++ b/x.yaml\n" if hunks else ""
    assert "".join(unified_diff(text, edits, "x.yaml")) == head + hunks


def test_unified_diff_ends_a_name_with_a_blank_as_patch_wants_it() -> None:
    diff = list(unified_diff("a\n", [Edit(0, 1, "b")], "my shop.yaml"))
    assert diff[:2] == ["--- a/my shop.yaml\t\n", "+++ b/my shop.yaml\t\n"]


@st.composite
def edited_texts(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.lists(st.sampled_from(["a\n", "b\n", "\n", "cc\r\n", "d"]), max_size=30).map("".join))
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = zip(places[::2], places[1::2], strict=False)
    words = st.sampled_from(["", "x", "y\n", "\nz", "\n"])
    return text, [Edit(first, last, draw(words)) for first, last in pairs]


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
@settings(max_examples=60, deadline=None)
@given(edited_texts())
def test_patch_makes_of_the_old_text_the_new_one(tmp_path_factory: pytest.TempPathFactory, case: tuple) -> None:
    text, edits = case
    folder = tmp_path_factory.mktemp("patch")
    file = Path(folder, "x.yaml")
    file.write_bytes(text.encode())
    diff = "".join(unified_diff(text, edits, "x.yaml"))
    done = subprocess.run(["patch", "--binary", "-p1"], cwd=folder, input=diff.encode(), capture_output=True)
    assert done.returncode == 0 or not diff, done.stdout
    assert (file.read_bytes().decode() if file.exists() else "") == apply(text, edits)


def test_unified_diff_of_many_edits_in_a_long_text_ends() -> None:
    text = "image: nginx\n" * 60_000
    edits = [Edit(offset + 7, offset + 12, "redis") for offset in range(0, len(text), 13 * 20)]
    assert sum(1 for line in unified_diff(text, edits, "x") if line == "+image: redis\n") == 3_000
