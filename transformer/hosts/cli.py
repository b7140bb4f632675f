"""The command line: `repoint render`, `check` and `secrets`, their options, and what every error looks like."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from transformer.errors import ConfigError, CredentialsError, InternalError, TransformerError
from transformer.hosts import run

INTERRUPTED, BROKEN_PIPE = 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 something found, 2 usage or config, 3 a bug.

    `arguments` are those behind the program's name, `sys.argv[1:]` where None is given.
    """
    gc.disable()  # a run makes many nodes and no cycles of them, so that collecting would find nothing
    if sys.stderr is None:  # closed by the caller; print would take standard output instead
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  open to the end
    try:
        options = _parser().parse_args(arguments)
        run_command: Callable[[argparse.Namespace], int] = options.run
        return run_command(options)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="repoint",
        description="Point Kubernetes manifests at a registry mirror, with the pull secrets they then need.",
        epilog="Exit codes: 0 done; 1 check found something, or a finding is an error; 2 usage or config; 3 a bug.",
    )
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    _add_render(commands.add_parser("render", help="print or write the rewritten manifests and their Secrets"))
    _add_check(commands.add_parser("check", help="write nothing; exit 1 if anything would change or is unmapped"))
    _add_secrets(commands.add_parser("secrets", help="print the registry Secrets alone"))
    return parser


class _PrintVersion(argparse.Action):
    """Like argparse's own "version", which wants to know it before anyone asks, and finding it out takes long."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"repoint {run.version()}")
        parser.exit()


def _add_render(parser: argparse.ArgumentParser) -> None:
    parser.description = "Rewrite manifests: to standard output, where their registry Secrets follow, or to files."
    _add_shared(parser)
    target = parser.add_mutually_exclusive_group()
    target.add_argument("-o", "--output", metavar="DIR", type=_file, help="write the files below DIR")
    target.add_argument("-i", "--in-place", action="store_true", help="rewrite the files where they are")
    target.add_argument("--diff", action="store_true", help="print what would change as a unified diff; write nothing")
    parser.add_argument("--secrets", metavar="FILE", type=_file, help="write the registry Secrets to FILE (mode 0600)")
    parser.add_argument(
        "--allow-plaintext-secrets",
        action="store_true",
        help="allow Secrets as plain text in files inside a git work tree",
    )
    _add_namespace(parser)
    parser.set_defaults(run=run.render)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Plan what `render` would do, write nothing, and say what is left to do and whether pods can pull their images."
    )
    _add_shared(parser)
    _add_namespace(parser)
    parser.set_defaults(run=run.check, output=None, in_place=False, diff=False, secrets=None)


def _add_secrets(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Print the registry Secrets alone: those that the manifests at PATH need or, with --namespace and no PATH, all "
        "that the config can make, whole, for these namespaces; then standard input is read only where PATH is -."
    )
    _add_shared(parser)
    parser.add_argument(
        "-n",
        "--namespace",
        metavar="NAMESPACE",
        action="append",
        default=[],
        help="a namespace to make them for (may be repeated); with PATH, that in which objects end that name none",
    )
    parser.set_defaults(run=run.secrets, output=None, in_place=False, diff=False, secrets=None)


def _add_namespace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-n", "--namespace", metavar="NAMESPACE", help="the namespace in which objects end that name none"
    )


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", type=_path, help="a file, a folder, or - for standard input (default)"
    )
    parser.add_argument(
        "-c", "--config", metavar="FILE", type=_file, help="the config (default: repoint.yaml here or above)"
    )
    parser.add_argument("--report", metavar="FILE", type=_file, help="write what was found to FILE, as JSON")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument(
        "--skip-unreadable", action="store_true", help="pass documents that are not YAML on as they are"
    )


def _path(text: str) -> str:
    if not text:  # "$DIR" with DIR unset; taken for the working directory, it would all be rewritten
        raise argparse.ArgumentTypeError("the path is empty")
    return text


def _file(text: str) -> Path:
    return Path(_path(text))
