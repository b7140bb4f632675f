"""A log has what standard error has, also of a run that fails, and nothing that only a terminal sees."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from command import CREDENTIALS, PLAIN_CONFIG, POD, environment, lay_out, pod, repoint
from in_hosts import CHECKOUT

LINE = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 \[\d+\] (.*)")


def logged(file: Path) -> list[str]:
    """Return what the lines of a log say, each with a time and a process before it."""
    found = [LINE.fullmatch(line) for line in file.read_text().splitlines()]
    return [each[1] if each else "no line of a log" for each in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"repoint.yaml": PLAIN_CONFIG})
    return tmp_path


def test_a_log_has_what_standard_error_has(folder: Path) -> None:
    done = repoint(folder, "render", "--log-file", "log", stdin=pod("quay.io/x/y"))
    assert done.err.count("\n") == 2
    assert logged(folder / "log") == [f"repoint render --log-file log (in {folder})", *done.err.splitlines()]
    assert stat.S_IMODE((folder / "log").stat().st_mode) == 0o600


def test_a_variable_names_a_log_and_an_option_another(folder: Path) -> None:
    by_variable = CREDENTIALS | {"REPOINT_LOG": "a"}
    repoint(folder, "check", stdin=POD, env=by_variable)
    repoint(folder, stdin=POD, env=by_variable)
    assert [line for line in logged(folder / "a") if line.startswith("repoint ") and "(in " in line] == [
        f"repoint check (in {folder})",
        f"repoint (in {folder})",
    ]
    before = (folder / "a").read_text()
    repoint(folder, "check", "--log-file=b", stdin=POD, env=by_variable)
    assert (folder / "a").read_text() == before
    assert len(logged(folder / "b")) == 3


WRONG = {
    "the command line": (("render", "--nothing", "--log-file", "log"), "unrecognized arguments: --nothing"),
    "the config": (("render", "-c", "no.yaml", "--log-file", "log"), "no.yaml: No such file or directory"),
    "the input": (("render", "--log-file", "log", "no.yaml"), "repoint: no.yaml: No such file or directory"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_a_log_says_why_a_run_failed(arguments: tuple[str, ...], message: str, folder: Path) -> None:
    done = repoint(folder, *arguments)
    assert (done.code, done.out) == (2, b"")
    assert logged(folder / "log")[1:] == done.err.splitlines()
    assert message in done.err


UNWRITABLE = {"no/log": "No such file or directory", ".": "Is a directory", "/dev/full": "No space left on device"}


@pytest.mark.parametrize("file", UNWRITABLE)
def test_a_log_that_cannot_be_written_is_an_error(file: str, folder: Path) -> None:
    done = repoint(folder, "render", "--log-file", file, stdin=POD)
    assert (done.code, done.out, done.err) == (2, b"", f"repoint: the log {file}: {UNWRITABLE[file]}\n")


def test_a_log_that_ends_ends_no_run(folder: Path) -> None:
    """It may have printed already what it was to print. The limit of files is a few lines of the log."""
    texts = "---\n".join(pod(f"quay.io/x/y{number}") for number in range(100))
    script = f'ulimit -f 1; exec "{sys.executable}" -m transformer render --log-file log'
    env = environment(CREDENTIALS)
    done = subprocess.run(["sh", "-c", script], cwd=folder, env=env, input=texts.encode(), capture_output=True)
    assert (done.returncode, done.stdout.decode(), done.stderr.count(b"\n")) == (0, texts, 102)
    assert done.stderr.count(b"repoint: the log ends here: File too large\n") == 1
    assert 0 < len((folder / "log").read_bytes()) < len(done.stderr)


def test_arguments_forge_no_lines(folder: Path) -> None:
    repoint(folder, "check", "--log-file", "log", "a b\nc")
    assert logged(folder / "log")[0] == f"repoint check --log-file log 'a b\\nc' (in {folder})"


def test_a_folder_that_is_gone_is_said_to_be(folder: Path) -> None:
    script = f'mkdir gone; cd gone; rmdir ../gone; exec "{sys.executable}" -P -m transformer --log-file {folder}/log'
    env = environment(CREDENTIALS) | {"PYTHONPATH": str(CHECKOUT)}
    subprocess.run(["sh", "-c", script], cwd=folder, env=env, input=POD.encode(), capture_output=True)
    assert logged(folder / "log")[0] == f"repoint --log-file {folder}/log (in a folder that is gone)"
