"""The command line: what it asks for is done, and what every error looks like."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from transformer.errors import ConfigError, CredentialsError, InternalError, TransformerError, UsageError
from transformer.hosts import log
from transformer.hosts.options import PIPE, Command, parser

INTERRUPTED, BROKEN_PIPE = 130, 141
_OF_NO_COMMAND = ("-h", "--help", "--version")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 something found, 2 usage or config, 3 a bug.

    `arguments` are those behind the program's name, `sys.argv[1:]` where None is given.
    """
    gc.disable()  # a run makes many nodes and no cycles of them, so that collecting would find nothing
    if sys.stderr is None:  # closed by the caller; print would take standard output instead
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  open to the end
    arguments = sys.argv[1:] if arguments is None else arguments
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as behind `nohup`
            signal.signal(number, _end)
    try:
        with log.kept(log.asked_for(arguments), arguments):
            return _outcome(_with_command(arguments))
    except UsageError as error:  # the log cannot be written
        print(_explanation(error), file=sys.stderr)
        return error.exit_code
    except OSError:  # standard error cannot be written, so that nobody can be told
        return TransformerError.exit_code


def _end(number: int, _: FrameType | None) -> None:
    """End as by an interrupt: programs that were started are ended too, and files are as they were."""
    raise SystemExit(128 + number)


def _with_command(arguments: Sequence[str]) -> Sequence[str]:
    """Return the arguments with the command that is meant where none is named, as hosts that pipe something in do."""
    first = arguments[0] if arguments else ""
    is_named = not first.startswith("-") if first else sys.stdin is None or sys.stdin.isatty()
    return arguments if is_named or first in _OF_NO_COMMAND else [PIPE, *arguments]


def _outcome(arguments: Sequence[str]) -> int:
    """Do what is asked for and return the exit code, whatever happens."""
    try:
        options = parser().parse_args(arguments)
        command: Command = options.run
        return command(options)
    except TransformerError as error:
        print(_explanation(error), file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # whoever reads has seen enough (`| head`), and that is no error
        return BROKEN_PIPE
    except OSError as error:  # a folder without permission, a full disk: no bug, wherever it comes up
        print(f"repoint: {error.filename or 'input or output'}: {error.strerror}", file=sys.stderr)
        return TransformerError.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # whatever it is, it is a bug of ours
        print(_anatomy(error), file=sys.stderr)
        return InternalError.exit_code


def _explanation(error: TransformerError) -> str:
    """Return what an expected error says: a line for each thing wrong, and what that means."""
    if isinstance(error, (ConfigError, CredentialsError)):
        return f"{error}\nrepoint: nothing was written"
    if isinstance(error, InternalError):
        return f"repoint: internal error: {error}; nothing was written. Please report this."
    return "\n".join(f"repoint: {line}" for line in str(error).splitlines())


def _anatomy(error: Exception) -> str:
    """Return what went wrong and where, without the error's own text, which could quote a credential."""
    from traceback import extract_tb  # noqa: PLC0415  a run without a bug does not need it

    frames = extract_tb(error.__traceback__)
    places = [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
    head = f"repoint: internal error: {type(error).__name__}; nothing was written. Please report these lines:"
    return "\n".join([head, *places])
