"""A TAB offers what the parser reads, whatever that is, and the same in bash, zsh and fish."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from command import environment, lay_out, shown_on
from programs import needs

from transformer.hosts import options
from transformer.hosts.completion import SHELLS, script

EACH_SHELL = [pytest.param(shell, marks=needs(shell)) for shell in SHELLS]

HELP = """it's "all" of `it`: [x] in $HOME, 5% (a|b) <c> &"""


def tool() -> argparse.ArgumentParser:
    """Return a parser with one of each kind of thing that a command may have."""
    parser = argparse.ArgumentParser(prog="tool")
    parser.add_argument("-o", "--log-file", metavar="FILE", help=HELP.replace("%", "%%"))
    commands = parser.add_subparsers(metavar="COMMAND")
    _add_render(commands.add_parser("render", help=HELP.replace("%", "%%")))
    plugin = commands.add_parser("plugin", help="plugins of other programs").add_subparsers(metavar="COMMAND")
    plugin.add_parser("remove", help="remove one").add_argument("name", metavar="NAME")
    plugin.add_parser("list", help="list all").add_argument("files", metavar="FILE", nargs="*", help=argparse.SUPPRESS)
    _add_install(plugin.add_parser("install", help="install one"))
    return parser


def _add_render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*")
    parser.add_argument("-c", "--config", metavar="FILE")
    parser.add_argument("-n", "--namespace", metavar="NAMESPACE", action="append")
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.add_argument("--secret", help=argparse.SUPPRESS)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("-o", "--output", metavar="DIR")
    either.add_argument("--order", choices=["name", "by-kind", "by-age"])


