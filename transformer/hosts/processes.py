"""Start programs without a shell, read what they print, and leave none running.

A program gets a session of its own, which ends as a whole where the program is not waited for; there it can ask nothing
on the terminal either. With `stays` it remains in our process group, if we lead one: who gave us that, such as the
plugin server of Argo CD, ends all in it, and may have killed us before we could do so. Where it is not waited for, all
in the group are told to end.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from time import monotonic
from types import FrameType
from typing import IO, NamedTuple

_ENDING = (signal.SIGTERM, signal.SIGALRM)
_LOGIN = re.compile(r"(?<=://)[^/\s\"']*@")
_AT_ONCE = 1 << 20  # bytes
_MOST_ERRORS = 1 << 13  # bytes; what went wrong stands at the end


class Ended(NamedTuple):
    """How a program ended: its exit code, negative for a signal, what it printed, and the last of its errors."""

    code: int
    output: bytes
    errors: bytes

    @property
    def how(self) -> str:
        """The exit code or the signal, in words."""
        return f"exit code {self.code}" if self.code >= 0 else f"signal {-self.code}"


class Stopped(BaseException):
    """We were told to end, or our time is up; the notes say what was running. No `except Exception` is to catch it."""


@contextmanager
def stopping(seconds: float) -> Iterator[None]:
    """Raise Stopped in what is done here after so many seconds, or on SIGTERM, once."""

    def stop(number: int, _: FrameType | None) -> None:
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped("ended by SIGTERM" if number == signal.SIGTERM else f"not done within {seconds:g} seconds")

    before = {number: signal.signal(number, stop) for number in _ENDING}
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def find(name: str) -> str | None:
    """Return the path of a program on PATH; as for Go's os/exec, one in the working directory is none."""
    program = shutil.which(name)
    return program if program is not None and Path(program).is_absolute() else None


def called(command: Sequence[str]) -> str:
    """Return how messages call a command: the program, and what stands before its options."""
    program, *arguments = command
    return without_logins(" ".join([Path(program).name, *takewhile(lambda each: not each.startswith("-"), arguments)]))


def without_logins(text: str) -> str:
    """Return a text in which no URL has a user name, and the password that may follow it, before its host."""
    return _LOGIN.sub("***@", text)


def run(
    command: Sequence[str],
    *,
    most: int,
    seconds: float | None = None,
    stdin: IO[bytes] | int = DEVNULL,
    stderr: int = PIPE,
    environment: Mapping[str, str] | None = None,
    stays: bool = False,
) -> Ended:
    """Run a program to its end; one that prints more than `most` bytes is ended, and the output is longer then.

    Raises TimeoutExpired after so many seconds, and OSError where it cannot be started.
    """
    deadline = None if seconds is None else monotonic() + seconds
    leaves = not (stays and os.getpgrp() == os.getpid())
    process: Popen[bytes] | None = None
    try:
        with _undisturbed():
            process = Popen(  # noqa: S603
                command, stdin=stdin, stdout=PIPE, stderr=stderr, env=environment, start_new_session=leaves
            )
        output, errors = _printed(process, deadline, most)
    except Stopped as stopped:
        stopped.add_note(f"{called(command)} was still running")
        raise
    finally:
        if process is not None:
            _end(process, with_session=leaves)
    return Ended(process.returncode, output, errors)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals raise what they do behind this: of a program that is just being started, nobody could know."""
    came: list[int] = []
    numbers = [each for each in (signal.SIGINT, signal.SIGHUP, *_ENDING) if callable(signal.getsignal(each))]
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for each in came:
            signal.raise_signal(each)


def _printed(process: Popen[bytes], deadline: float | None, most: int) -> tuple[bytes, bytes]:
    """Read what a program prints until it has ended; stop, and leave it running, where that is too much.

    Raises TimeoutExpired at the deadline.
    """
    output, errors = bytearray(), bytearray()
    with DefaultSelector() as selector:
        for stream, text in ((process.stdout, output), (process.stderr, errors)):
            if stream is not None:
                selector.register(stream, EVENT_READ, text)
        while selector.get_map() and len(output) <= most:
            for key, _ in selector.select(_left(process, deadline)):
                piece = os.read(key.fd, _AT_ONCE)
                key.data.extend(piece)
                if not piece:
                    selector.unregister(key.fileobj)
            del errors[:-_MOST_ERRORS]
    if len(output) <= most:
        process.wait(_left(process, deadline))
    return bytes(output), bytes(errors)


def _left(process: Popen[bytes], deadline: float | None) -> float | None:
    """Return the seconds that are left of the time for a program. Raises TimeoutExpired where none are."""
    left = None if deadline is None else deadline - monotonic()
    if left is not None and left <= 0:
        raise TimeoutExpired(process.args, left)
    return left


def _end(process: Popen[bytes], *, with_session: bool) -> None:
    """Close the pipes of a program, and kill one that was not waited for, with all of its session."""
    with process:
        if process.returncode is not None:  # what was waited for may have given its number to another
            return
        if not with_session:
            process.kill()
            _end_group()
            return
        # Where nothing but a zombie is left, macOS has no permission to give.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _end_group() -> None:
    """Tell all in the process group that we lead to end, but us: what a program has started may still write files."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    signal.signal(signal.SIGTERM, before)
