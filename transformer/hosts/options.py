"""The options of the command line: `repoint render`, `check`, `secrets`, and what hosts call."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

# What commands say of options that they do not have.
_NO_OUTPUTS: dict[str, Any] = {"output": None, "in_place": False, "diff": False, "secrets": None}
_NO_FILES = _NO_OUTPUTS | {"report": None}

Command = Callable[[argparse.Namespace], int]
PIPE = "pipe"
_A_DAY = 24 * 60 * 60


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; what it returns says in `run` the function that does what it asks for."""
    parser = argparse.ArgumentParser(
        prog=_program(),
        description="Point Kubernetes manifests at a registry mirror, with the pull secrets they then need.",
        epilog="Exit codes: 0 done; 1 check found something, or a finding is an error; 2 usage or config; 3 a bug.",
    )
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    _add_render(commands.add_parser("render", help="print or write the rewritten manifests and their Secrets"))
    _add_check(commands.add_parser("check", help="write nothing; exit 1 if anything would change or is unmapped"))
    _add_secrets(commands.add_parser("secrets", help="print the registry Secrets alone"))
    _add_pipe(commands.add_parser(PIPE, help="rewrite what a host pipes in (the default where options come first)"))
    _add_plugin(commands.add_parser("plugin", help="install repoint as a plugin of kustomize or Helm 4"))
    _add_kustomize_plugin(commands.add_parser("kustomize-plugin", help="what the installed plugin of kustomize runs"))
    _add_argocd(commands.add_parser("argocd", help="what a config management plugin of Argo CD runs"))
    _add_completion(commands.add_parser("completion", help="print the script by which a shell completes this"))
    return parser


class _PrintVersion(argparse.Action):
    """Like argparse's own "version", which wants to know it before anyone asks, and finding it out takes long."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from transformer.hosts.run import version  # noqa: PLC0415  slow, and seldom needed

        print(f"repoint {version()}")
        parser.exit()


def _program() -> str:
    """Return what the user typed; for `kubectl repoint`, kubectl runs a program of the other name."""
    return "kubectl repoint" if Path(sys.argv[0]).name == "kubectl-repoint" else "repoint"


def _command(module: str, function: str) -> Command:
    """Return a function of a host, whose module is imported when it is called."""

    def run(options: argparse.Namespace) -> int:
        command: Command = getattr(import_module(f"transformer.hosts.{module}"), function)
        return command(options)

    return run


def _add_render(parser: argparse.ArgumentParser) -> None:
    parser.description = "Rewrite manifests: to standard output, where their registry Secrets follow, or to files."
    _add_shared(parser)
    target = parser.add_mutually_exclusive_group()
    target.add_argument("-o", "--output", metavar="DIR", type=_file, help="write the files below DIR")
    target.add_argument("-i", "--in-place", action="store_true", help="rewrite the files where they are")
    target.add_argument("--diff", action="store_true", help="print what would change as a unified diff; write nothing")
    parser.add_argument("--secrets", metavar="FILE", type=_file, help="write the registry Secrets to FILE (mode 0600)")
    _add_allowance(parser)
    _add_namespace(parser)
    parser.set_defaults(run=_command("run", "render"))


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Plan what `render` would do, write nothing, and say what is left to do and whether pods can pull their images."
    )
    _add_shared(parser)
    _add_namespace(parser)
    parser.set_defaults(run=_command("run", "check"), **_NO_OUTPUTS)


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
    parser.set_defaults(run=_command("run", "secrets"), **_NO_OUTPUTS)


def _add_pipe(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Rewrite what a host pipes in: a ResourceList, as a function of kustomize or kpt, or manifests, as a "
        "post-renderer of Helm. The config is the functionConfig, the file it names, or that of -c."
    )
    parser.add_argument("paths", nargs="*", help=argparse.SUPPRESS)  # to say that they need a command
    _add_told(parser)
    _add_allowance(parser)
    _add_namespace(parser)
    parser.set_defaults(run=_command("pipe", "rewrite"), **_NO_FILES)


def _add_plugin(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    install = actions.add_parser("install", help="put the plugin where its host looks for it")
    install.add_argument("host", choices=("kustomize", "helm"), help="whose plugin; helm is Helm 4, Helm 3 needs none")
    install.add_argument(
        "--to", metavar="DIR", type=_file, help="the folder of the host's plugins (default: where the host looks)"
    )
    _add_log(install)
    install.set_defaults(run=_command("plugins", "install"))


def _add_kustomize_plugin(parser: argparse.ArgumentParser) -> None:
    parser.description = "Transform the stream on standard input or, where that is empty, generate registry Secrets."
    parser.add_argument("config", metavar="CONFIG", type=_file, help="the MirrorConfig, as kustomize passes it")
    _add_log(parser)
    parser.set_defaults(run=_command("kustomize_plugin", "rewrite"), quiet=False, skip_unreadable=False, **_NO_FILES)


def _add_argocd(parser: argparse.ArgumentParser) -> None:
    parser.description = "What Argo CD runs as its config management plugin, in the folder of an application."
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    generate = commands.add_parser("generate", help="print the rewritten manifests of a kustomization, chart or folder")
    generate.add_argument(
        "-c",
        "--config",
        metavar="FILE",
        type=_file,
        required=True,
        help="the config; at a relative path it is the application's own, and may name no credentials",
    )
    generate.add_argument(
        "--timeout", metavar="SECONDS", type=_seconds, default=45, help="give up after so long (default: %(default)s)"
    )
    generate.add_argument(
        "--kustomize-build-options",
        metavar="OPTIONS",
        default="",
        help="more options for kustomize build, behind '=' as one text, as kustomize.buildOptions has them",
    )
    _add_log(generate)
    generate.set_defaults(run=_command("argocd", "generate"), quiet=False, skip_unreadable=False, **_NO_FILES)
    announce = commands.add_parser("parameters", help="print the parameters that an Application may set, as JSON")
    _add_log(announce)
    announce.set_defaults(run=_command("argocd", "parameters"))


def _add_completion(parser: argparse.ArgumentParser) -> None:
    parser.description = "Print the script by which a shell completes the commands, options and files of this command."
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell that reads it, as it starts")
    _add_log(parser)
    parser.set_defaults(run=_command("completion", "write"))


def _add_allowance(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-plaintext-secrets",
        action="store_true",
        help="allow Secrets as plain text in files inside a git work tree, or in a kpt package",
    )


def _add_namespace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-n", "--namespace", metavar="NAMESPACE", help="the namespace in which objects end that name none"
    )


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", type=_path, help="a file, a folder, or - for standard input (default)"
    )
    parser.add_argument("--report", metavar="FILE", type=_file, help="write what was found to FILE, as JSON")
    _add_told(parser)


def _add_told(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-c", "--config", metavar="FILE", type=_file, help="the config (default: repoint.yaml here or above)"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    parser.add_argument(
        "--skip-unreadable", action="store_true", help="pass documents that are not YAML on as they are"
    )
    _add_log(parser)


def _add_log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--log-file",
        metavar="FILE",
        type=_file,
        help="append what is said on standard error to FILE too (default: $REPOINT_LOG)",
    )


def _path(text: str) -> str:
    if not text:  # "$DIR" with DIR unset; taken for the working directory, it would all be rewritten
        raise argparse.ArgumentTypeError("the path is empty")
    return text


def _file(text: str) -> Path:
    return Path(_path(text))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < _A_DAY:  # to a timer, 0 is never
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0 and below {_A_DAY}")
    return seconds
