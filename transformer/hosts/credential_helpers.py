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
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import DEVNULL, TimeoutExpired
from typing import IO

from transformer.errors import LoginError
from transformer.hosts.processes import find, run
from transformer.keyring import shown

_NO_CREDENTIALS = b"credentials not found in native keychain"
_MOST_OUTPUT = 1 << 20  # bytes; an answer is one line
_LONGEST_SERVER = 4096  # bytes; a new pipe takes as much at once


def ask(name: str, server: str, *, seconds: float = 30) -> bytes:
    """Run `docker-credential-NAME get` for `server`, and return what it printed, all within so many seconds.

    Raises LoginError with the reason helper-not-found where there is no such program on PATH, helper-timeout where it
    takes longer, not-found where it says that it has no credentials for the server, and otherwise helper-failed.
    """
    program = _program(name)
    with _asking(name, server) as asked:
        try:
            ended = run([program, "get"], stdin=asked, stderr=DEVNULL, most=_MOST_OUTPUT, seconds=seconds)
        except TimeoutExpired:
            what = f"gave no answer for {shown(server)} within {seconds:g} seconds"
            raise _error("helper-timeout", name, what) from None
        except OSError as error:
            raise _error("helper-failed", name, f"cannot be started: {error.strerror}") from None
    if len(ended.output) > _MOST_OUTPUT:
        raise _error("helper-failed", name, f"printed more than {_MOST_OUTPUT} bytes for {shown(server)}")
    if ended.code and ended.output.strip() == _NO_CREDENTIALS:
        raise _error("not-found", name, f"has no login for {shown(server)}")
    if ended.code:
        what = f"failed for {shown(server)} with {ended.how}; what it printed is not shown, as it may hold a secret"
        raise _error("helper-failed", name, what)
    return ended.output


@contextmanager
def _asking(name: str, server: str) -> Iterator[IO[bytes]]:
    """Give what a helper reads the server from."""
    question = server.encode("utf-8", "surrogatepass")
    if len(question) > _LONGEST_SERVER:
        raise _error("helper-failed", name, f"was not asked for {shown(server)}, which is too long for a server")
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as asked:
        with os.fdopen(writing, "wb") as asking:
            asking.write(question)
        yield asked


def _program(name: str) -> str:
    if not name or "/" in name or "\0" in name:
        raise LoginError("helper-not-found", f"{shown(name)} is no name of a credential helper")
    program = find(f"docker-credential-{name}")
    if program is None:
        raise _error("helper-not-found", name, "is not on PATH")
    return program


def _error(reason: str, name: str, what: str) -> LoginError:
    return LoginError(reason, f"docker-credential-{shown(name)} {what}")
