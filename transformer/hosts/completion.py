"""Scripts by which bash, zsh and fish complete a command line, made from its argparse parser and nothing else.

So a command, an option or a choice that is added to the parser is completed too. What the help calls FILE, PATH
or CONFIG is completed as a file, DIR as a folder, any other text not at all. The scripts are static: no shell runs the
program to complete it. They complete it under the name of a plugin for kubectl, too.

What each shell expects is in its manual: "Programmable Completion" in bash(1), "_arguments" in zshcompsys(1), and
complete(1) of fish.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from shlex import join, quote
from typing import Literal, NamedTuple, TypeAlias

from transformer.hosts import outputs
from transformer.hosts.run import DONE

Kind: TypeAlias = Literal["command", "word", "file", "folder", "text"]

_KINDS: dict[str, Kind] = {"FILE": "file", "PATH": "file", "CONFIG": "file", "DIR": "folder"}
_MANY = (argparse.ZERO_OR_MORE, argparse.ONE_OR_MORE, argparse.REMAINDER)
_REPEATABLE = (argparse._AppendAction, argparse._AppendConstAction, argparse._CountAction)


class Word(NamedTuple):
    """One of the words that may stand in a place, and what the help says of it."""

    text: str
    help: str = ""


class Value(NamedTuple):
    """What an option or an argument takes, by the name that the help has for it; `is_many` is of arguments alone."""

    name: str
    kind: Kind
    words: tuple[Word, ...] = ()
    is_many: bool = False


class Option(NamedTuple):
    """An option by its names, what it takes, if anything, and the names that are of no use once it is there."""

    flags: tuple[str, ...]
    help: str
    value: Value | None
    excludes: tuple[str, ...]


class Command(NamedTuple):
    """What may stand behind the words `path`, the first of which is the program."""

    path: tuple[str, ...]
    options: tuple[Option, ...]
    arguments: tuple[Value, ...]

    @property
    def key(self) -> str:
        """The name of the command within a script: `repoint/render`."""
        return "/".join(self.path)


def write(options: argparse.Namespace) -> int:
    """Print the script for a shell, by the parser that `options` have as `program`, and return the exit code."""
    outputs.write([], printed=script(options.shell, options.program).encode())
    return DONE


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """Return the script by which `shell`, a key of SHELLS, completes what `parser` reads."""
    program = parser.prog.split()[-1]  # as what kubectl runs, it has the name `kubectl repoint`
    return SHELLS[shell](program, tuple(_commands(parser, (program,))))


def _commands(parser: argparse.ArgumentParser, path: tuple[str, ...]) -> Iterator[Command]:
    """Yield what the parser reads, then what each of its commands does; what the help hides is not offered."""
    shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    options = tuple(_option(parser, action) for action in shown if action.option_strings)
    positional = (action for action in shown if not action.option_strings)
    arguments = (
        _value(parser, action)
        for action in positional
        for _ in range(action.nargs if isinstance(action.nargs, int) else 1)
    )
    yield Command(path, options, tuple(arguments))
    for action in shown:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from _commands(inner, (*path, name))


def _option(parser: argparse.ArgumentParser, action: argparse.Action) -> Option:
    groups = [group._group_actions for group in parser._mutually_exclusive_groups]
    others = [each for group in groups if action in group for each in group if each is not action]
    once = [] if isinstance(action, _REPEATABLE) else [action]
    excludes = tuple(flag for each in (*once, *others) for flag in each.option_strings)
    value = None if action.nargs == 0 else _value(parser, action)
    return Option(tuple(action.option_strings), _help(parser, action), value, excludes)


def _value(parser: argparse.ArgumentParser, action: argparse.Action) -> Value:
    name, is_many = str(action.metavar or action.dest), action.nargs in _MANY
    if isinstance(action, argparse._SubParsersAction):
        return Value(name, "command", tuple(Word(each.dest, _help(parser, each)) for each in action._choices_actions))
    if action.choices is not None:
        return Value(name, "word", tuple(Word(str(choice)) for choice in action.choices), is_many)
    return Value(name, _KINDS.get(name, "text"), is_many=is_many)


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    return " ".join(parser._get_formatter()._expand_help(action).split()) if action.help else ""


# -- bash -------------------------------------------------------------------------------------------------------------

# bash hands `--config=x` over as three words. Files are left to readline, which knows about blanks, quotes and `~`.
_BASH = """\
_%(program)s() {
    local command=%(program)s number=0 ended='' current=${COMP_WORDS[COMP_CWORD]} word
    local -a value=()
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == = ]]; then continue; fi
        if [[ ${#value[@]} -gt 0 ]]; then value=(); continue; fi
        case $command/$word in
            %(steps)s
            */--) ended=yes ;;
            *) if [[ $word != -?* ]]; then number=$((number + 1)); fi ;;
        esac
    done
    if [[ $current == = ]]; then current=''; fi
    if [[ $current == -* && ! $ended ]]; then
        case $command in
            %(options)s
        esac
    elif [[ ${#value[@]} -eq 0 ]]; then
        case $command:$number in
            %(arguments)s
        esac
    fi
    case ${value[0]-} in
        file) compopt -o default ;;
        folder) compopt -o dirnames ;;
        word)
            for word in "${value[@]:1}"; do
                printf -v word %%q "$word"
                if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
            done ;;
    esac
}
complete -F _%(program)s %(program)s kubectl-%(program)s
"""


def _bash(program: str, commands: Sequence[Command]) -> str:
    steps = [f"{quote(command.key)}) command+=/$word ;;" for command in commands[1:]]
    options, arguments = [], []
    for command in commands:
        flags = [flag for option in command.options for flag in option.flags]
        options.append(f"{quote(command.key)}) {_bash_words(flags)} ;;")
        for option in command.options:
            if option.value is not None:
                names = " | ".join(quote(f"{command.key}/{flag}") for flag in option.flags)
                steps.append(f"{names}) {_bash_value(option.value)} ;;")
        for number, value in enumerate(command.arguments):
            place = "*" if value.is_many else number
            arguments.append(f"{quote(f'{command.key}:')}{place}) {_bash_value(value)} ;;")
    rows = {"steps": steps, "options": options, "arguments": arguments}
    return _BASH % {"program": program, **{name: "\n            ".join(lines) for name, lines in rows.items()}}


def _bash_value(value: Value) -> str:
    return _bash_words(word.text for word in value.words) if value.words else f"value=({value.kind})"


def _bash_words(words: Iterable[str]) -> str:
    return f"value=({join(('word', *words))})"


# -- zsh --------------------------------------------------------------------------------------------------------------

_ZSH = """\
#compdef %(program)s kubectl-%(program)s
%(functions)s
if [[ ${funcstack[1]-} == _%(program)s ]]; then
    _%(program)s "$@"
