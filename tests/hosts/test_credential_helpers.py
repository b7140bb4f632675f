"""Credential helpers are real programs here; what they print comes back, or is in no message."""

from __future__ import annotations

import os
import select
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
from passwords import PASSWORD, leaks

from transformer.errors import LoginError
from transformer.hosts.credential_helpers import ask


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for helpers, the first one on PATH, with nothing in it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def install(folder: Path, script: str, name: str = "two") -> Path:
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def failure(name: str = "two", server: str = "test.io", seconds: float = 30) -> LoginError:
    with pytest.raises(LoginError) as raised:
        ask(name, server, seconds=seconds)
    return raised.value


def test_ask_returns_what_the_helper_prints_as_it_is(path: Path) -> None:
    install(path, r"printf ' \377\000x\n\n'")
    assert ask("two", "test.io") == b" \xff\0x\n\n"


def test_ask_hands_over_the_verb_and_the_server(path: Path) -> None:
    install(path, 'printf "%s|" "$#" "$1"; cat')
    assert ask("two", "https://index.docker.io/v1/") == b"1|get|https://index.docker.io/v1/"
    assert ask("two", "é\udcff") == "1|get|é".encode() + b"\xed\xb3\xbf"


def test_ask_takes_a_helper_that_does_not_read(path: Path) -> None:
    install(path, "exec <&-; echo x")
    assert ask("two", "a" * 4096) == b"x\n"


def test_ask_hands_the_environment_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mirror")
    install(path, 'echo "$AWS_PROFILE"')
    assert ask("two", "test.io") == b"mirror\n"


def test_ask_runs_no_shell(path: Path, tmp_path: Path) -> None:
    install(path, "cat", name="two;touch x")
    assert ask("two;touch x", f"$(touch {tmp_path}/x)") == f"$(touch {tmp_path}/x)".encode()
    assert not (tmp_path / "x").exists()


