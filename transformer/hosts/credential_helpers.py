"""Run the credential helpers that a docker config names: `docker-credential-NAME get`.

    in:   the server on standard input, without a line end
    out:  {"ServerURL": ..., "Username": ..., "Secret": ...} and exit code 0, or a message and another exit code

Of the messages one has a meaning: that the helper has no credentials for this server. What a helper prints is returned
or dropped, and never shown, since there may be a secret in it; that goes for its standard error too. It runs without a
shell and in a session of its own, where it cannot ask on the terminal, and where all that it started ends with it if it
takes too long.

The protocol is that of github.com/docker/docker-credential-helpers (client/client.go and credentials/error.go).
"""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from time import monotonic
from typing import IO, cast

from transformer.errors import LoginError
from transformer.keyring import shown

_NO_CREDENTIALS = b"credentials not found in native keychain"
_MOST_OUTPUT = 1 << 20  # bytes; an answer is one line
_LONGEST_SERVER = 4096  # bytes; a new pipe takes as much at once


def ask(name: str, server: str, *, seconds: float = 30) -> bytes:
    """Run `docker-credential-NAME get` for `server`, and return what it printed, all within so many seconds.

    Raises LoginError with the reason helper-not-found where there is no such program on PATH, helper-timeout where it
    takes longer, not-found where it says that it has no credentials for the server, and otherwise helper-failed.
    """
    with _start(name, server) as process:
        try:
            output = _output(process, monotonic() + seconds)
        except TimeoutExpired:
            what = f"gave no answer for {shown(server)} within {seconds:g} seconds"
            raise _error("helper-timeout", name, what) from None
        finally:
            if process.returncode is None:
                _kill(process)
    if len(output) > _MOST_OUTPUT:
        raise _error("helper-failed", name, f"printed more than {_MOST_OUTPUT} bytes for {shown(server)}")
    if process.returncode and output.strip() == _NO_CREDENTIALS:
        raise _error("not-found", name, f"has no login for {shown(server)}")
    if process.returncode:
        end = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        what = f"failed for {shown(server)} with {end}; what it printed is not shown, as it may hold a secret"
        raise _error("helper-failed", name, what)
    return output


def _start(name: str, server: str) -> Popen[bytes]:
    program = _program(name)
    question = server.encode("utf-8", "surrogatepass")
    if len(question) > _LONGEST_SERVER:
        raise _error("helper-failed", name, f"was not asked for {shown(server)}, which is too long for a server")
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as asked:
        with os.fdopen(writing, "wb") as asking:
            asking.write(question)
        try:
            return Popen([program, "get"], stdin=asked, stdout=PIPE, stderr=DEVNULL, start_new_session=True)  # noqa: S603
        except OSError as error:
            raise _error("helper-failed", name, f"cannot be started: {error.strerror}") from None


def _program(name: str) -> str:
    """Find a helper on PATH; as for Go's os/exec, a program in the working directory is none."""
    if not name or "/" in name or "\0" in name:
        raise LoginError("helper-not-found", f"{shown(name)} is no name of a credential helper")
    program = shutil.which(f"docker-credential-{name}")
    if program is None or not Path(program).is_absolute():
        raise _error("helper-not-found", name, "is not on PATH")
    return program


def _output(process: Popen[bytes], deadline: float) -> bytes:
    """Read what a helper prints until it has ended; stop, and leave it running, where that is too much.

    Raises TimeoutExpired at the deadline.
    """
    stream = cast(IO[bytes], process.stdout)
    output = bytearray()
    with DefaultSelector() as selector:
        selector.register(stream, EVENT_READ)
        while len(output) <= _MOST_OUTPUT:
            left = deadline - monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutExpired(process.args, left)
            piece = os.read(stream.fileno(), _MOST_OUTPUT)
            if not piece:
                process.wait(max(deadline - monotonic(), 0))
                break
            output += piece
    return bytes(output)


def _kill(process: Popen[bytes]) -> None:
    """Kill a helper that was not waited for, so that its session still has its number, with all of that session."""
    # Where nothing but a zombie is left, macOS has no permission to give.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _error(reason: str, name: str, what: str) -> LoginError:
    return LoginError(reason, f"docker-credential-{shown(name)} {what}")