def _add_install(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("host", choices=["kustomize", "helm"])
    parser.add_argument("folder", metavar="DIR", nargs="?")
    parser.add_argument("files", metavar="FILE", nargs="*")
    parser.add_argument("--into", metavar="DIR")


FILES = ["-z", "a b.yaml", "a'b.yaml", "folder one", "z"]
LONG = ["--config", "--help", "--namespace", "--order", "--output", "--quiet"]

# What stands before the cursor: the words that are there, the one that is begun; and what it may become.
CASES: dict[str, tuple[str, str, list[str]]] = {
    "the commands": ("tool", "", ["plugin", "render"]),
    "a command begun": ("tool", "re", ["render"]),
    "the name of the plugin": ("kubectl-tool", "re", ["render"]),
    "options before the command": ("tool", "--", ["--help", "--log-file"]),
    "a command behind an option": ("tool -h", "re", ["render"]),
    "a command behind what an option takes": ("tool --log-file plugin", "re", ["render"]),
    "a command behind what an option takes, joined": ("tool --log-file=plugin", "re", ["render"]),
    "options": ("tool render", "--", LONG),
    "an option begun": ("tool render", "--na", ["--namespace"]),
    "an option behind a path": ("tool render z", "--ou", ["--output"]),
    "an option behind what another takes": ("tool render -c a\\ b.yaml", "--ou", ["--output"]),
    "an option behind a single hyphen": ("tool render -c -", "--ou", ["--output"]),
    "an option that may be repeated": ("tool render --namespace shop", "--na", ["--namespace"]),
    "files behind two hyphens": ("tool render --", "", FILES),
    "no option behind two hyphens": ("tool render --", "-", ["-z"]),
    "files": ("tool render", "", FILES),
    "more files": ("tool render z", "", FILES),
    "a file behind the name of another command": ("tool render plugin", "a", ["a b.yaml", "a'b.yaml"]),
    "a file with a blank": ("tool render", "a\\ ", ["a b.yaml"]),
    "a file in a folder": ("tool render", "folder\\ one/", ["folder one/in it"]),
    "a file for a short option": ("tool render -c", "", FILES),
    "a file for a long option": ("tool render --config", "a", ["a b.yaml", "a'b.yaml"]),
    "a file for a long option, joined and begun": ("tool render", "--config=a\\ ", ["a b.yaml"]),
    "a folder for a long option": ("tool render --output", "f", ["folder one"]),
    "a folder for a long option, joined": ("tool render", "--output=", ["folder one"]),
    "a folder for a long option, joined and begun": ("tool render", "--output=f", ["folder one"]),
    "nothing for an option that takes another text": ("tool render -n", "", []),
    "a choice": ("tool render --order", "", ["by-age", "by-kind", "name"]),
    "a choice joined": ("tool render", "--order=", ["by-age", "by-kind", "name"]),
    "a choice joined and begun": ("tool render", "--order=by-k", ["by-kind"]),
    "commands of a command": ("tool plugin", "", ["install", "list", "remove"]),
    "options of a command's command": ("tool plugin install", "--", ["--help", "--into"]),
    "choices for an argument": ("tool plugin install", "", ["helm", "kustomize"]),
    "the argument behind it": ("tool plugin install helm", "", ["folder one"]),
    "the argument behind a single hyphen": ("tool plugin install helm -", "", FILES),
    "all the rest": ("tool plugin install helm x y", "", FILES),
    "nothing for another text": ("tool plugin remove", "", []),
    "nothing that the help hides": ("tool plugin list --", "", []),
    "nothing behind what is no command": ("tool nonsense", "", []),
}

# A TAB puts all that may be meant on the line, and Enter runs a function that writes down the words it was given.
RECORD = """
repoint() { printf '%s\\n' "$@" >>~/words; printf '\\f' >>~/words; }
tool() { repoint "$@"; }
kubectl-tool() { repoint "$@"; }
kubectl-repoint() { repoint "$@"; }
"""
BASH = """
set -eu
%s
bind '"\\t": insert-completions'
"""
COMPINIT = "fpath+=(~/functions); autoload -Uz compinit; compinit -u -D\n"
ZSH = """
set -eu
%s
insert-all() { compstate[insert]=all; }
insert-all-later() { comppostfuncs+=(insert-all); return 1; }
zstyle ':completion:*' completer insert-all-later _complete
"""
FISH = """
%s
for line in $argv
    complete -C $line
    printf '\\f'
end
"""

Lines = Sequence[tuple[str, str]]


def offers(shell: str, load: str, lines: Lines, folder: Path) -> list[list[str]]:
    """Return what a shell that has run the commands `load` offers on each line: the words there, and the one begun."""
    lay_out(folder, {f"here/{name}": "" for name in ("a b.yaml", "a'b.yaml", "folder one/in it", "z", "-z")})
    answers = (ask_fish if shell == "fish" else ask_at_terminal)(shell, load, lines, folder)
    return [
        sorted(word.removeprefix(option(begun)).rstrip("/") for word in answer)
        for answer, (_, begun) in zip(answers, lines, strict=True)
    ]


def option(begun: str) -> str:
    """Return the `--config=` of what is begun, which not every shell repeats in what it offers."""
    name, equals, _ = begun.partition("=")
    return name + equals if equals else ""


def ask_fish(_: str, load: str, lines: Lines, folder: Path) -> list[list[str]]:
    parts = fish(FISH % load, [*map(" ".join, lines)], folder).split("\f")[:-1]
    return [[line.partition("\t")[0] for line in part.splitlines()] for part in parts]


def fish(commands: str, arguments: list[str], folder: Path) -> str:
    """Return what fish says when it runs the commands."""
    command = ["fish", "--no-config", "-c", commands, *arguments]
    ran = subprocess.run(command, cwd=folder / "here", env=at_home(folder), capture_output=True, text=True)
    assert ran.stderr == ""
    return ran.stdout


def ask_at_terminal(shell: str, load: str, lines: Lines, folder: Path) -> list[list[str]]:
    start = BASH % load if shell == "bash" else COMPINIT + ZSH % load
    lay_out(folder, {f"home/.{shell}rc": start + RECORD})
    screen = type_into(shell, [f"{words} {begun}\t" for words, begun in lines], folder)
    parts = (folder / "home/words").read_text().split("\f")[:-1]
    assert len(parts) == len(lines), screen
    return [part.splitlines()[count(words) :] for part, (words, _) in zip(parts, lines, strict=True)]


def type_into(shell: str, lines: list[str], folder: Path) -> str:
    """Return what an interactive shell shows while each line is typed and ended with Enter."""
    ours, theirs = os.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    place: dict[str, Any] = {"cwd": folder / "here", "env": at_home(folder), "start_new_session": True}
    with subprocess.Popen([shell, "-i"], **streams, **place) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\r" for line in (*lines, "exit")).encode())
        screen = shown_on(ours)
        process.kill()
    os.close(ours)
    return screen.decode()


def at_home(folder: Path) -> dict[str, str]:
    """Return the variables of a shell whose user has the files in the folder `home`, and no others."""
    home = str(folder / "home")
    places = {"HOME": home, "ZDOTDIR": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "INPUTRC": os.devnull}
    return environment({**places, "TERM": "xterm", "LC_ALL": "C.UTF-8", "PYTHON": sys.executable})


def count(words: str) -> int:
    """Return how many words stand behind the name of the program."""
    return len(shlex.split(re.split("tool|repoint", words, maxsplit=1)[1]))


def source(shell: str, parser: argparse.ArgumentParser, folder: Path) -> str:
    """Return the command that reads the script for `parser`."""
    lay_out(folder, {"home/script": script(shell, parser)})
    return "source ~/script"


@pytest.fixture(scope="module", params=EACH_SHELL)
def offered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What one shell offers in each of the cases."""
    folder = tmp_path_factory.mktemp("user")
    lines = [(words, begun) for words, begun, _ in CASES.values()]
    return dict(zip(CASES, offers(request.param, source(request.param, tool(), folder), lines, folder), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_tab_offers(case: str, offered: dict[str, list[str]]) -> None:
    assert offered[case] == CASES[case][2]


@needs("zsh")
def test_zsh_completes_what_follows_the_letter_of_an_option(tmp_path: Path) -> None:
    lines = [("tool render", "-of"), ("tool render", "-ca\\ "), ("tool render", "-qnshop -of")]
    assert offers("zsh", source("zsh", tool(), tmp_path), lines, tmp_path) == [
        ["-ofolder one"],
        ["-ca b.yaml"],
        ["-ofolder one", "-qnshop"],
    ]


@needs("zsh")
def test_zsh_offers_nothing_that_excludes_what_is_there(tmp_path: Path) -> None:
    lines = [("tool render -o z", "--"), ("tool render -q -n shop", "--")]
    assert offers("zsh", source("zsh", tool(), tmp_path), lines, tmp_path) == [
        ["--config", "--help", "--namespace", "--quiet"],
        ["--config", "--help", "--namespace", "--order", "--output"],
    ]


@needs("zsh")
def test_zsh_shows_the_help(tmp_path: Path) -> None:
    lay_out(tmp_path, {"home/.zshrc": f"{COMPINIT}{source('zsh', tool(), tmp_path)}\n", "here/z": ""})
    screen = type_into("zsh", ["tool \t", "tool --\t"], tmp_path)
    assert f"render  -- {HELP}" in screen
    assert f"--log-file  -- {HELP}" in screen


@needs("fish")
def test_fish_shows_the_help(tmp_path: Path) -> None:
    lay_out(tmp_path, {"here/z": ""})
    said = fish(f"{source('fish', tool(), tmp_path)}; complete -C 'tool '; complete -C 'tool --'", [], tmp_path)
    assert {f"render\t{HELP}", f"--log-file\t{HELP}"} <= {*said.splitlines()}


@needs("zsh")
def test_zsh_finds_the_script_among_its_functions(tmp_path: Path) -> None:
    lay_out(tmp_path, {"home/functions/_tool": script("zsh", tool())})
    lines = [("tool", "re"), ("tool render", "--na"), ("kubectl-tool", "re")]
    assert offers("zsh", "", lines, tmp_path) == [["render"], ["--namespace"], ["render"]]


# -- repoint itself ---------------------------------------------------------------------------------------------------

REPOINT = {
    "bash": 'repoint() { "$PYTHON" -m transformer "$@"; }; source <(repoint completion bash)',
    "zsh": 'repoint() { "$PYTHON" -m transformer "$@"; }; source <(repoint completion zsh)',
    "fish": "function repoint; $PYTHON -m transformer $argv; end; repoint completion fish | source",
}


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_repoint_is_completed(shell: str, tmp_path: Path) -> None:
    lines = [
        ("repoint", ""),
        ("repoint check", "--"),
        ("repoint completion", ""),
        ("repoint plugin install", ""),
        ("kubectl-repoint", "ren"),
    ]
    commands, flags, shells, hosts, plugin = offers(shell, REPOINT[shell], lines, tmp_path)
    assert {"check", "completion", "render", "secrets"} <= {*commands}
    assert {"--config", "--namespace", "--report"} <= {*flags}
    assert shells == sorted(SHELLS)
    assert hosts == ["helm", "kustomize"]
    assert plugin == ["render"]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_kubectl_runs_prints_the_same(shell: str) -> None:
    printed = [script(shell, argparse.ArgumentParser(name)) for name in ("repoint", "kubectl repoint")]
    assert printed[0] == printed[1]


def test_no_other_command_pays_for_it() -> None:
    program = "import sys; from transformer.hosts import options; options.parser(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "transformer.hosts.options" in ran.stdout.split()
    assert "transformer.hosts.completion" not in ran.stdout.split()


# -- what is served ---------------------------------------------------------------------------------------------------

OPTIONS = {
    (argparse._HelpAction, 0),
    (options._PrintVersion, 0),
    (argparse._StoreTrueAction, 0),
    (argparse._StoreAction, None),
    (argparse._AppendAction, None),
}
ARGUMENTS = {(argparse._StoreAction, None), (argparse._StoreAction, "?")}
LAST_ARGUMENTS = {*ARGUMENTS, (argparse._StoreAction, "*"), (argparse._SubParsersAction, argparse.PARSER)}
WORD = re.compile(r"-\w|(--)?\w[\w-]*")


def unserved(parser: argparse.ArgumentParser) -> list[str]:
    """Return the options and arguments of a parser and of its commands that a script would complete wrong."""
    return [action.dest for owner, action in actions(parser) if not is_served(action, owner)]


def is_served(action: argparse.Action, owner: argparse.ArgumentParser) -> bool:
    last = [each for each in owner._actions if not each.option_strings][-1:]
    shapes = OPTIONS if action.option_strings else LAST_ARGUMENTS if action in last else ARGUMENTS
    words = [*action.option_strings, *(action.choices or ())]
    is_command = isinstance(action, argparse._SubParsersAction)
    listed = [each.dest for each in action._choices_actions] if is_command else words
    return (type(action), action.nargs) in shapes and all(map(WORD.fullmatch, words)) and words == listed


def actions(parser: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, argparse.Action]]:
    """Yield the options and arguments of a parser and of its commands, each with the parser that reads it."""
    for action in parser._actions:
        yield parser, action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from actions(inner)


@pytest.mark.parametrize("parser", [options.parser(), tool()], ids=["repoint", "tool"])
def test_a_script_serves_all_that_is_read(parser: argparse.ArgumentParser) -> None:
    assert unserved(parser) == []
    assert "\\" not in script("fish", parser)  # a help with one would have to be escaped in every shell


def test_what_no_script_serves_is_seen() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-long")
    parser.add_argument("--count", action="count")
    parser.add_argument("--many", nargs="*")
    parser.add_argument("--quoted", choices=["by name"])
    parser.add_argument("two", nargs=2)
    parser.add_argument("some", nargs="+")
    parser.add_argument("early", nargs="*")
    parser.add_subparsers(dest="unlisted").add_parser("command").add_argument("rest", nargs=argparse.REMAINDER)
    assert unserved(parser) == ["long", "count", "many", "quoted", "two", "some", "early", "unlisted", "rest"]


def test_each_path_of_repoint_has_a_name_by_which_it_is_completed() -> None:
    paths = (action for _, action in actions(options.parser()) if action.type in (options._file, options._path))
    assert {action.metavar for action in paths} == {"FILE", "PATH", "CONFIG", "DIR"}
