"""The command line keeps the habits of a Unix tool: its options, its exit codes, and what it does with its streams."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest
from command import (
    ATTACHED,
    CONFIG,
    CREDENTIALS,
    PASSWORD,
    POD,
    SERVICE,
    UNREADABLE,
    USER,
    Done,
    contents,
    environment,
    lay_out,
    pod,
    repoint,
)

from transformer.errors import InternalError
from transformer.hosts import planning, run
from transformer.hosts.cli import main

FULL = Path("/dev/full")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"repoint.yaml": CONFIG, "web.yaml": POD, "done.yaml": ATTACHED, "x.yaml": UNREADABLE})
    return tmp_path


def in_shell(folder: Path, script: str) -> Done:
    """Run a shell script in which `repoint` is the command."""
    command = ["sh", "-c", f'repoint() {{ "{sys.executable}" -m transformer "$@"; }}\n{script}']
    done = subprocess.run(
        command, cwd=folder, env=environment(CREDENTIALS), capture_output=True, stdin=subprocess.DEVNULL
    )
    return Done(done.returncode, done.stdout, done.stderr.decode())


# -- exit codes -------------------------------------------------------------------------------------------------------

CODES = {
    "done": (("render", "web.yaml"), 0),
    "checked, nothing to do": (("check", "done.yaml"), 0),
    "checked, something to do": (("check", "web.yaml"), 1),
    "a finding that is an error": (("render", "x.yaml"), 1),
    "a file without a command": (("web.yaml",), 2),
    "an unknown command": (("rendre",), 2),
    "an unknown option": (("render", "--difference"), 2),
    "an option of render's": (("check", "--in-place"), 2),
    "a missing file": (("render", "no.yaml"), 2),
    "a config that is wrong": (("render", "-c", "web.yaml"), 2),
}


@pytest.mark.parametrize(("arguments", "code"), CODES.values(), ids=CODES.keys())
def test_exit_code(arguments: tuple[str, ...], code: int, folder: Path) -> None:
    done = repoint(folder, *arguments)
    assert done.code == code
    assert done.out == b"" or code == 0
    assert done.err


MISUSE = {
    "-o, standard input": (("-o", "out"), "repoint: -o and -i rewrite files: name the files or folders"),
    "-i, standard input": (("-i", "-", "web.yaml"), "repoint: -o and -i rewrite files: name the files or folders"),
    "-i and -o": (("-i", "-o", "out", "web.yaml"), "argument -o/--output: not allowed with argument -i/--in-place"),
    "-o, a file": (("-o", "web.yaml", "done.yaml"), "repoint: web.yaml: not a folder"),
    "--diff and --secrets": (
        ("--diff", "--secrets", "s"),
        "repoint: --diff writes nothing, so there is no use for --sec",
    ),
    "an empty path": (("-i", ""), "argument PATH: the path is empty"),
    "an empty folder to write to": (("-o", "", "web.yaml"), "argument -o/--output: the path is empty"),
}


@pytest.mark.parametrize(("arguments", "message"), MISUSE.values(), ids=MISUSE.keys())
def test_misuse_is_said_and_changes_nothing(arguments: tuple[str, ...], message: str, folder: Path) -> None:
    before = contents(folder)
    done = repoint(folder, "render", *arguments)
    assert (done.code, done.out, contents(folder)) == (2, b"", before)
    assert message in done.err.splitlines()[-1]


@pytest.mark.parametrize("arguments", [("-c", "repoint.yaml", "web.yaml"), ("--quiet", "web.yaml")])
def test_files_need_a_command(arguments: tuple[str, ...], folder: Path) -> None:
    done = repoint(folder, *arguments)
    message = "repoint: files need a command, such as: repoint render web.yaml\n"
    assert (done.code, done.out, done.err) == (2, b"", message)


TERMINAL = {
    "no command": ((), "usage: repoint "),
    "a command": (("render",), "repoint: reading standard input, until Ctrl-D; PATH names files"),
    "a config": (("-c", "repoint.yaml"), "repoint: reading standard input, until Ctrl-D; PATH names files"),
}


@pytest.mark.parametrize(("arguments", "said"), TERMINAL.values(), ids=TERMINAL)
def test_a_terminal_is_told_what_is_waited_for(arguments: tuple[str, ...], said: str, folder: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "transformer", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment({}), stdin=theirs, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stderr.readline().decode().startswith(said)
        os.write(ours, b"\x04")
        process.wait(timeout=60)
    os.close(ours)
    os.close(theirs)


def test_version_and_help(folder: Path) -> None:
    assert repoint(folder, "--version").out.decode() == f"repoint {version('repoint')}\n"
    for command in ((), ("render",), ("check",)):
        assert repoint(folder, *command, "--help").out.startswith(b"usage: repoint")


def test_the_installed_command_is_the_module(folder: Path) -> None:
    script = Path(sys.executable).with_name("repoint")
    done = subprocess.run([script, "render", "web.yaml"], cwd=folder, env=environment(CREDENTIALS), capture_output=True)
    assert done.stdout == repoint(folder, "render", "web.yaml").out


# -- quiet ------------------------------------------------------------------------------------------------------------


def test_quiet_says_nothing_but_errors(folder: Path) -> None:
    unmapped = f"{pod('quay.io/x/y')}---\n{POD}"
    assert repoint(folder, "render", "--quiet", stdin=unmapped).err == ""
    assert repoint(folder, "check", "-q", stdin=unmapped) == Done(1, b"", "")
    assert repoint(folder, "render", "-q", "x.yaml").err == (
        "x.yaml:3:1: error: not YAML: did not find expected ',' or ']' (while parsing a flow sequence)\n"
    )
    assert repoint(folder, "render", "-q", "no.yaml").err == "repoint: no.yaml: No such file or directory\n"


# -- streams ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("render",), ("render", "--diff")])
def test_a_reader_that_goes_away_is_no_error(arguments: tuple[str, ...], folder: Path) -> None:
    """As `repoint render | head -1`, where head is done before anything is written."""
    before = contents(folder)
    reader, writer = os.pipe()
    os.close(reader)
    done = repoint(
        folder,
        *arguments,
        "web.yaml",
        "--report",
        "r.json",
        capture_output=False,
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    assert (done, contents(folder)) == (Done(141, b"", ""), before)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_once_and_changes_no_file(folder: Path) -> None:
    before = contents(folder)
    done = in_shell(folder, "repoint render web.yaml --secrets s.yaml --report r.json >/dev/full")
    assert (done.code, contents(folder)) == (2, before)
    assert done.err == "repoint: standard output: No space left on device; no file was changed\n"


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_report_that_cannot_be_written_leaves_standard_output_empty(folder: Path) -> None:
    done = repoint(folder, "render", "web.yaml", "--report", FULL)
    assert done == Done(2, b"", "repoint: /dev/full: No space left on device; no file was changed\n")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", ["web.yaml", "x.yaml", "no.yaml", "--nothing"])
def test_what_cannot_be_said_is_an_error_and_no_bug(arguments: str, folder: Path) -> None:
    script = f"repoint render {arguments} --secrets s.yaml 2>/dev/full; echo $?"
    assert in_shell(folder, script).out.endswith(b"2\n")


CLOSED = {
    "input": ("repoint render <&-", Done(2, b"", "repoint: -: standard input is closed\n")),
    "output": (
        "repoint render web.yaml >&-",
        Done(2, b"", "repoint: standard output: Bad file descriptor; no file was changed\n"),
    ),
    "error": ("repoint render done.yaml --diff 2>&-", Done(0, b"", "")),
}


@pytest.mark.parametrize(("script", "done"), CLOSED.values(), ids=CLOSED.keys())
def test_a_closed_stream_is_no_bug(script: str, done: Done, folder: Path) -> None:
    assert in_shell(folder, script) == done


# What a shell runs in the background would ignore interrupts, and what `nohup` runs would not see the terminal go.
HEARING = """\
import signal, sys
from transformer.hosts.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
sys.exit(main())
"""


ENDED = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.mark.parametrize(("number", "code"), ENDED.items())
def test_a_run_that_is_ended_says_nothing_and_changes_nothing(number: int, code: int, folder: Path) -> None:
    """It waits for who reads its output, more than a pipe holds, and has put a file in place by then."""
    lay_out(folder, {"web.yaml": f"{POD}{'# more' * 50_000}\n"})
    before = contents(folder)
    with printing(folder, [sys.executable, "-c", HEARING]) as process:
        assert (folder / "s.yaml").exists()
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err, contents(folder)) == (code, b"", before)


def test_a_run_outlives_its_terminal_where_it_was_told_to(folder: Path) -> None:
    lay_out(folder, {"web.yaml": f"{POD}{'# more' * 50_000}\n"})
    with printing(folder, ["nohup", sys.executable, "-m", "transformer"]) as process:
        process.send_signal(signal.SIGHUP)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err


@contextmanager
def printing(folder: Path, program: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the program until it prints."""
    command = [*program, "render", "web.yaml", "--secrets", "s.yaml"]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, env=environment(CREDENTIALS), **streams) as process:
        assert process.stdout
        assert process.stdout.read(1)
        yield process