else
    compdef _%(program)s %(program)s kubectl-%(program)s
fi
"""


def _zsh(program: str, commands: Sequence[Command]) -> str:
    return _ZSH % {"program": program, "functions": "".join(map(_zsh_function, commands))}


def _zsh_function(command: Command) -> str:
    specs = (f" \\\n        {quote(spec)}" for spec in (*_zsh_options(command), *_zsh_arguments(command)))
    return f"\n{_zsh_name(command)}() {{\n    _arguments -s -S{''.join(specs)}\n}}\n"


def _zsh_name(command: Command) -> str:
    return f"_{'_'.join(command.path)}"


def _zsh_options(command: Command) -> Iterator[str]:
    for option in command.options:
        before = f"({' '.join(option.excludes)})" if option.excludes else ""
        often = "" if option.flags[0] in option.excludes else "*"
        text = re.sub(r"[][\\]", r"\\\g<0>", option.help)
        for flag in option.flags:
            joint = "" if option.value is None else "=" if flag.startswith("--") else "+"
            yield f"{before}{often}{flag}{joint}[{text}]{_zsh_value(option.value)}"


def _zsh_arguments(command: Command) -> Iterator[str]:
    for number, value in enumerate(command.arguments, 1):
        if value.kind == "command":  # it ends the options of this command, and has a function for what follows
            yield f"(-){number}{_zsh_value(value)}"
            yield f"*:: : _call_function - {_zsh_name(command)}_$words[1]"
        else:
            yield f"{'*' if value.is_many else number}{_zsh_value(value)}"


def _zsh_value(value: Value | None) -> str:
    """Return the message and the action of a value; an unescaped colon would end them."""
    if value is None:
        return ""
    actions: dict[Kind, str] = {
        "command": f"(({' '.join(map(_zsh_described, value.words))}))",
        "word": f"({join(word.text for word in value.words)})".replace(":", r"\:"),
        "file": "_files",
        "folder": "_files -/",
        "text": " ",
    }
    return f":{value.name}:{actions[value.kind]}"


def _zsh_described(word: Word) -> str:
    text = re.sub(r'[\\"$`]', r"\\\g<0>", word.help.replace("\\", r"\\"))  # for the quotes, and for _describe
    return f'{word.text}\\:"{text}"'


# -- fish -------------------------------------------------------------------------------------------------------------

_FISH = """\
function __%(program)s_at --description 'Say whether the cursor is at this command, and behind so many arguments'
    set -l command %(program)s
    set -l number 0
    set -l is_value no
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test $is_value = yes
            set is_value no
        else if contains -- $command/$word %(valued)s
            set is_value yes
        else if contains -- $command/$word %(commands)s
            set command $command/$word
        else if not string match -qr -- '^-.' $word
            set number (math $number + 1)
        end
    end
    test $command = $argv[1]
    and begin
        not set -q argv[2]
        or test $number $argv[2..3]
    end
