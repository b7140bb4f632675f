"""One run over files: read everything, plan everything, say what was found, then write everything or nothing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from transformer.config import Config
from transformer.documents import join
from transformer.errors import ConfigError, UsageError
from transformer.findings import Finding, unreadable
from transformer.hosts import outputs, report, sources, terminal
from transformer.hosts.loading import find_config, load_config, read_credential
from transformer.hosts.outputs import Output
from transformer.hosts.sources import Source
from transformer.pipeline import Rewrite, rewrite_all
from transformer.registry_secrets import Demand, demands, documents, holds_nothing_else
from transformer.survey import Survey, survey
from transformer.unified_diff import unified_diff

DONE, FOUND = 0, 1
_PRIVATE = 0o600


class Plan(NamedTuple):
    """All that a run is going to do: what becomes of each source, and which Secrets have to exist.

    `located` is every finding, with the name of its source, in the order in which the places stand in it.
    """

    config: Config
    parts: tuple[tuple[Source, Rewrite], ...]
    located: list[report.Located]
    demands: list[Demand]
    remarks: tuple[str, ...]


def version() -> str:
    """Return the version of the distribution that is installed."""
    from importlib.metadata import version as distribution_version  # noqa: PLC0415  slow, and seldom needed

    return distribution_version("repoint")


def render(options: argparse.Namespace) -> int:
    """Write the rewritten manifests where `options` say, and return the exit code."""
    _refuse_misuse(options)
    plan = _plan(options)
    if any(each.finding.severity == "error" for each in plan.located):
        _say(options, plan, "nothing was written", done=False)
        outputs.write(_report(options, plan))
        return FOUND
    if options.diff:
        outputs.write(_report(options, plan), printed=_diff(plan).encode("utf-8", "surrogateescape"))
        _say(options, plan, "nothing was written", done=False)
    elif options.output or options.in_place:
        _write_files(options, plan)
    else:
        _write_stream(options, plan)
    return DONE


def check(options: argparse.Namespace) -> int:
    """Say what `render` would do and what it could not, and return the exit code; only the report is written."""
    plan = _plan(options)
    _say(options, plan, "nothing was written", done=False, also_to_do=True)
    outputs.write(_report(options, plan))
    return FOUND if any(each.finding.is_to_do for each in plan.located) else DONE


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


def _plan(options: argparse.Namespace) -> Plan:
    config_file = options.config or find_config(Path.cwd())
    config = load_config(config_file)
    _refuse_to_overwrite(options, config)
    ours = [path for path in (config_file, options.output, options.secrets, options.report) if path]
    found = sources.read(options.paths, leave_out=ours)
    known = survey((source.text for source in found), config)
    try:
        parts = tuple(_rewrite(found, config, known, options))
    except ConfigError as error:
        raise ConfigError([f"{config_file}: {line}" for line in error.errors]) from None
    findings = [finding for _, part in parts for finding in part.findings]
    missing = demands(findings, config, known.secrets)
    there = [demand for demand in demands(findings, config, ()) if demand not in missing]
    located = [
        report.Located(source.name, finding)
        for source, part in parts
        for finding in sorted(part.findings, key=lambda finding: (finding.line, finding.column))
    ]
    return Plan(config, parts, located, missing, tuple(_remarks(config, findings, there)))


def _remarks(config: Config, findings: list[Finding], there: list[Demand]) -> Iterator[str]:
    """Yield what is no finding at any one place, and may still not be what was meant."""
    used = {finding.pull_secret for finding in findings}
    unused = [secret.name for secret in config.pull_secrets if secret.name not in used]
    if unused:
        yield f"no pod here needs the pull secret {' or '.join(unused)}"
    if there:
        yield f"in the input already, and not made again: {', '.join(f'Secret {demand}' for demand in there)}"


def _refuse_to_overwrite(options: argparse.Namespace, config: Config) -> None:
    """Refuse to put Secrets or a report in the place of a file that holds anything else."""
    for option, file in (("--secrets", options.secrets), ("--report", options.report)):
        if file is None or not file.is_file() or outputs.is_standard_output(file):
            continue
        text = file.read_bytes().decode("utf-8", "replace")
        is_ours = report.is_report(text) if option == "--report" else holds_nothing_else(text, config)
        if text and not is_ours:
            raise UsageError(f"{option} {file}: this file holds something else; remove it first, or name another")


def _rewrite(
    found: list[Source], config: Config, known: Survey, options: argparse.Namespace
) -> Iterator[tuple[Source, Rewrite]]:
    skip = options.skip_unreadable
    texts = (source.text for source in terminal.progress(found, quiet=options.quiet) if source.broken is None)
    rewrites = iter(rewrite_all(texts, config, known, skip_unreadable=skip))
    for source in found:
        if source.broken is None:
            yield source, next(rewrites)
        else:
            line, column, message = source.broken
            yield source, Rewrite(source.text, (unreadable(message, line, column, skip=skip),))


def _write_stream(options: argparse.Namespace, plan: Plan) -> None:
    """Print the manifests and, where no file is named for them, their Secrets."""
    secrets = _secrets(plan)
    parts = [(source, part) for source, part in plan.parts if source.is_named or sources.is_for_a_cluster(source.text)]
    only = parts[0][0] if len(parts) == 1 else None
    texts = [part.text if only else part.text.removeprefix("\ufeff") for _, part in parts]
    content = join(texts if options.secrets else [*texts, *secrets])
    beside = [*(_private(options, secrets) if options.secrets else ()), *_report(options, plan)]
    outputs.write(beside, printed=content.encode(only.encoding if only else "utf-8", "surrogateescape"))
    left_out = len(plan.parts) - len(parts)
    _say(
        options,
        plan,
        f"left out {left_out} without Kubernetes objects" if left_out else "",
        _about_secrets(options, plan, written=True),
    )


def _write_files(options: argparse.Namespace, plan: Plan) -> None:
    manifests = list(_manifests(options, plan))
    private = _private(options, _secrets(plan)) if options.secrets else []
    outputs.write([*manifests, *private, *_report(options, plan)])
    number = f"{len(manifests)} file{'' if len(manifests) == 1 else 's'} written"
    _say(options, plan, number, _about_secrets(options, plan, written=bool(options.secrets)))


def _manifests(options: argparse.Namespace, plan: Plan) -> Iterator[Output]:
    """Yield the files to write: below a folder all of them, in place those that change, each once."""
    seen: set[Path] = set()
    if options.output:
        places = sources.mirrored([source for source, _ in plan.parts], options.paths, options.output)
        for place, (source, part) in zip(places, plan.parts, strict=True):
            if place not in seen:
                seen.add(place)
                yield Output(place, source.encode(part.text), like=source.file)
        return
    for source, part in plan.parts:
        if source.file and part.text != source.text and source.file.resolve() not in seen:
            seen.add(source.file.resolve())
            yield Output(source.file, source.encode(part.text))


def _private(options: argparse.Namespace, secrets: list[str]) -> list[Output]:
    return [Output(options.secrets, join(secrets).encode("utf-8"), mode=_PRIVATE)] if secrets else []


def _report(options: argparse.Namespace, plan: Plan) -> list[Output]:
    if not options.report:
        return []
    text = report.report(plan.located, version=version())
    # A file name that is no UTF-8 holds surrogates, and this writes them as the escapes of JSON.
    return [Output(options.report, text.encode("utf-8", "backslashreplace"))]


def _secrets(plan: Plan) -> list[str]:
    return documents(plan.demands, partial(read_credential, plan.config.folder))


def _about_secrets(options: argparse.Namespace, plan: Plan, *, written: bool) -> str:
    if not plan.demands:
        return f"no Secret is needed, {options.secrets} was not written" if options.secrets else ""
    names = ", ".join(str(demand) for demand in plan.demands)
    number = f"{len(plan.demands)} Secret{'' if len(plan.demands) == 1 else 's'}"
    if not written:
        return f"{number} needed and not written ({names}): name a file with --secrets FILE"
    return f"{number} in {options.secrets or 'the output'} ({names})"


def _diff(plan: Plan) -> str:
    lines = (
        line
        for source, part in plan.parts
        for line in unified_diff(source.text, [edit for one in part.findings for edit in one.edits], source.name)
    )
    return "".join(terminal.colored(lines) if terminal.wants_color(sys.stdout) else lines)


def _say(options: argparse.Namespace, plan: Plan, *remarks: str, done: bool = True, also_to_do: bool = False) -> None:
    """Print what was found, and in one line how much of it; with --quiet the errors alone."""
    located = plan.located
    if options.quiet:
        located = [each for each in located if each.finding.severity == "error"]
    for line in report.lines(located, also_to_do=also_to_do and not options.quiet):
        print(line, file=sys.stderr)
    if not options.quiet:
        parts = [report.numbers(located, len(plan.parts), done=done), *plan.remarks, *filter(None, remarks)]
        print(f"repoint: {'; '.join(parts)}", file=sys.stderr)
