"""One run: plan everything, say what was found, then write everything or nothing."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from transformer.documents import join
from transformer.errors import UsageError
from transformer.hosts import outputs, report, sources, terminal
from transformer.hosts.masking import masked
from transformer.hosts.outputs import Output
from transformer.hosts.planning import Plan, config_of, plan, plan_whole, read, with_namespace
from transformer.hosts.work_tree import refuse_plaintext
from transformer.kustomize import without_orders
from transformer.registry_secrets import Made, in_plaintext, make
from transformer.survey import ids
from transformer.unified_diff import unified_diff

DONE, FOUND = 0, 1
_PRIVATE = 0o600
_NOUNS, _ENDS = {"template": "Secret"}, {"template": " by a template"}


Joined: TypeAlias = Callable[[Sequence[str], Sequence[str]], str]
"""How the texts of the input and those that are made become one stream."""


def join_behind(texts: Sequence[str], made: Sequence[str]) -> str:
    """Return one stream with what is made at its end."""
    return join([*texts, *made])


def version() -> str:
    """Return the version of the distribution that is installed."""
    from importlib.metadata import version as distribution_version  # noqa: PLC0415  slow, and seldom needed

    return distribution_version("repoint")


def render(options: argparse.Namespace) -> int:
    """Write the rewritten manifests where `options` say, and return the exit code."""
    _refuse_misuse(options)
    planned = _planned(options, options.namespace)
    if is_wrong(planned):
        return refuse(options, planned)
    if options.diff:
        outputs.write(_report(options, planned), printed=_diff(planned).encode("utf-8", "surrogateescape"))
        say(options, planned, "nothing was written", done=False)
    elif options.output or options.in_place:
        _write_files(options, planned)
    else:
        _write_stream(options, planned)
    return DONE


def print_planned(planned: Plan, options: argparse.Namespace, joined: Joined = join_behind) -> int:
    """Print what becomes of a stream whose lines nobody sees, and what is made for it, and return the exit code.

    `joined` is how both become one stream. Nothing is printed where a finding is an error.
    """
    planned = planned._replace(located=report.by_object(planned.located))
    if is_wrong(planned):
        return refuse(options, planned)
    _write_stream(options, planned, joined)
    return DONE


def check(options: argparse.Namespace) -> int:
    """Say what `render` would do and what it could not, and return the exit code; only the report is written."""
    planned = _planned(options, options.namespace)
    if not any(source.text.strip() for source, _ in planned.parts):
        raise UsageError("there is nothing to check in the input; did what was to print or write it fail?")
    to_do = sum(each.finding.is_to_do for each in planned.located)
    say(options, planned, f"{to_do or 'nothing'} to do", "nothing was written", done=False, also_to_do=True)
    outputs.write(_report(options, planned))
    return FOUND if to_do else DONE


def secrets(options: argparse.Namespace) -> int:
    """Print the Secrets alone: those that the input needs or, for namespaces without any PATH, all that can be made."""
    if options.namespace and not options.paths:
        if options.report:
            raise UsageError("--report tells of an input, and without a PATH none is read")
        called, config = config_of(options)
        homes = [with_namespace(config, each).default_namespace for each in options.namespace]
        planned = plan_whole(homes, called, without_orders(config))
    elif len(options.namespace) > 1:
        raise UsageError("--namespace more than once is for Secrets without any PATH")
    else:
        planned = _planned(options, next(iter(options.namespace), None))._replace(accounts=[])
    return refuse(options, planned) if is_wrong(planned) else print_made(planned, options)


def print_made(planned: Plan, options: argparse.Namespace, shaped: Callable[[Sequence[str]], str] = join) -> int:
    """Print what is made alone, its texts `shaped` to what a host takes, and return the exit code."""
    made = make_all(planned)
    outputs.write(_report(options, planned), printed=shaped(made.texts).encode())
    said = about_made(options, planned, written=True) or "no Secret is needed"
    say(options, planned, said, made=made, numbers=False)
    return DONE


def _planned(options: argparse.Namespace, namespace: str | None) -> Plan:
    file, config = config_of(options)
    found, config = read(options, file, config), with_namespace(config, namespace)
    return plan(found, file, config, skip_unreadable=options.skip_unreadable, quiet=options.quiet)


def is_wrong(planned: Plan) -> bool:
    """Say whether something is wrong with an input, so that nothing may be written."""
    return any(each.finding.severity == "error" for each in planned.located)


def refuse(options: argparse.Namespace, planned: Plan) -> int:
    """Say what is wrong with the input, and write nothing but the report."""
    say(options, planned, "nothing was written", done=False)
    outputs.write(_report(options, planned))
    return FOUND


def _refuse_misuse(options: argparse.Namespace) -> None:
    if (options.output or options.in_place) and sources.STDIN in (options.paths or [sources.STDIN]):
        raise UsageError("-o and -i rewrite files: name the files or folders, standard input has none")
    if options.secrets and options.diff:
        raise UsageError("--diff writes nothing, so there is no use for --secrets")
    if options.output and options.output.exists() and not options.output.is_dir():
        raise UsageError(f"{options.output}: not a folder")
    for option, file in (("--secrets", options.secrets), ("--report", options.report)):
        if file and not (options.output or options.in_place) and outputs.is_standard_output(file):
            raise UsageError(f"{option} {file}: that is standard output, which something else is printed to already")


def _write_stream(options: argparse.Namespace, planned: Plan, joined: Joined = join_behind) -> None:
    """Print the manifests and, where no file is named for them, what is made."""
    made = make_all(planned)
    parts = [
        (source, part) for source, part in planned.parts if source.is_named or sources.is_for_a_cluster(source.text)
    ]
    only = parts[0][0] if len(parts) == 1 else None
    texts = [part.text if only else part.text.removeprefix("\ufeff") for _, part in parts]
    content = join(texts) if options.secrets else joined(texts, made.texts)
    beside = [*(_private(options, planned, made) if options.secrets else ()), *_report(options, planned)]
    outputs.write(beside, printed=content.encode(only.encoding if only else "utf-8", "surrogateescape"))
    left_out = len(planned.parts) - len(parts)
    say(
        options,
        planned,
        f"left out {left_out} without Kubernetes objects" if left_out else "",
        about_made(options, planned, written=True),
        made=made,
    )


def _write_files(options: argparse.Namespace, planned: Plan) -> None:
    made = make_all(planned) if options.secrets else Made()
    manifests = dict(_manifests(options, planned))
    updated = {each.source for each in planned.located if each.finding.outcome == "updated"}
    if not options.allow_plaintext_secrets:
        refuse_plaintext((output.file for output, name in manifests.items() if name in updated), "new credentials")
    outputs.write([*manifests, *_private(options, planned, made), *_report(options, planned)])
    number = f"{len(manifests)} file{'' if len(manifests) == 1 else 's'} written"
    say(options, planned, number, about_made(options, planned, written=bool(options.secrets)), made=made)


def _manifests(options: argparse.Namespace, planned: Plan) -> Iterator[tuple[Output, str]]:
    """Yield the files to write, below a folder all of them, in place those that change, each once with its source."""
    seen: set[Path] = set()
    if options.output:
        places = sources.mirrored([source for source, _ in planned.parts], options.paths, options.output)
        for place, (source, part) in zip(places, planned.parts, strict=True):
            if place not in seen:
                seen.add(place)
                yield Output(place, source.encode(part.text), like=source.file), source.name
        return
    for source, part in planned.parts:
        if source.file and part.text != source.text and source.file.resolve() not in seen:
            seen.add(source.file.resolve())
            yield Output(source.file, source.encode(part.text)), source.name


def make_all(planned: Plan) -> Made:
    """Return the documents that are made: ServiceAccounts, then Secrets in whatever form."""
    is_by_template = any(demand.secret.emit == "template" for demand in planned.demands)
    there = ids((source.text for source, _ in planned.parts), planned.config) if is_by_template else frozenset()
    made = make(planned.demands, planned.reach, there)
    return made._replace(texts=(*planned.accounts, *made.texts))


def _private(options: argparse.Namespace, planned: Plan, made: Made) -> list[Output]:
    if not options.secrets or not made.texts:
        return []
    open_to_all = in_plaintext(planned.demands, planned.reach)
    if open_to_all and not options.allow_plaintext_secrets and not outputs.is_stream(options.secrets):
        refuse_plaintext([options.secrets], f"the credentials of {', '.join(map(str, open_to_all))}")
    return [Output(options.secrets, join(made.texts).encode("utf-8"), mode=_PRIVATE)]


def _report(options: argparse.Namespace, planned: Plan) -> list[Output]:
    if not options.report:
        return []
    text = report.report(planned.located, version=version())
    # A file name that is no UTF-8 holds surrogates, and this writes them as the escapes of JSON.
    return [Output(options.report, text.encode("utf-8", "backslashreplace"))]


def about_made(options: argparse.Namespace, planned: Plan, *, written: bool) -> str:
    """Say how many of what are made, where they are, and which."""
    kinds = Counter(demand.secret.emit for demand in planned.demands)
    parts = [f"{report.count(number, _NOUNS.get(kind, kind))}{_ENDS.get(kind, '')}" for kind, number in kinds.items()]
    parts += [report.count(len(planned.accounts), "ServiceAccount")] if planned.accounts else []
    if not parts:
        return f"no Secret is needed, {options.secrets} was not written" if options.secrets else ""
    names = ", ".join(str(demand) for demand in planned.demands)
    said = " and ".join(parts)
    listed = f" ({names})" if names else ""
    if not written:
        hint = "name a file with --secrets FILE, or see `repoint secrets`"
        return f"{said} needed and not written{listed}: {hint}"
    return f"{said} in {options.secrets or 'the output'}{listed}"


def _diff(planned: Plan) -> str:
    lines = (line for source, part in planned.parts for line in unified_diff(*masked(source.text, part), source.name))
    return "".join(terminal.colored(lines) if terminal.wants_color(sys.stdout) else lines)


def _warn(options: argparse.Namespace, warnings: list[str]) -> None:
    if not options.quiet:
        for warning in warnings:
            print(warning if ": warning: " in warning else f"repoint: warning: {warning}", file=sys.stderr)


def say(
    options: argparse.Namespace,
    planned: Plan,
    *remarks: str,
    made: Made | None = None,
    numbers: bool = True,
    done: bool = True,
    also_to_do: bool = False,
) -> None:
    """Print what was found, and in one line how much of it; with --quiet the errors alone."""
    located = planned.located
    if options.quiet:
        located = [each for each in located if each.finding.severity == "error"]
    _warn(options, [*planned.config.warnings, *(made.warnings if made else ())])
    for line in report.lines(located, also_to_do=also_to_do and not options.quiet):
        print(line, file=sys.stderr)
    if not options.quiet:
        counts = report.numbers(located, len(planned.parts), done=done) if numbers else ""
        parts = filter(None, [counts, *planned.remarks, *remarks])
        print(report.one_line(f"repoint: {'; '.join(parts)}"), file=sys.stderr)
