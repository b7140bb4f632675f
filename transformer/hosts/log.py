"""Keep what is said on standard error in a file as well: some hosts show it only of a run that failed, or never.

(Helm 4 never, Helm 3 and kustomize's legacy plugins where a run fails.)
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TextIO, cast

from transformer.errors import UsageError

VARIABLE = "REPOINT_LOG"
_PRIVATE = 0o600


def asked_for(arguments: Sequence[str]) -> str:
    """Return the file that a command line names, be it wrong otherwise, or the variable; an empty text for none."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--log-file", default="")
    named = ""
    with suppress(argparse.ArgumentError):  # the option without a value, which the parser of the command says
        named = parser.parse_known_args(list(arguments))[0].log_file
    return named or os.environ.get(VARIABLE, "")


@contextmanager
def kept(file: str, arguments: Sequence[str]) -> Iterator[None]:
    """Append what is said on standard error to `file`, each line with the time and the process; nothing where it is "".

    The first line is the command line, `arguments`. A new file can be read by its owner alone. Raises UsageError where
    it cannot be written: who asked for a log would not see anything else.
    """
    if not file:
        yield
        return
    import shlex  # noqa: PLC0415  most runs keep no log

    with _opened(file) as log:
        both = _Both(sys.stderr, log)
        try:
            both.note(f"{shlex.join(['repoint', *arguments])} (in {_folder()})")
        except OSError as error:
            raise _unwritable(file, error) from None
        with redirect_stderr(cast(TextIO, both)):
            yield


def _opened(file: str) -> IO[bytes]:
    """Open a log so that each write is one whole line at its end, and those of several processes do not mix."""
    try:
        return os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _PRIVATE), "wb", buffering=0)
    except OSError as error:
        raise _unwritable(file, error) from None


def _unwritable(file: str, error: OSError) -> UsageError:
    return UsageError(f"the log {file}: {error.strerror}")


def _folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # it has been removed meanwhile
        return "a folder that is gone"


class _Both:
    """A text stream whose lines go to a log as well; what a terminal alone sees (a bar of progress) does not.

    A log that cannot be written any more ends, which is said once, and the run goes on: it may be done already.
    """

    def __init__(self, stream: TextIO, log: IO[bytes]) -> None:
        self._stream, self._log, self._begun, self._is_over = stream, log, "", False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._follow(line.rpartition("\r")[2].removeprefix("\x1b[K"))
        return self._stream.write(text)

    def _follow(self, line: str) -> None:
        try:
            if not self._is_over:
                self.note(line)
        except OSError as error:
            self._is_over = True
            self._stream.write(f"repoint: the log ends here: {error.strerror}\n")

    def note(self, line: str) -> None:
        """Write a line to the log alone."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        said = line.replace("\n", "\\n")  # arguments may have some
        self._log.write(f"{now} [{os.getpid()}] {said}\n".encode("utf-8", "backslashreplace"))