def test_ask_drops_standard_error(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    install(path, f"echo '{PASSWORD}' >&2; echo x")
    assert ask("two", "test.io") == b"x\n"
    assert capfd.readouterr() == ("", "")


def test_ask_gives_the_helper_a_session_of_its_own(path: Path) -> None:
    install(path, f"exec '{sys.executable}' -c 'import os; print(os.getsid(0), os.getpid())'")
    session, own = ask("two", "test.io").split()
    assert session == own


@pytest.mark.parametrize("name", ["", "/", "../two", "a/b", "a\0b"])
def test_ask_refuses_a_name_that_is_none(name: str, path: Path) -> None:
    install(path, "echo x", name="")
    error = failure(name)
    assert error.reason == "helper-not-found"
    assert str(error).endswith(" is no name of a credential helper")


def test_ask_says_that_a_helper_is_not_on_path(path: Path) -> None:
    error = failure("definitely-absent")
    assert (error.reason, str(error)) == (
        "helper-not-found",
        "docker-credential-definitely-absent is not on PATH",
    )
    install(path, "echo x").chmod(0o644)
    assert failure().reason == "helper-not-found"


@pytest.mark.parametrize("value", [".", "", "bin", f".{os.pathsep}/nowhere"])
def test_ask_takes_no_helper_from_the_working_directory(
    value: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(path, "echo x")
    install(path.parent, "echo x")
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("PATH", value)
    assert str(failure()) == "docker-credential-two is not on PATH"


def test_ask_says_why_a_helper_does_not_start(path: Path) -> None:
    install(path, "").write_bytes(b"\x7fELF nonsense")
    error = failure()
    assert (error.reason, str(error)) == (
        "helper-failed",
        "docker-credential-two cannot be started: Exec format error",
    )


def test_ask_takes_no_server_that_is_none(path: Path) -> None:
    install(path, "cat")
    error = failure(server="a" * 4097)
    message = f"docker-credential-two was not asked for {'a' * 100}..., which is too long for a server"
    assert (error.reason, str(error)) == ("helper-failed", message)


NOT_SHOWN = "; what it printed is not shown, as it may hold a secret"
FAILING = {
    "echo credentials not found in native keychain; exit 1": ("not-found", "has no login for test.io"),
    "printf '\\n credentials not found in native keychain\\r\\n'; exit 3": ("not-found", "has no login for test.io"),
    "echo Credentials not found; exit 1": ("helper-failed", "failed for test.io with exit code 1" + NOT_SHOWN),
    "exit 7": ("helper-failed", "failed for test.io with exit code 7" + NOT_SHOWN),
    f"echo '{PASSWORD}'; exit 1": ("helper-failed", "failed for test.io with exit code 1" + NOT_SHOWN),
    f"echo '{PASSWORD}'; kill -9 $$": ("helper-failed", "failed for test.io with signal 9" + NOT_SHOWN),
    f"while echo '{PASSWORD}'; do :; done": ("helper-failed", "printed more than 1048576 bytes for test.io"),
}


@pytest.mark.parametrize(("script", "failed"), FAILING.items(), ids=FAILING)
def test_ask_says_what_went_wrong_but_not_what_was_printed(script: str, failed: tuple[str, str], path: Path) -> None:
    install(path, script)
    error = failure()
    assert (error.reason, str(error)) == (failed[0], f"docker-credential-two {failed[1]}")
    assert error.__context__ is None
    assert leaks("".join(traceback.format_exception(error))) == []


def test_ask_goes_by_the_exit_code_before_the_words(path: Path) -> None:
    install(path, "echo credentials not found in native keychain")
    assert ask("two", "test.io") == b"credentials not found in native keychain\n"


def test_ask_takes_as_much_as_a_helper_may_print(path: Path) -> None:
    install(path, "head -c 1048576 /dev/zero")
    assert ask("two", "test.io") == bytes(1 << 20)


SLOW = {
    "the helper": f"echo '{PASSWORD}'; sleep 600",
    "its child, which holds on to the output": f"echo '{PASSWORD}'; sleep 600 &",
    "the helper, after its output": f"echo '{PASSWORD}'; exec >&-; sleep 600",
    "the output": f"while echo '{PASSWORD}'; do sleep 0.01; done",
}


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW)
def test_ask_waits_only_so_long(script: str, path: Path) -> None:
    install(path, script)
    error = failure(seconds=0.5)
    message = "docker-credential-two gave no answer for test.io within 0.5 seconds"
    assert (error.reason, str(error)) == ("helper-timeout", message)
    assert leaks(f"{error.__context__!r} {vars(error.__context__ or error)}") == []


def test_ask_ends_all_that_a_helper_started_when_it_takes_too_long(path: Path, tmp_path: Path) -> None:
    held = tmp_path / "held"
    os.mkfifo(held)
    reading = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    try:
        install(path, f"exec 3>'{held}'; echo begun >&3; sleep 600 & sleep 600")
        assert failure(seconds=2).reason == "helper-timeout"
        assert os.read(reading, 100) == b"begun\n"
        # Only when nobody is left who could write does it have an end.
        assert select.select([reading], [], [], 60)[0]
        assert os.read(reading, 100) == b""
    finally:
        os.close(reading)


@pytest.mark.parametrize(("end", "seconds"), [("exit 0", 30), ("exit 1", 30), ("exec sleep 600", 0.5)])
def test_ask_leaves_no_process_and_no_open_file(end: str, seconds: float, path: Path, tmp_path: Path) -> None:
    install(path, f"echo $$ > '{tmp_path}/process'; {end}")
    opened = set(Path("/dev/fd").iterdir())
    with suppress(LoginError):
        ask("two", "test.io", seconds=seconds)
    assert set(Path("/dev/fd").iterdir()) <= opened
    with pytest.raises(ChildProcessError):
        os.waitpid(int((tmp_path / "process").read_text()), os.WNOHANG)