end

complete -c kubectl-%(program)s -w %(program)s
complete -c %(program)s -f
%(lines)s
"""

# The function would take all of `--output=x` for the beginning of a folder's name.
_FISH_FOLDERS = """(__fish_complete_directories (string replace -r "^--.*?=" "" -- (commandline -ct)))"""


def _fish(program: str, commands: Sequence[Command]) -> str:
    valued = (
        f"{command.key}/{flag}"
        for command in commands
        for option in command.options
        if option.value is not None
        for flag in option.flags
    )
    return _FISH % {
        "program": program,
        "commands": " ".join(command.key for command in commands[1:]),
        "valued": " ".join(valued),
        "lines": "\n".join(line for command in commands for line in _fish_lines(program, command)),
    }


def _fish_lines(program: str, command: Command) -> Iterator[str]:
    start = f"complete -c {program} -n '__{program}_at {command.key}"
    for option in command.options:
        flags = " ".join(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags)
        takes = f" -r {_fish_value(option.value)}" if option.value is not None else ""
        yield f"{start}' {flags}{takes} -d {_fish_quoted(option.help)}"
    for number, value in enumerate(command.arguments):
        place = f"{start} {'-ge' if value.is_many else '-eq'} {number}'"
        if value.kind == "command":
            yield from (f"{place} -a {word.text} -d {_fish_quoted(word.help)}" for word in value.words)
        else:
            yield f"{place} {_fish_value(value)}"


def _fish_value(value: Value) -> str:
    """Return what `complete` offers in the place of a value: files with -F, with -f none but those of -a."""
    if value.kind == "file":
        return "-F"
    offered = _FISH_FOLDERS if value.kind == "folder" else join(word.text for word in value.words)
    return f"-f -a {_fish_quoted(offered)}"


def _fish_quoted(text: str) -> str:
    return "'" + re.sub(r"[\\']", r"\\\g<0>", text) + "'"


SHELLS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
