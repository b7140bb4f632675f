"""Scripts by which bash, zsh and fish complete a command line, made from its argparse parser and nothing else.

So a command, an option or a choice that is added to the parser is completed too. What the help calls FILE, PATH
or CONFIG is completed as a file, DIR as a folder, any other text not at all. The scripts are static: no shell runs the
program to complete it. They complete it under the name of a plugin for kubectl, too. Of what argparse can read, they
serve what the commands have; a test lists that, and fails for a command that has more.

What each shell expects is in its manual: "Programmable Completion" in bash(1), "_arguments" in zshcompsys(1), and
complete(1) of fish.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from shlex import quote
from typing import NamedTuple

from transformer.hosts import outputs
from transformer.hosts.options import parser
from transformer.hosts.run import DONE


class Command(NamedTuple):
    """What may stand behind the words of `key`, the first of which is the program: `repoint/plugin/install`.

    Of the options in one of the `groups`, a command line has one at most.
    """

    key: str
    options: Sequence[argparse.Action]
    groups: Sequence[Sequence[argparse.Action]]
    arguments: Sequence[argparse.Action]


class Offer(NamedTuple):
    """What is offered in a place, as each shell is told: by a command, by an action, by options of `complete`."""

    bash: str
    zsh: str
    fish: str


# bash leaves files to readline, which knows about blanks, quotes and `~`. The function that fish has for folders would
# take all of `--output=x` for the beginning of a name.
_FILES = Offer("compopt -o default", "_files", "-rF")
_FOLDERS = Offer(
    "compopt -o dirnames",
    "_files -/",
    """-x -a '(__fish_complete_directories (string replace -r "^--.*?=" "" -- (commandline -ct)))'""",
)
_NOTHING = Offer(":", " ", "-x")
_BY_NAME = {"FILE": _FILES, "PATH": _FILES, "CONFIG": _FILES, "DIR": _FOLDERS}


def write(options: argparse.Namespace) -> int:
    """Print the script for the shell that `options` name, and return the exit code."""
    outputs.write([], printed=script(options.shell, parser()).encode())
    return DONE


def script(shell: str, program: argparse.ArgumentParser) -> str:
    """Return the script by which `shell`, a key of SHELLS, completes what the parser `program` reads."""
    name = program.prog.split()[-1]  # as what kubectl runs, it has the name `kubectl repoint`
    commands = tuple(_commands(program, name))
    template, lines = SHELLS[shell]
    return template % {
        "program": name,
        "commands": " ".join(command.key for command in commands[1:]),
        "valued": " ".join(place for command in commands for place, _ in _valued(command)),
        "lines": "\n".join(line for command in commands for line in lines(command)),
    }


def _commands(parser: argparse.ArgumentParser, key: str) -> Iterator[Command]:
    """Yield what the parser reads, then what each of its commands does; what the help hides is not offered."""
    shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    options = [action for action in shown if action.option_strings]
    arguments = [action for action in shown if not action.option_strings]
    yield Command(key, options, [group._group_actions for group in parser._mutually_exclusive_groups], arguments)
    for action in arguments:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from _commands(inner, f"{key}/{name}")


def _valued(command: Command) -> Iterator[tuple[str, Offer]]:
    """Yield each flag behind which something is put, `repoint/plugin/install/--to`, and what is offered there."""
    for option in command.options:
        if option.nargs != 0:
            yield from ((f"{command.key}/{flag}", _offer(option)) for flag in option.option_strings)


def _offer(action: argparse.Action) -> Offer:
    return _words(action.choices) if action.choices else _BY_NAME.get(str(action.metavar), _NOTHING)


def _words(words: Iterable[str]) -> Offer:
    text = " ".join(words)
    return Offer(f"words='{text}'", f"({text})", f"-x -a '{text}'")


def _help(action: argparse.Action) -> str:
    return (action.help or "") % vars(action)


# -- bash -------------------------------------------------------------------------------------------------------------

# bash hands `--config=x` over as three words. An option that is begun stands in the place `repoint/render:-`. compgen
# fails where it finds nothing, which would end a shell with `set -e`.
_BASH = """\
_%(program)s() {
    local command=%(program)s option='' number=0 ended='' current=${COMP_WORDS[COMP_CWORD]} word words=''
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == = ]]; then
            continue
        elif [[ $option ]]; then
            option=''
        elif [[ ' %(commands)s ' == *" $command/$word "* ]]; then
            command+=/$word
        elif [[ ' %(valued)s ' == *" $command/$word "* ]]; then
            option=/$word
        elif [[ $word == -- ]]; then
            ended=yes
        elif [[ $word != -?* ]]; then
            number=$((number + 1))
        fi
    done
    if [[ $current == -* && ! $ended ]]; then number=-; fi
    case $command${option:-:$number} in
