"""Color and the progress bar are for people at a terminal, and for nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import PLAIN_CONFIG, POD, Done, environment, lay_out, repoint, shown_on

from transformer.hosts.terminal import colored

DIFF = [
    ("--- a/web.yaml", "\x1b[31m"),
    ("+++ b/web.yaml", "\x1b[32m"),
    ("@@ -3,4 +3,4 @@", "\x1b[36m"),
    (" metadata: {name: web}", ""),
    (" spec:", ""),
    ("   containers:", ""),
    ("-  - image: nginx:1.27  # by hand", "\x1b[31m"),
    ("+  - image: harbor.corp.example/hub/library/nginx:1.27  # by hand", "\x1b[32m"),
]
BLANK = "".join(f"{line}\n" for line, _ in DIFF)
COLORED = "".join(f"{color}{line}\x1b[0m\n" if color else f"{line}\n" for line, color in DIFF)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"repoint.yaml": PLAIN_CONFIG, "web.yaml": POD})
    lay_out(tmp_path, {f"many/{number}.yaml": POD for number in range(60)})
    lay_out(tmp_path, {f"few/{number}.yaml": POD for number in range(20)})
    return tmp_path


def at_terminal(folder: Path, *arguments: str, stream: str, env: dict[str, str] | None = None) -> str:
    """Return what the command shows on a terminal that is its `stream`, with plain line ends."""
    ours, theirs = os.openpty()
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: theirs}
    command = [sys.executable, "-m", "transformer", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment({"TERM": "xterm", **(env or {})}), **streams):  # type: ignore[call-overload]
        os.close(theirs)
        text = shown_on(ours).decode()
    os.close(ours)
    return text.replace("\r\n", "\n")


COLORS: dict[str, tuple[dict[str, str], str]] = {
    "a terminal": ({}, COLORED),
    "NO_COLOR": ({"NO_COLOR": "1"}, BLANK),
    "NO_COLOR, empty, which says nothing": ({"NO_COLOR": ""}, COLORED),
    "a dumb terminal": ({"TERM": "dumb"}, BLANK),
}


@pytest.mark.parametrize(("env", "shown"), COLORS.values(), ids=COLORS.keys())
def test_a_diff_is_colored_on_a_terminal(env: dict[str, str], shown: str, folder: Path) -> None:
    assert at_terminal(folder, "render", "web.yaml", "--diff", stream="stdout", env=env) == shown


def test_a_diff_is_not_colored_in_a_pipe(folder: Path) -> None:
    assert repoint(folder, "render", "web.yaml", "--diff", env={"TERM": "xterm"}).out.decode() == BLANK


def test_colored_leaves_a_line_end_last() -> None:
    assert "".join(colored(["-a\r\n", " b\n", "+c\n\\ No newline at end of file\n"])) == (
        "\x1b[31m-a\r\x1b[0m\n b\n\x1b[32m+c\n\\ No newline at end of file\x1b[0m\n"
    )


def test_progress_is_drawn_for_many_files_and_wiped(folder: Path) -> None:
    shown = at_terminal(folder, "check", "-q", "few", stream="stderr") + at_terminal(
        folder, "render", "many", stream="stderr"
    )
    bars, _, rest = shown.rpartition("\r\x1b[K")
    drawn = bars.split("\r")[1:]
    assert drawn[0] == "[..............................] 0/60"
    assert drawn[15] == "[###############...............] 30/60"
    assert len(drawn) == 30
    assert rest == "repoint: 60 inputs: 60 of 60 images rewritten\n"


NO_BAR = {"few files": ("render", "few"), "--quiet": ("render", "many", "-q")}


@pytest.mark.parametrize("arguments", NO_BAR.values(), ids=NO_BAR.keys())
def test_progress_is_not_drawn_where_it_is_of_no_use(arguments: tuple[str, ...], folder: Path) -> None:
    assert "\r" not in at_terminal(folder, *arguments, stream="stderr")


def test_progress_is_not_drawn_in_a_pipe(folder: Path) -> None:
    done: Done = repoint(folder, "render", "many")
    assert done.err == "repoint: 60 inputs: 60 of 60 images rewritten\n"
