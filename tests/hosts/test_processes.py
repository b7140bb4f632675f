"""Programs are real here: what they print comes back, and none is left, whatever ends the waiting."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from transformer.hosts.processes import Ended, Stopped, called, find, run, stopping


def sh(script: str, *, most: int = 1000, seconds: float | None = None, stays: bool = False) -> Ended:
    return run(["/bin/sh", "-c", script], most=most, seconds=seconds, stays=stays)


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The reading end of the pipe that $HELD names."""
    os.mkfifo(tmp_path / "held")
    monkeypatch.setenv("HELD", str(tmp_path / "held"))
    reading = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    yield reading
    os.close(reading)


def is_over(held: int) -> bool:
    """Wait until nobody is left who could write."""
    return bool(select.select([held], [], [], 60)[0]) and os.read(held, 100) == b""


def test_run_returns_what_a_program_prints_and_how_it_ended() -> None:
    assert sh(r"printf 'a\000b\n'; echo c >&2; exit 3") == Ended(3, b"a\0b\n", b"c\n")
    assert sh("exit 3").how == "exit code 3"
    assert sh("kill -9 $$").how == "signal 9"


def test_run_reads_both_streams_as_they_come() -> None:
    ended = sh(
        "for i in 1 2 3; do head -c 100000 /dev/zero; head -c 100000 /dev/zero >&2; done; echo end >&2", most=300000
    )
    assert (ended.code, len(ended.output)) == (0, 300000)
    assert len(ended.errors) == 8192
    assert ended.errors.endswith(b"end\n")


def test_run_takes_no_more_than_it_is_to() -> None:
    assert len(sh("while :; do echo x; done").output) > 1000
    assert len(sh("head -c 1000 /dev/zero").output) == 1000


def test_run_gives_no_input_and_the_variables_that_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "1")
    assert sh('cat; echo "$A"').output == b"1\n"
    assert run(["/bin/sh", "-c", 'echo "$A$B"'], most=9, environment={"B": "2"}).output == b"2\n"


def test_run_runs_no_shell(tmp_path: Path) -> None:
    argument = f"; touch {tmp_path}/x"
    assert run(["/bin/echo", argument, "$A"], most=1000).output == f"{argument} $A\n".encode()
    assert not (tmp_path / "x").exists()


def test_run_waits_only_so_long(held: int) -> None:
    with pytest.raises(TimeoutExpired):
        sh("trap '' TERM; exec 3>\"$HELD\"; sleep 600 & sleep 600", seconds=1)
    assert is_over(held)


def test_run_says_what_cannot_be_started() -> None:
    with pytest.raises(FileNotFoundError):
        run(["/nowhere/x"], most=1)


@pytest.mark.parametrize("stays", [False, True])
def test_a_program_has_a_session_of_its_own_unless_it_stays_with_a_leader(stays: bool) -> None:
    code = (
        "import os, sys; from transformer.hosts.processes import run; "
        "ask = [sys.executable, '-c', 'import os; print(os.getpgrp())']; "
        f"print(os.getpgrp() == int(run(ask, most=99, stays={stays}).output))"
    )
    leader = subprocess.run([sys.executable, "-c", code], process_group=0, capture_output=True, text=True, check=True)
    assert leader.stdout == f"{stays}\n"


def test_sigterm_stops_and_the_notes_say_what_was_running(held: int) -> None:
    """Again and again, since a program may be running before we know of it."""
    for _ in range(20):
        with pytest.raises(Stopped, match="ended by SIGTERM") as raised, stopping(60):
            sh('exec 3>"$HELD"; kill -TERM $PPID; sleep 600')
        assert raised.value.__notes__ == ["sh was still running"]
    assert is_over(held)


def test_time_stops_whatever_is_done() -> None:
    with pytest.raises(Stopped, match=r"not done within 0\.2 seconds"), stopping(0.2):
        all(number >= 0 for number in count())


def test_stopping_is_over_when_it_is_over() -> None:
    handlers = [signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGALRM)]
    with stopping(60):
        pass
    with pytest.raises(Stopped), stopping(60):
        signal.raise_signal(signal.SIGTERM)
    assert [signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGALRM)] == handlers
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_find_looks_in_no_folder_that_is_the_working_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_text("#!/bin/sh\n")
    (tmp_path / "x").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}")
    assert find("x") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find("x") == str(tmp_path / "x")


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (["/usr/bin/helm", "template", "web", ".", "--values", "x"], "helm template web ."),
        (["kustomize"], "kustomize"),
        (["helm", "repo", "add", "x", "https://u:p@ss@x.example/c"], "helm repo add x https://***@x.example/c"),
    ],
)
def test_called_leaves_options_out(command: list[str], text: str) -> None:
    assert called(command) == text