# -- a bug of ours ----------------------------------------------------------------------------------------------------

BUGS = {
    "anything": (
        ValueError(f"a token in a message: {PASSWORD}"),
        "repoint: internal error: ValueError; nothing was written.",
    ),
    "a promise that is broken": (
        InternalError("two edits overlap"),
        "repoint: internal error: two edits overlap; nothing was written. Please report this.",
    ),
}


@pytest.mark.parametrize(("bug", "message"), BUGS.values(), ids=BUGS.keys())
def test_a_bug_is_named_without_the_credentials_in_it(
    bug: Exception,
    message: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise bug

    monkeypatch.chdir(folder)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(run, "make", fail)
    before = contents(folder)
    assert main(["render", "web.yaml"]) == 3
    out, err = capfd.readouterr()
    assert (out, contents(folder)) == ("", before)
    assert err.startswith(message)
    assert not [value for value in (USER, PASSWORD) if value in err]


def test_a_bug_says_where_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(planning, "survey", None)
    assert main(["check", "web.yaml"]) == 3
    places = capfd.readouterr().err.splitlines()[1:]
    assert [line.partition(" in ")[2] for line in places] == ["_outcome", "run", "check", "_planned", "plan"]


def test_a_folder_that_may_not_be_seen_is_no_bug(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Path) -> Path:
        raise PermissionError(13, "Permission denied", "/private/repoint.yaml")

    monkeypatch.chdir(folder)
    monkeypatch.setattr(planning, "find_config", refuse)
    assert main(["check", "web.yaml"]) == 2
    assert capfd.readouterr().err == "repoint: /private/repoint.yaml: Permission denied\n"


def test_a_service_passes_as_it_is(folder: Path) -> None:
    assert repoint(folder, "render", "-", stdin=SERVICE, env={}).out.decode() == SERVICE