%(lines)s
    esac
    COMPREPLY=($(compgen -W "$words" -- "${current#=}" || :))
}
complete -F _%(program)s %(program)s kubectl-%(program)s
"""


def _bash(command: Command) -> Iterator[str]:
    flags = [flag for option in command.options for flag in option.option_strings]
    yield f"        {command.key}:-) {_words(flags).bash} ;;"
    for place, offer in _valued(command):
        yield f"        {place}) {offer.bash} ;;"
    for number, argument in enumerate(command.arguments):
        yield f"        {command.key}:{'*' if argument.nargs == '*' else number}) {_offer(argument).bash} ;;"


# -- zsh --------------------------------------------------------------------------------------------------------------

_ZSH = """\
#compdef %(program)s kubectl-%(program)s
%(lines)s

if [[ ${funcstack[1]-} == _%(program)s ]]; then
    _%(program)s "$@"
else
    compdef _%(program)s %(program)s kubectl-%(program)s
fi
"""


def _zsh(command: Command) -> Iterator[str]:
    name = f"_{command.key.replace('/', '_')}"
    specs = "".join(f" \\\n        {quote(spec)}" for spec in (*_zsh_options(command), *_zsh_arguments(command, name)))
    yield f"\n{name}() {{\n    _arguments -s -S{specs}\n}}"


def _zsh_options(command: Command) -> Iterator[str]:
    for option in command.options:
        group = next((group for group in command.groups if option in group), [option])
        excluded = " ".join(flag for each in group for flag in each.option_strings)
        before = "*" if isinstance(option, argparse._AppendAction) else f"({excluded})"
        short, long, value = ("", "", "") if option.nargs == 0 else ("+", "=", f":{option.dest}:{_offer(option).zsh}")
        text = _help(option).replace("]", r"\]")
        for flag in option.option_strings:
            yield f"{before}{flag}{long if flag.startswith('--') else short}[{text}]{value}"


def _zsh_arguments(command: Command, name: str) -> Iterator[str]:
    for number, argument in enumerate(command.arguments, 1):
        if isinstance(argument, argparse._SubParsersAction):
            described = " ".join(quote(f"{each.dest}:{_help(each)}") for each in argument._choices_actions)
            yield f"(-)1:command:(({described}))"  # it ends the options, and has a function for what follows
            yield f"*:: : _call_function - {name}_$words[1]"
        else:
            yield f"{'*' if argument.nargs == '*' else number}:{argument.dest}:{_offer(argument).zsh}"


# -- fish -------------------------------------------------------------------------------------------------------------

_FISH = """\
function __%(program)s_at --description 'Say whether the cursor is at this command, and behind so many arguments'
    set -l command %(program)s
    set -l option ''
    set -l number 0
    for word in (commandline -opc)[2..]
        if test -n "$option"
            set option ''
        else if contains -- $command/$word %(commands)s
            set command $command/$word
        else if contains -- $command/$word %(valued)s
            set option $word
        else if not string match -qr -- '^-.' $word
            set number (math $number + 1)
        end
    end
    test $command = $argv[1]
    and test $number $argv[2..3]
end

complete -c kubectl-%(program)s -w %(program)s
complete -c %(program)s -f
%(lines)s
"""


def _fish(command: Command) -> Iterator[str]:
    program = command.key.split("/")[0]
    start = f"complete -c {program} -n '__{program}_at {command.key}"
    for option in command.options:
        flags = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.option_strings]
        takes = [] if option.nargs == 0 else [_offer(option).fish]
        yield " ".join([f"{start} -ge 0'", *flags, *takes, "-d", quote(_help(option))])
    for number, argument in enumerate(command.arguments):
        place = f"{start} {'-ge' if argument.nargs == '*' else '-eq'} {number}'"
        if isinstance(argument, argparse._SubParsersAction):
            yield from (f"{place} -a {each.dest} -d {quote(_help(each))}" for each in argument._choices_actions)
        else:
            yield f"{place} {_offer(argument).fish}"


SHELLS = {"bash": (_BASH, _bash), "zsh": (_ZSH, _zsh), "fish": (_FISH, _fish)}
